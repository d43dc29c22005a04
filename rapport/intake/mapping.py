"""The mapping: a YAML file that says what the columns of a file are, and which of its rows are none of ours."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from rapport.intake.csv_table import Dialect
from rapport.intake.errors import MappingError
from rapport.settings import Language

Kind = Literal["customers", "orders", "products", "events"]
SHIPPED = Path(__file__).parent / "mappings"
MOST_BYTES = 262_144

# Field → whether a file must have a column for it.
FIELDS: dict[str, dict[str, bool]] = {
    "orders": {
        "number": True,
        "placed_at": True,
        "sku": True,
        "quantity": True,
        "unit_price": True,
        "customer": False,
        "email": False,
        "name": False,
        "country": False,
    },
    "customers": {
        "external_id": False,
        "email": False,
        "phone": False,
        "name": False,
        "language": False,
        "time_zone": False,
        "country": False,
        "registered_at": False,
    },
    "products": {
        "sku": True,
        "price": True,
        "category": False,
        "stock": False,
        "active": False,
        "picture": False,
        "name_zh": False,
        "name_en": False,
        "description_zh": False,
        "description_en": False,
    },
    "events": {
        "event": True,
        "at": True,
        "external_id": False,
        "email": False,
        "phone": False,
        "anonymous_id": False,
        "properties": False,
        "key": False,
    },
}


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Asia/Shanghai") from error
    return name


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ValueError(f"{name!r} is not an encoding such as utf-8 or gb18030") from error


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RefuseWhere(_Part):
    """Rows that are none of ours: where a field matches, the row is refused with this reason, as expected."""

    field: str
    matches: Pattern
    reason: Annotated[str, Field(pattern="^[a-z][a-z_]*$")]
    because: str = ""


class OrderRules(_Part):
    """What only order files need. `refund` matches the numbers of refunds, `sku` what a product's code looks like."""

    refund: Pattern | None = None
    sku: Pattern = r"\S.*"
    upper_sku: bool = False
    identical_rows: Literal["drop", "add"] = "add"


class Mapping(_Part):
    """How a file of one kind is read."""

    kind: Kind
    columns: dict[str, str]
    ignore: tuple[str, ...] = ()
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    date_format: str = "iso"
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    language: Language | None = None
    orders: OrderRules = OrderRules()
    refuse: tuple[RefuseWhere, ...] = ()

    @model_validator(mode="after")
    def _fields_are_known(self) -> Mapping:
        fields = FIELDS[self.kind]
        for field in (*self.columns, *(rule.field for rule in self.refuse)):
            if field not in fields:
                raise ValueError(f"{self.kind} have no field {field!r}; they have {', '.join(fields)}")
        for field, needed in fields.items():
            if needed and field not in self.columns:
                raise ValueError(f"`columns` must name the column of {field!r}")
        return self

    @property
    def dialect(self) -> Dialect:
        return Dialect(self.encoding, self.delimiter)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises MappingError with the file, the place and what would be right."""
    try:
        source = path.read_bytes()
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yml")))
        right = f"Right would be: a YAML file, or one of {known}."
        raise MappingError(f"{path}: there is no such mapping. {right}") from error
    if len(source) > MOST_BYTES:
        raise MappingError(f"{path}: a mapping has at most {MOST_BYTES:,} bytes.")
    try:
        return Mapping.model_validate(_parse(source))
    except (yaml.YAMLError, UnicodeError, RecursionError, ValueError) as error:
        raise MappingError(f"{path}: {_why(error)}") from error


def shipped(name: str) -> Path:
    """Where the mapping of this name lies that comes with Rapport."""
    return SHIPPED / f"{name}.yml"


def shipped_for(kind: Kind) -> list[Path]:
    """The mappings for a kind that come with Rapport, its own layout first."""
    others = sorted(path for path in SHIPPED.glob("*.yml") if path.stem not in FIELDS)
    return [shipped(kind), *(path for path in others if load_mapping(path).kind == kind)]


class _Loader(yaml.SafeLoader):
    """A safe loader without aliases, and without a key twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = parent.start_mark if parent else None
            raise yaml.composer.ComposerError(None, None, "aliases are not read", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if keys.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
        return super().construct_mapping(node, deep)


def _parse(source: bytes) -> Any:
    return yaml.load(source, _Loader)  # noqa: S506  a SafeLoader with less in it


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, part['loc'])) or 'mapping'}: {part['msg']}" for part in error.errors())
    return " ".join(str(error).split())
