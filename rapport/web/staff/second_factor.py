"""The second factor: codes of an authenticator app (RFC 6238), each good once, and codes for who has lost it."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta
from io import BytesIO

import pyotp
import segno
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.sealing import BrokenSealError, seal, unseal
from rapport.store.agents import Agent
from rapport.store.recovery_codes import use_recovery_code
from rapport.store.spent_tokens import spend_token

STEP = timedelta(seconds=30)
# One step early or late: clocks differ, and people type.
STEPS = (-1, 0, 1)
RECOVERY_CODES = 10
# Without what is mistaken for something else when it is copied by hand.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    return pyotp.random_base32()


def address_for_app(secret: str, *, name: str, shop: str) -> str:
    """What the QR code says: the secret, whose it is and of which shop."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=shop)


def qr_code(text: str) -> str:
    """The text as an inline SVG without a style of its own."""
    drawn = BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=False, border=4, dark="#000", light="#fff", omitsize=True
    )
    return drawn.getvalue().decode()


def sealed_secret(secret: str, agent_id: int, *, key: str) -> str:
    """The secret as the agent's row keeps it."""
    return seal(secret, key=key, purpose=f"agents.totp_secret:{agent_id}")


async def is_code_right(session: AsyncSession, agent: Agent, code: str, *, key: str, now: datetime) -> bool:
    """Whether this is a code of the agent's app, now, and used for the first time."""
    try:
        secret = unseal(agent.totp_secret or "", key=key, purpose=f"agents.totp_secret:{agent.id}")
    except BrokenSealError:
        # The signing key has changed: `rapport agents reset` helps; nobody gets in meanwhile.
        return False
    step = step_of_code(secret, code, now=now)
    if step is None:
        return False
    gone = now + len(STEPS) * STEP
    return await spend_token(session, f"totp:{agent.id}:{step}", expires_at=gone, now=now)


def step_of_code(secret: str, code: str, *, now: datetime) -> int | None:
    """For which 30 seconds of all time this is the code, if for any around now."""
    digits, current = re.sub(r"\s", "", code), int(now.timestamp() // STEP.total_seconds())
    app = pyotp.TOTP(secret)
    for step in (current + off for off in STEPS):
        if hmac.compare_digest(app.generate_otp(step).encode(), digits.encode()):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Codes as they are shown, once: `k7mq-p2xw-8htn` (59 bits)."""
    return [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(code: str, agent_id: int, *, key: str) -> str:
    """What the database keeps of a code, however it was typed."""
    plain = re.sub(r"[\W_]", "", code.casefold())
    return hmac.new(key.encode(), f"recovery:{agent_id}:{plain}".encode(), "sha256").hexdigest()


async def is_recovery_code(session: AsyncSession, agent: Agent, code: str, *, key: str) -> bool:
    """Whether this is one of the agent's codes; it is none any more afterwards."""
    return await use_recovery_code(session, agent.id, recovery_hash(code, agent.id, key=key))
