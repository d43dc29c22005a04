"""What a call is refused with, in the real server's words."""

from __future__ import annotations

from typing import Any

NAMES = {400: "Bad Request", 403: "Forbidden", 409: "Conflict", 429: "Too Many Requests"}


class ApiError(Exception):
    """A refusal: its HTTP status and the sentence after the status' name."""

    def __init__(self, status: int, said: str = "", *, retry_after: int | None = None) -> None:
        self.status = status
        self.description = f"{NAMES[status]}: {said}" if status in NAMES else said
        self.retry_after = retry_after
        super().__init__(self.description)

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return body if self.retry_after is None else body | {"parameters": {"retry_after": self.retry_after}}


def bad(said: str) -> ApiError:
    """400."""
    return ApiError(400, said)


def forbidden(said: str) -> ApiError:
    """403."""
    return ApiError(403, said)


def conflict(said: str) -> ApiError:
    """409."""
    return ApiError(409, said)


def too_many(seconds: int) -> ApiError:
    """429: again after so many seconds."""
    return ApiError(429, f"retry after {seconds}", retry_after=seconds)
