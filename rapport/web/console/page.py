"""What every page of the console is given: who looks at it, in her language, and what there is to go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from rapport.store.agents import Agent, agent_called
from rapport.web.console.words import words
from rapport.web.pages import page
from rapport.web.paths import paths_of
from rapport.web.services import Services
from rapport.web.staff.caller import Given, Staff, signed_in
from rapport.web.staff.words import WORDS

# Its pages show people: neither a shared cache nor the browser's keeps them.
NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Console:
    """The console as this member of staff sees it. `in_page`: htmx asks for a part of the page it has."""

    staff: Staff
    given: Services
    request: Request
    agent: Agent | None

    @property
    def words(self) -> dict[str, Any]:
        return words(self.staff.language)

    @property
    def in_page(self) -> bool:
        return "hx-request" in self.request.headers

    def show(self, template: str, *, here: str = "/console", **values: Any) -> HTMLResponse:
        """A page or a part of one; `here` is its place in the navigation."""
        online = self.agent is None or self.agent.presence != "away"
        shown = page(
            template, words=self.words, staff=self.staff, shop=self.given.settings.shop_name, here=here,
            pages=paths_of(self.request.app), presence="online" if online else "away",
            role=WORDS[self.staff.language]["roles"][self.staff.role], **values,
        )  # fmt: skip
        shown.headers.update(NOT_KEPT)
        return shown

    def needs(self, permission: Any) -> None:
        """403 for who may not."""
        if not self.staff.may(permission):
            raise HTTPException(403, f"Your role here is {self.staff.role}; this needs {permission}.")


async def console(request: Request, given: Given, staff: Annotated[Staff, Depends(signed_in)]) -> Console:
    """The console for who is signed in; others are sent to the log-in."""
    async with given.database.reading() as session:
        agent = await agent_called(session, staff.name)
    return Console(staff, given, request, agent)


Looking = Annotated[Console, Depends(console)]


async def reading_console(found: Looking) -> Console:
    """The same for who may read conversations."""
    found.needs("conversations.read")
    return found


Reading = Annotated[Console, Depends(reading_console)]
