"""Closing days and months: hours whose time in a tier of the store is over move to the next."""

from datetime import datetime

from backend.store import bells, journal
from backend.store.hours import tiers
from tenants.session import Database, TenantSession

CLOSE = "close"
"""Kind of the bell that rings for every tenant when a day is over."""


async def announce(database: Database, now: datetime) -> None:
    """Ring for every tenant."""
    async with database.global_session() as session:
        await bells.ring_for_all(session, CLOSE, now.date().isoformat())


async def close(session: TenantSession, now: datetime) -> int:
    """Take one step; gives the number of rows written, 0 when all is done.

    Raises
    ------
    UnavailableError
        Another worker folds this tenant now.
    MonthsMissingError
        Hours lie in months that have no partition yet; make them and come back.
    """
    await journal.become_the_folder(session)
    await journal.work_in_bulk(session)
    rows = await tiers.advance(session, now)
    if not rows:
        await bells.answer(session, CLOSE, await bells.heard(session, CLOSE))
    return rows
