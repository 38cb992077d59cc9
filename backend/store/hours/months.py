"""Partitions: tables that grow with time have one for each month."""

from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from domain.errors import UnavailableError
from domain.hours import day_of
from tenants.session import GlobalSession, TenantSession

_MISSING = """
SELECT m FROM unnest($1::date[]) AS m
WHERE to_regclass('series_day' || to_char(m, '_YYYY_MM')) IS NULL
"""

_made: set[date] = set()
"""Months known to have partitions; none is ever taken away while its hours may come."""


class MonthsMissingError(UnavailableError):
    """Hours lie in months without partitions; somebody must make them first."""

    code = "MONTHS_MISSING"

    def __init__(self, months: Iterable[date]) -> None:
        self.months = sorted(months)
        super().__init__(f"no partition for {', '.join(map(str, self.months))}")


async def require(session: TenantSession, days: NDArray[np.int64]) -> None:
    """Check that the months of some days (since the epoch) have partitions.

    Raises
    ------
    MonthsMissingError
        Some have none. They are not made here, since that would lock everybody out of the tables
        until this transaction ends.
    """
    months = {day_of(day * 24).replace(day=1) for day in days.tolist()} - _made
    if not months:
        return
    driver = await session.driver()
    rows = await driver.fetch(_MISSING, sorted(months))
    if rows:
        raise MonthsMissingError(row[0] for row in rows)
    _made.update(months)


async def make(session: GlobalSession, months: Iterable[date]) -> None:
    """Make the partitions of some months."""
    for month in months:
        await session.execute(text("SELECT ensure_month(:month)"), {"month": month})
