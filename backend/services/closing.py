"""Closing days: the hours of days that are over move from rows of an hour to rows of a day."""

from datetime import datetime

from backend.store import bells, journal, tiers
from tenants.session import Database, TenantSession

CLOSE_DAYS = "close_days"
"""Kind of the bell that rings for every tenant when a day is over."""


async def announce(database: Database, now: datetime) -> None:
    """Ring for every tenant."""
    async with database.global_session() as session:
        await bells.ring_for_all(session, CLOSE_DAYS, now.date().isoformat())


async def close_days(session: TenantSession, now: datetime) -> int:
    """Close the days of a tenant that are over; gives the number of rows of days written.

    Raises
    ------
    UnavailableError
        Another worker folds this tenant now.
    MonthsMissingError
        Hours lie in months that have no partition yet; make them and come back.
    """
    await journal.become_the_folder(session)
    await journal.work_in_bulk(session)
    rows = await tiers.close_days(session, now)
    await bells.answer(session, CLOSE_DAYS, await bells.heard(session, CLOSE_DAYS))
    return rows
