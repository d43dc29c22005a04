"""The audit, for admins: who did what, newest first; as JSON and as a page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from rapport.store.audit import AuditEntry, audit_before
from rapport.web.chat.routes import Text
from rapport.web.staff.audit_words import DID
from rapport.web.staff.caller import Given, Staff, needs, page_needs
from rapport.web.staff.pages import staff_page

router = APIRouter(tags=["staff"])
Auditor = Annotated[Staff, Depends(needs("audit.read"))]
Looking = Annotated[Staff, Depends(page_needs("audit.read"))]
Wanted = Annotated[Text, Query(max_length=96)]
Before = Annotated[int | None, Query(ge=1, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=500)]
ON_A_PAGE = 50


@router.get("/api/audit", summary="Who did what, newest first")
async def audit(
    given: Given, _: Auditor, before: Before = None, limit: Limit = 100,
    who: Wanted = "", action: Wanted = "", object_: Annotated[Text, Query(alias="object", max_length=96)] = "",
) -> dict[str, Any]:  # fmt: skip
    """`next` is the `before` of the entries that follow; null at the end. `object` may be how it begins: `agent:`."""
    async with given.database.reading() as session:
        found = await audit_before(session, before, limit=limit, who=who, action=action, of=object_)
    entries = [_as_json(entry) for entry in found]
    return {"entries": entries, "next": found[-1].id if len(found) == limit else None}


@router.get("/console/audit", include_in_schema=False)
async def audit_page(
    given: Given, staff: Looking, before: Annotated[str, Query(pattern=r"^\d{0,18}$")] = "", who: Wanted = "",
    object_: Annotated[Text, Query(alias="object", max_length=96)] = "",
) -> HTMLResponse:  # fmt: skip
    older = int(before) if before else None
    async with given.database.reading() as session:
        found = await audit_before(session, older, limit=ON_A_PAGE, who=who.strip(), of=object_.strip())
    return staff_page(
        "audit.html", given, staff.language, staff=staff, entries=found, who=who, object=object_,
        older=found[-1].id if len(found) == ON_A_PAGE else None, did=DID[staff.language],
    )  # fmt: skip


def _as_json(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "action": entry.action,
        "object": entry.object,
        "details": entry.details,
    }
