"""The API's own page, made from its OpenAPI description, without a script or a request to another host."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rapport.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/docs", response_class=HTMLResponse)
async def api_docs(request: Request) -> HTMLResponse:
    described = request.app.openapi()
    return page("api.html", title=described["info"]["title"], routes=_routes(described))


def _routes(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "parameters": [parameter["name"] for parameter in operation.get("parameters", [])],
            "body": _body(operation, described),
            "answers": sorted(operation.get("responses", {})),
        }
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    ]


def _body(operation: dict[str, Any], described: dict[str, Any]) -> list[str]:
    contents = operation.get("requestBody", {}).get("content", {}).values()
    names = [content["schema"].get("$ref", "").rpartition("/")[2] for content in contents if "schema" in content]
    schemas = described.get("components", {}).get("schemas", {})
    return [field for name in names for field in schemas.get(name, {}).get("properties", {})]
