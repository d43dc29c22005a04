"""Spans of time within the database: seconds between two moments, and how many of them are no longer than another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Select, cast, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class seconds_between(FunctionElement[float]):  # noqa: N801  a function of the database
    """Seconds from the first moment to the second, as a float; NULL where either is."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _sqlite(element: Any, compiler: Any, **how: Any) -> str:
    # A julian day as a float is good to 40 microseconds.
    first, second = (compiler.process(clause, **how) for clause in element.clauses)
    return f"ROUND((JULIANDAY({second}) - JULIANDAY({first})) * 86400.0, 3)"


@compiles(seconds_between)
def _postgresql(element: Any, compiler: Any, **how: Any) -> str:
    first, second = (compiler.process(clause, **how) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({second} - {first})) AS DOUBLE PRECISION)"


def quantiles(rows: Any, value: ColumnElement[float], group: ColumnElement[Any]) -> Select[Any]:
    """group → how many, median and nine-tenths of `value` where it is not NULL.

    By the nearest rank: the smallest value that at least this share of the values does not exceed (Hyndman and Fan
    1996, The American Statistician 50, type 1). Sorted and counted within the database.
    """
    ranked = (
        select(
            group.label("named"),
            value.label("value"),
            func.row_number().over(partition_by=group, order_by=value).label("place"),
            func.count().over(partition_by=group).label("count"),
        )
        .select_from(rows)
        .where(value.is_not(None))
        .subquery()
    )

    def at(percent: int) -> ColumnElement[Any]:
        rank = cast((ranked.c.count * percent + 99) // 100, Integer)
        return func.max(ranked.c.value).filter(ranked.c.place == rank)

    return select(ranked.c.named, func.max(ranked.c.count), at(50), at(90)).group_by(ranked.c.named)
