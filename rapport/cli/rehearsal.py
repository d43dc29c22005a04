"""One scripted conversation per language, played through the real doors to the e-mail that follows."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import jwt
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from sqlalchemy import func, select

from rapport.cli.programs import worker_program
from rapport.cli.supervisor import Supervisor
from rapport.clock import utc_now
from rapport.marketing.profile import Standing
from rapport.marketing.scoring import Scorer
from rapport.settings import Settings
from rapport.store.customers import Customer, find_customer, identities_of
from rapport.store.database import Database
from rapport.store.events import Event
from rapport.store.journeys import Enrolment

RULE_DELAY = timedelta(hours=2, minutes=5)
DAYTIME = range(10, 20)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36"
SCRIPTS = {
    "zh": ("demo-zh", ("你好", "有红色的杯子吗？", "我的订单到哪里了？", "给我推荐点东西吧", "最近有什么优惠吗？")),
    "en": ("demo-en", ("Hi there!", "Do you have a red mug?", "Where is my order?", "Can you recommend me something?",
                       "Any promotions at the moment?")),
}  # fmt: skip


@dataclass(slots=True)
class Scene:
    """What happened with one customer; `missing` names what should have happened and did not."""

    language: str
    customer: str
    transcript: list[tuple[str, str]] = field(default_factory=list)
    segment: str | None = None
    conversion: float | None = None
    reasons: list[tuple[str, float, float]] = field(default_factory=list)
    mail: dict[str, Any] = field(default_factory=dict)
    clicked: str | None = None
    missing: list[str] = field(default_factory=list)

    def as_panel(self) -> Panel:
        """The scene as a person would like to read it."""
        style = "red" if self.missing else "green"
        title = f"{self.customer} · " + ("missing: " + "; ".join(self.missing) if self.missing else "complete")
        return Panel(Group(*self._parts()), title=title, border_style=style)

    def _parts(self) -> list[Any]:
        talk = Table.grid(padding=(0, 1))
        for author, text in self.transcript:
            talk.add_row(Text(author, style="bold cyan" if author == "customer" else "bold"), Text(text))
        reasons = ", ".join(f"{name} = {value:.3g} ({effect:+.2f})" for name, value, effect in self.reasons)
        score = "none" if self.conversion is None else f"{self.conversion:.1%}, because {reasons}"
        mail = f"\nMail to {self.mail.get('to')}: {self.mail.get('subject')}\n\n{self.mail.get('text', '')}"
        return [talk, Text(f"\nSegment: {self.segment}\nConversion: {score}", style="magenta"), Text(mail),
                Text(f"Its link was followed to {self.clicked}", style="dim")]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rehearsal:
    scenes: tuple[Scene, ...]

    @property
    def complete(self) -> bool:
        return all(not scene.missing for scene in self.scenes)

    def as_json(self) -> dict[str, Any]:
        return {"complete": self.complete, "scenes": [asdict(scene) for scene in self.scenes]}


async def rehearse(settings: Settings, supervisor: Supervisor) -> Rehearsal:
    """Plays every script against the running system of `settings`; only the worker's clock is moved."""
    database = Database(settings.database_url)
    try:
        async with httpx.AsyncClient(base_url=settings.public_url, timeout=10.0, trust_env=False) as client:
            stage = _Stage(settings, supervisor, database, client)
            return Rehearsal(tuple([await stage.play(language) for language in SCRIPTS]))
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class _Stage:
    settings: Settings
    supervisor: Supervisor
    database: Database
    client: httpx.AsyncClient

    async def play(self, language: str) -> Scene:
        external_id, lines = SCRIPTS[language]
        scene = Scene(language, external_id)
        customer, address = await self._customer(external_id)
        await self._restart_worker(ahead=timedelta(0))
        await self._converse(scene, lines)
        await self._judge(scene, customer)
        if not await self._felt(customer.id, messages=len(lines)):
            scene.missing.append("not every message has its sentiment")
        if not await _until(lambda: self._enrolled(customer.id)):
            scene.missing.append("the rule did not wait for this customer")
        if await self._mail(address):
            scene.missing.append("the mail came before its delay had passed")
        await self._restart_worker(ahead=self._past_the_delay(customer))
        await self._read_mail(scene, address)
        await self._follow_link(scene, customer)
        return scene

    async def _customer(self, external_id: str) -> tuple[Customer, str]:
        async with self.database.reading() as session:
            customer = await find_customer(session, "external_id", external_id)
            if customer is None:
                raise LookupError(f"the demo shop has no customer {external_id}")
            return customer, (await identities_of(session, customer.id))["email"]

    async def _converse(self, scene: Scene, lines: tuple[str, ...]) -> None:
        body = {"locale": scene.language, "customer_token": self._customer_token(scene.customer)}
        session = (await self.client.post("/chat/sessions", json=body)).raise_for_status().json()
        headers = {"Authorization": f"Bearer {session['token']}"}
        for line in lines:
            answers = await self._say(line, headers)
            scene.transcript.append(("customer", line))
            scene.transcript += [(answer["author"], _shown(answer)) for answer in answers]
            if not any(answer["author"] == "assistant" for answer in answers):
                scene.missing.append(f"no answer to {line!r}")
        if not any("\n  · " in text for _, text in scene.transcript):
            scene.missing.append("no product was shown")

    async def _say(self, line: str, headers: dict[str, str]) -> list[dict[str, Any]]:
        body = {"client_id": secrets.token_hex(8), "text": line}
        posted = (await self.client.post("/chat/messages", json=body, headers=headers)).raise_for_status().json()
        answers: list[dict[str, Any]] = []

        async def answered() -> bool:
            query = {"after": str(posted["seq"])}
            found = await self.client.get("/chat/messages", params=query, headers=headers)
            answers[:] = found.raise_for_status().json()["messages"]
            return bool(answers)

        await _until(answered)
        return answers

    async def _judge(self, scene: Scene, customer: Customer) -> None:
        scorer = Scorer.load(self.settings.var_dir / "models", key=self.settings.key())
        async with self.database.reading() as session:
            standing: Standing = await scorer.score(session, customer.id, now=utc_now())
        scene.segment = standing.segment
        score = standing.scores.get("conversion")
        if score is None or scene.segment is None:
            scene.missing.append("no segment or no score")
            return
        scene.conversion = score.value
        scene.reasons = [(reason.feature, reason.value, reason.effect) for reason in score.reasons[:3]]

    async def _felt(self, customer_id: int, *, messages: int) -> bool:
        lately = utc_now() - timedelta(minutes=10)
        understood = select(Event.properties).where(
            Event.name == "message_understood", Event.customer_id == customer_id, Event.received_at > lately
        )
        async with self.database.reading() as session:
            found = (await session.scalars(understood)).all()
        return sum("sentiment" in properties for properties in found) >= messages

    async def _enrolled(self, customer_id: int) -> bool:
        waiting = select(func.count()).select_from(Enrolment).where(
            Enrolment.customer_id == customer_id, Enrolment.state == "waiting"
        )  # fmt: skip
        async with self.database.reading() as session:
            return bool(await session.scalar(waiting))

    async def _restart_worker(self, *, ahead: timedelta) -> None:
        await self.supervisor.stop("worker")
        await self.supervisor.start(worker_program(self.settings, ahead=ahead))

    def _past_the_delay(self, customer: Customer) -> timedelta:
        zone = ZoneInfo(customer.time_zone or self.settings.default_time_zone)
        return _into_daytime(utc_now(), zone)

    async def _mail(self, address: str) -> dict[str, Any] | None:
        mails = (await self.client.get("/mailbox.json")).raise_for_status().json()
        return next((mail for mail in mails if address in mail["to"]), None)

    async def _read_mail(self, scene: Scene, address: str) -> None:
        if not await _until(lambda: self._has_mail(address), seconds=40):
            scene.missing.append("no mail arrived")
            return
        summary = await self._mail(address)
        assert summary  # noqa: S101  it was there a moment ago, and nothing deletes mails
        scene.mail = (await self.client.get(f"/mailbox/{summary['id']}.json")).raise_for_status().json()

    async def _has_mail(self, address: str) -> bool:
        return await self._mail(address) is not None

    async def _follow_link(self, scene: Scene, customer: Customer) -> None:
        link = re.search(r"https?://\S+/click/[\w.~-]+", scene.mail.get("text", ""))
        if link is None:
            scene.missing.append("the mail has no tracked link")
            return
        answer = await self.client.get(link.group(), headers={"User-Agent": BROWSER})
        scene.clicked = answer.headers.get("location")
        if not await _until(lambda: self._clicked(customer.id)):
            scene.missing.append("the click was not recorded")

    async def _clicked(self, customer_id: int) -> bool:
        lately = utc_now() - timedelta(minutes=10)
        clicks = select(func.count()).select_from(Event)
        clicks = clicks.where(
            Event.name == "message_clicked", Event.customer_id == customer_id, Event.received_at > lately
        )
        async with self.database.reading() as session:
            return bool(await session.scalar(clicks))

    def _customer_token(self, external_id: str) -> str:
        now = utc_now()
        claims = {"sub": external_id, "iat": now, "exp": now + timedelta(minutes=5), "jti": secrets.token_hex(16)}
        return str(jwt.encode(claims, self.settings.shop_chat_key(), algorithm="HS256"))


def _shown(answer: dict[str, Any]) -> str:
    cards = (f"\n  · {card['name']} {card.get('price', '')}" for card in answer.get("cards") or ())
    return str(answer["text"]) + "".join(cards)


def _into_daytime(now: datetime, zone: ZoneInfo) -> timedelta:
    """How far ahead the rule's delay has passed and it is day where the customer lives."""
    ahead = RULE_DELAY
    while (now + ahead).astimezone(zone).hour not in DAYTIME:
        ahead += timedelta(hours=1)
    return ahead


async def _until(holds: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> bool:
    for _ in range(int(seconds * 10)):
        if await holds():
            return True
        await asyncio.sleep(0.1)
    return False
