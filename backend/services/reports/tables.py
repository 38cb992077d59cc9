"""A report as a table: typed columns and rows, in no language and no format yet."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | int | float | Decimal | datetime | None
"""None: not known; never a zero in its place."""


class ReportKind(StrEnum):
    """What a report is about."""

    CONSUMPTION = "consumption"
    BALANCES = "balances"
    COMMON_NEEDS = "common-needs"
    DELIVERY = "delivery"
    FINDINGS = "findings"


class ColumnKind(StrEnum):
    """How the cells of a column are written."""

    TEXT = "text"
    WORD = "word"
    """A word of the product that each language has its own for."""

    AMOUNT = "amount"
    COUNT = "count"
    SHARE = "share"
    """0 to 1, written as percent."""

    MONEY = "money"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; its title is the word of its key."""

    key: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True, slots=True)
class Days:
    """Local days ``[first, last]`` of a zone, and the hours that they have."""

    first: date
    last: date
    timezone: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Report:
    """A table with what it is about."""

    kind: ReportKind
    tenant: str
    path: str
    """Of the site; empty for the whole tenant."""

    days: Days
    made_at: datetime
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    address: str = ""
    """Postal address of the site, where it is known."""
