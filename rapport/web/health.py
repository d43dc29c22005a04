"""Whether the process lives, and whether it can do its work; if not, what is missing."""

from __future__ import annotations

from typing import Annotated

import httpx
from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rapport.store.schema import newest_revision
from rapport.web.problems import problem
from rapport.web.services import Services, services

router = APIRouter(tags=["operation"])
ASSISTANT_SECONDS = 2.0
OK = "ok"


@router.get("/healthz", summary="Whether the process lives")
async def healthz() -> dict[str, str]:
    return {"status": OK}


@router.get("/readyz", summary="Whether it can do its work, and if not, why")
async def readyz(given: Annotated[Services, Depends(services)]) -> Response:
    checks = await _stored(given) | {"assistant": await _assistant(given.settings.assistant_url)}
    missing = [f"{name}: {found}" for name, found in checks.items() if found != OK]
    if missing:
        return problem(503, "; ".join(missing), checks=checks)
    return JSONResponse({"status": "ready", "checks": checks})


async def _stored(given: Services) -> dict[str, str]:
    try:
        async with given.database.reading() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        return {"database": f"does not answer ({type(error).__name__})", "migrations": "unknown"}
    try:
        async with given.database.reading() as session:
            revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        revision = None
    newest = newest_revision()
    return {"database": OK, "migrations": OK if revision == newest else f"at {revision}, not at {newest}"}


async def _assistant(url: str) -> str:
    try:
        async with httpx.AsyncClient(timeout=ASSISTANT_SECONDS, trust_env=False) as http:
            (await http.get(url)).raise_for_status()
    except httpx.HTTPError as error:
        return f"does not answer ({type(error).__name__})"
    return OK
