"""Who opened or clicked: a person, or one of the machines that look into every mail before she does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Actor = Literal["human", "machine", "unknown"]
# Nobody reads a mail and decides to click within this; a scanner does. Measured from when we recorded the sending.
TOO_QUICK = timedelta(seconds=1.5)
SCANNERS = re.compile(
    r"bot\b|bot/|crawl|spider|scan|preview|prefetch|headless|proofpoint|urldefense|barracuda|mimecast|safelinks|sophos"
    r"|symantec|trendmicro|fortinet|forcepoint|python|curl|wget|httpx|aiohttp|java/|okhttp|go-http|libwww|axios"
    r"|node-fetch|httpclient|facebookexternalhit|whatsapp|telegram",
    re.IGNORECASE,
)
# These fetch pictures for their users, some when the mail is read, some for every mail that comes in.
PROXIES = re.compile(r"googleimageproxy|yahoomailproxy|^mozilla/5\.0$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a link or picture of a mail, as far as it tells who made it."""

    method: str
    user_agent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """Who it was, and by what we know."""

    actor: Actor
    why: str


def judge(visit: Visit, sent_at: datetime | None) -> Judgement:
    """`sent_at` is None for a mail nobody knows to have left. A visit before the sending is a clock that goes wrong,
    and says nothing."""
    if visit.method == "HEAD":
        return Judgement("machine", "asked for the head only")
    if SCANNERS.search(visit.user_agent):
        return Judgement("machine", "user agent of a scanner or a program")
    if sent_at is not None and timedelta(0) <= visit.at - sent_at < TOO_QUICK:
        return Judgement("machine", "sooner than anybody reads")
    if not visit.user_agent or PROXIES.search(visit.user_agent):
        return Judgement("unknown", "user agent says nothing")
    return Judgement("human", "user agent of a browser")
