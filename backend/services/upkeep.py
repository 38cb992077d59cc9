"""Upkeep: what must be done from time to time whoever asks, and what work is waiting."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.store import bells, journal
from backend.store.groups.group_hours import ROLL_UP
from backend.store.hours import months
from backend.store.network import reports
from backend.store.notifications import outbox
from domain.identity import Scope, TenantId
from tenants import clients
from tenants.limits import Limits, with_plan
from tenants.models import CronRun, Tenant
from tenants.session import Database

MONTHS_AHEAD = 2


async def make_months(database: Database, wanted: Iterable[date]) -> None:
    """Make the partitions of some months, in a transaction of their own."""
    async with database.global_session() as session:
        await months.make(session, wanted)


async def make_coming_months(database: Database, now: datetime) -> None:
    """Make the partitions of this month and the next ones."""
    first = now.date().replace(day=1)
    wanted = [first]
    for _ in range(MONTHS_AHEAD):
        wanted.append((wanted[-1] + timedelta(days=32)).replace(day=1))
    await make_months(database, wanted)


async def clear_out(database: Database, now: datetime, retention_months: int) -> None:
    """Drop what is past its time in every tenant: pushes, their reports, letters, old sign-ins."""
    async with database.global_session() as session:
        tenants = (await session.execute(select(Tenant.id, Tenant.plan, Tenant.quotas))).all()
    for tenant, plan, quotas in tenants:
        own = with_plan(plan, quotas)
        months = Limits(storage_months=retention_months).with_own(own).storage_months
        before = now - timedelta(days=31 * months)
        async with database.session(Scope(tenant, actor="upkeep")) as session:
            await journal.forget(session, before)
            await reports.forget(session, before)
            await outbox.forget(session, before)
            await clients.forget_expired(session)


async def waiting_work(
    database: Database, kinds: Sequence[str], before: datetime
) -> list[tuple[str, TenantId]]:
    """Work of some kinds and tenants for whom it has rung since before a moment, oldest first."""
    async with database.global_session() as session:
        return await bells.waiting(session, kinds, before)


async def readings_wait(database: Database) -> bool:
    """Whether any reading of anybody waits to be folded or rolled up."""
    async with database.global_session() as session:
        return await bells.any_rings(session, (journal.FOLD, ROLL_UP))


async def claim(database: Database, name: str, scheduled_at: datetime) -> bool:
    """Be the one who runs a periodic job for a time; of several workers only one is."""
    async with database.global_session() as session:
        row = insert(CronRun).values(name=name, scheduled_at=scheduled_at)
        claimed = await session.scalar(row.on_conflict_do_nothing().returning(CronRun.name))
        return claimed is not None
