"""The parameters of a call, whatever way they came: query, form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from demo.bot_api.errors import bad


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    """By name; nested values are JSON texts, as in a form."""

    values: dict[str, str]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.values.get(name, default))
        except ValueError:
            return default

    def number(self, name: str, what: str) -> float:
        try:
            return float(self.values[name])
        except (KeyError, ValueError) as error:
            raise bad(f"{what} is empty") from error

    def flag(self, name: str) -> bool:
        return self.values.get(name, "").lower() in ("true", "1", "yes")

    def json(self, name: str, refusal: str) -> Any:
        """None where it was not given; 400 with this sentence where it is no JSON."""
        written = self.values.get(name, "")
        if not written:
            return None
        try:
            return json.loads(written)
        except ValueError as error:
            raise bad(refusal) from error


async def parameters_of(request: Request) -> Parameters:
    """Everything the call carries; what is in the body wins over the query."""
    values, uploads = dict(request.query_params), dict[str, Upload]()
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        values |= _from_json(await request.body())
    elif kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        async with request.form(max_part_size=2**24) as form:
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    media = value.content_type or "application/octet-stream"
                    uploads[name] = Upload(value.filename or name, media, await value.read())
                else:
                    values[name] = value
    return Parameters(values, uploads)


def _from_json(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body or b"{}")
    except ValueError as error:
        raise bad("can't parse JSON object") from error
    if not isinstance(given, dict):
        raise bad("can't parse JSON object")
    present = {name: value for name, value in given.items() if value is not None}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in present.items()}
