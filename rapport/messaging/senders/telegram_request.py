"""A post as a request of the Bot API: its words, under a picture where Telegram takes it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapport.messaging.bot_post import BotPost

# Which file, and which version of it: a picture that is drawn anew is another one.
Version = tuple[Path, int]


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted to `method`; `picture` is what goes with it, `arguments` are httpx's."""

    method: str
    arguments: dict[str, Any]
    picture: Version | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of the shop that went up once: Telegram knows them by a number, or does not take them."""

    _numbers: dict[Version, str] = field(default_factory=dict)
    _refused: set[Version] = field(default_factory=set)

    async def request(self, post: BotPost) -> Request:
        # Without a way of parsing: names and words are strangers', and where nothing is parsed nothing is injected.
        keys = [[{"text": title, "url": url}] for title, url in post.keys]
        body: dict[str, Any] = {"chat_id": int(post.recipient)}
        body |= {"reply_markup": {"inline_keyboard": keys}} if keys else {}
        version = _version(post.picture)
        if version is None or version in self._refused:
            return Request("sendMessage", {"json": body | {"text": post.text}})
        body |= {"caption": post.text}
        if number := self._numbers.get(version):
            return Request("sendPhoto", {"json": body | {"photo": number}}, version)
        content = await asyncio.to_thread(version[0].read_bytes)
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
        return Request("sendPhoto", {"data": form, "files": {"photo": (version[0].name, content)}}, version)

    def shown(self, picture: Version | None, message: dict[str, Any]) -> None:
        """Telegram has it: `message` is its answer."""
        if picture is not None and message.get("photo"):
            self._numbers[picture] = str(message["photo"][-1]["file_id"])

    def refused(self, picture: Version) -> None:
        """Whoever was to see it is written to without it."""
        self._refused.add(picture)


def _version(picture: Path | None) -> Version | None:
    try:
        return (picture, picture.stat().st_mtime_ns) if picture else None
    except OSError:
        return None
