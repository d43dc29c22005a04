"""What changes about a member of staff; each change is audited, and one that shuts somebody out ends her log-ins."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.agents import Agent
from rapport.store.audit import add_audit_entry
from rapport.store.recovery_codes import replace_recovery_codes
from rapport.store.signals import send_signal
from rapport.store.staff_sessions import end_staff_sessions_of

NAME = re.compile(r"[\w][\w.@-]{0,63}")
# Streams of staff listen here, and look whether their log-in still holds.
LOG_INS = "staff:log-ins"


def normal_name(name: str) -> str:
    """The one spelling of a name: `Mei ` and `mei` are one agent."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


async def end_log_ins(session: AsyncSession, agent: Agent) -> None:
    """Everywhere, and in streams that are open."""
    await end_staff_sessions_of(session, agent.id)
    await send_signal(session, LOG_INS)


async def change_password(
    session: AsyncSession, agent: Agent, password_hash: str, *, who: str, now: datetime
) -> None:
    """Her password is another, and nobody who was logged in as her is any more."""
    agent.password_hash, agent.password_changed_at = password_hash, now
    await end_log_ins(session, agent)
    await note(session, agent, "password_changed", who=who, now=now)


async def set_second_factor(
    session: AsyncSession, agent: Agent, sealed: str | None, *, codes: list[str], who: str, now: datetime
) -> None:
    """Her second factor is this one (None: she has none any more); `codes` are hashes of her recovery codes."""
    agent.totp_secret = sealed
    await replace_recovery_codes(session, agent.id, codes)
    await note(session, agent, "second_factor_set_up" if sealed else "second_factor_removed", who=who, now=now)


async def disable(session: AsyncSession, agent: Agent, *, who: str, now: datetime) -> None:
    """She cannot log in, and is logged out; what she did goes on bearing her name."""
    agent.disabled_at, agent.presence = now, "offline"
    await end_log_ins(session, agent)
    await note(session, agent, "agent_disabled", who=who, now=now)


async def enable(session: AsyncSession, agent: Agent, *, who: str, now: datetime) -> None:
    """She may log in again."""
    agent.disabled_at = None
    await note(session, agent, "agent_enabled", who=who, now=now)


async def note(
    session: AsyncSession, agent: Agent, action: str, *, who: str, now: datetime, **details: object
) -> None:
    """An entry of the audit about this agent."""
    await add_audit_entry(session, action, who=who, at=now, object=f"agent:{agent.name}", details=details)
