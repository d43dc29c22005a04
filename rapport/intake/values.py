"""Cells become values, or a RowError that says what was wrong and what would be right."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from rapport.intake.errors import RowError
from rapport.settings import LANGUAGES

# The store's numbers are 32 bits wide: more would be a traceback at the insert instead of a reason here.
MOST = 2**31 - 1
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
PHONE = re.compile(r"\+?[0-9]{6,15}")
PROPERTIES_BYTES = 32_768


def text(cell: Any, *, longest: int) -> str:
    """The cell as trimmed text, '' where it is empty; a whole number without its '.0'."""
    if type(cell) is not str:
        if cell is None or cell != cell:
            return ""
        cell = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    found: str = cell.strip()
    if len(found) > longest:
        raise RowError("too_long", f"{found[:40]!r}… has {len(found)} characters.", f"at most {longest}.")
    return found


@lru_cache(maxsize=65_536)
def whole_number(cell: Any) -> int:
    """The cell as a whole number of at most 32 bits."""
    number = decimal(cell)
    if number != number.to_integral_value() or abs(number) > MOST:
        raise RowError("not_a_number", f"{cell!r} is not a whole number.", "a whole number such as 12.")
    return int(number)


@lru_cache(maxsize=65_536)
def minor_units(cell: Any) -> int:
    """An amount in major units (pounds, yuan) as a whole number of minor ones (pence, fen), halves rounded up."""
    amount = (decimal(cell) * 100).to_integral_value(ROUND_HALF_UP)
    if abs(amount) > MOST:
        raise RowError("not_an_amount", f"{cell!r} is too large an amount.", f"at most {MOST / 100:,.2f}.")
    return int(amount)


def decimal(cell: Any) -> Decimal:
    """The cell as a finite decimal number; a point, never a comma, stands before the decimals."""
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool) and math.isfinite(cell):
        return Decimal(str(cell))
    if isinstance(cell, str):
        try:
            number = Decimal(cell.strip())
            if number.is_finite() and abs(number.adjusted()) < 20:
                return number
        except DecimalException:
            pass
    raise RowError("not_a_number", f"{str(cell)[:40]!r} is not a number.", "a number such as 12 or 12.50.")


@lru_cache(maxsize=65_536)
def moment(cell: Any, form: str, zone: ZoneInfo) -> datetime:
    """The cell as a moment in UTC. `form` is 'iso' or a strptime form; a time without its zone is in `zone`."""
    found = _datetime(cell, form)
    try:
        utc = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise _wrong_date(cell, form) from error
    if not EARLIEST <= utc < LATEST:
        raise RowError("wrong_date", f"{str(cell)[:40]!r} is out of time.", "a date from 1970 to 2199.")
    return utc


def _datetime(cell: Any, form: str) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  its zone is the caller's
    try:
        written = str(cell).strip()
        return datetime.fromisoformat(written) if form == "iso" else datetime.strptime(written, form)  # noqa: DTZ007
    except ValueError as error:
        raise _wrong_date(cell, form) from error


def _wrong_date(cell: Any, form: str) -> RowError:
    example = datetime(2026, 3, 1, 17, 5, tzinfo=UTC)
    right = example.strftime("%Y-%m-%dT%H:%M:%S" if form == "iso" else form)
    return RowError("wrong_date", f"{str(cell)[:40]!r} is not a date.", f"a date such as {right}.")


def email(cell: Any) -> str:
    """An address, checked by its syntax alone; '' where the cell is empty."""
    found = text(cell, longest=320)
    if not found:
        return ""
    try:
        return validate_email(found, check_deliverability=False).normalized
    except EmailNotValidError as error:
        right = "an address such as mei@example.org."
        raise RowError("wrong_email", f"{found!r} is not an address: {error}", right) from error


def phone(cell: Any) -> str:
    """A telephone number of 6 to 15 digits; '' where the cell is empty."""
    found = re.sub(r"[\s().\-/]", "", text(cell, longest=40))
    if found and not PHONE.fullmatch(found):
        raise RowError("wrong_phone", f"{found!r} is not a telephone number.", "a number such as +8613800138000.")
    return found


def language(cell: Any) -> str | None:
    """One of the shop's languages (`zh-CN` counts as `zh`), or None where the cell is empty."""
    found = text(cell, longest=35).lower().replace("_", "-").split("-")[0]
    if found and found not in LANGUAGES:
        right = " or ".join(LANGUAGES) + "."
        raise RowError("wrong_language", f"{str(cell)[:40]!r} is not a language of the shop.", right)
    return found or None


@lru_cache(maxsize=1024)
def time_zone(cell: Any) -> str | None:
    """A time zone by its name, or None where the cell is empty."""
    found = text(cell, longest=64)
    try:
        return ZoneInfo(found).key if found else None
    except (KeyError, ValueError, OSError) as error:
        right = "a name such as Asia/Shanghai."
        raise RowError("wrong_time_zone", f"{found!r} is not a time zone.", right) from error


def truth(cell: Any) -> bool:
    """Yes or no, in the words files use for it."""
    found = text(cell, longest=10).lower()
    if found in ("1", "true", "yes", "y", "是"):
        return True
    if found in ("0", "false", "no", "n", "否"):
        return False
    raise RowError("not_yes_or_no", f"{found!r} is neither yes nor no.", "true or false.")


def properties(cell: Any) -> dict[str, Any]:
    """A JSON object, {} where the cell is empty."""
    found = text(cell, longest=PROPERTIES_BYTES)
    if not found:
        return {}
    try:
        parsed = json.loads(found, parse_constant=_no_constant)
        if isinstance(parsed, dict) and "\\u0000" not in found:
            json.dumps(parsed).encode()
            return parsed
    except (ValueError, RecursionError):
        pass
    raise RowError("wrong_properties", f"{found[:40]!r} is not a JSON object.", 'an object such as {"sku": "A-1"}.')


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")
