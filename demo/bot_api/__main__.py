"""`python -m demo.bot_api`: a Bot API server of its own, with a person who writes what is typed."""

from __future__ import annotations

import argparse
import asyncio
import sys

from demo.bot_api.bot import TOKEN
from demo.bot_api.bot_api import BotApi
from demo.bot_api.people import Person
from demo.bot_api.server import serving
from demo.foreground import in_foreground


async def talk(port: int, language: str) -> None:
    """Every line typed is written to the bot, `!title` presses a button; what is shown is printed."""
    async with serving(BotApi(), port=port) as api:
        print(f"RAPPORT_TELEGRAM_API_URL={api.url} RAPPORT_TELEGRAM_TOKEN={TOKEN}", flush=True)
        person = api.person(language=language)
        printing = asyncio.create_task(_print(api, person))
        while line := await asyncio.to_thread(sys.stdin.readline):
            _do(person, line.strip())
        printing.cancel()


def _do(person: Person, line: str) -> None:
    if not line.startswith("!"):
        person.write(line or "/start")
        return
    try:
        person.press(line[1:].strip())
    except LookupError as error:
        print(error, file=sys.stderr)


async def _print(api: BotApi, person: Person) -> None:
    seen: dict[int, object] = {}
    while True:
        for shown in await api.until(
            lambda: [one for one in person.heard if seen.get(one.id) != one.wire], seconds=9e9
        ):
            seen[shown.id] = shown.wire
            buttons = "".join(f" [{title}]" for title in shown.titles)
            print(f"{shown.text}{buttons}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """0 when its input ends, 1 when the port is taken, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m demo.bot_api", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--language", choices=("zh", "en"), default="en")
    wanted = parser.parse_args(arguments)
    return in_foreground(talk(wanted.port, wanted.language), name="Bot API server")


if __name__ == "__main__":
    sys.exit(main())
