"""How far the demo's history is: rounds pushed by the town, pushes folded, days rolled up.

The town pushes through the real gateway as it always does; a new one only has six weeks to catch
up with. So this only looks: at the numbers that the concentrators keep, and at the work that waits.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import func, select, text

from backend.services.forecasting import learning
from domain.identity import Scope, TenantId
from runtime import demo_homes
from runtime.demo import DemoRecord, devices_file, numbers_file
from runtime.supervisor import Steps
from tenants.models import WorkBell
from tenants.outages import OUTAGES
from tenants.session import Database

LOOK_EVERY_S = 0.5
SAY_EVERY_S = 5.0
GRACE_S = 1800.0

_ROLL_UPS = text("SELECT count(*) FROM group_due WHERE tenant_id = :tenant")


LATEST_PUSH_S = 15 * 60
"""The hour that has just ended comes within some minutes of its end; history ends before it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is still to be done, and of how much."""

    rounds_to_push: int
    rounds: int
    """A round is one concentrator's reading of all its channels for one hour."""

    pushes_to_fold: int
    days_to_roll_up: int
    """Days of lowest groups whose hours changed."""

    @property
    def done(self) -> bool:
        """Whether everything up to the last whole hour can be read."""
        return not (self.rounds_to_push or self.pushes_to_fold or self.days_to_roll_up)


def rounds_pushed(home: Path, origin: int) -> dict[str, int]:
    """Rounds acknowledged of each concentrator of the demo."""
    serials = [one["serial"] for one in json.loads(devices_file(home).read_text())["devices"]]
    try:
        numbers: Mapping[str, Mapping[str, int | None]] = json.loads(
            numbers_file(home).read_text()
        )["devices"]
    except FileNotFoundError:
        numbers = {}
    return {
        serial: (numbers.get(serial, {}).get("next_round") or origin) - origin for serial in serials
    }


async def look(database: Database, home: Path, record: DemoRecord, until: int) -> Standing:
    """See how far everything is of what happened before hour ``until``."""
    each = until - record.first_hour
    # In this order: work shows at the next place before it leaves the one before.
    pushed = rounds_pushed(home, record.first_hour)
    tenants = [TenantId(one.tenant) for one in record.tenants]
    async with database.global_session() as session:
        bells = select(func.count()).where(WorkBell.tenant_id.in_(tenants), WorkBell.kind == "fold")
        to_fold = await session.scalar(bells) or 0
    days = 0
    for tenant in tenants:
        async with database.session(Scope(tenant, actor="demo")) as session:
            days += await session.scalar(_ROLL_UPS, {"tenant": tenant}) or 0
    left = sum(max(each - rounds, 0) for rounds in pushed.values())
    return Standing(left, each * len(pushed), to_fold, days)


def watch(database_url: str, home: Path, console: Console) -> Steps:
    """Show how the history of the demo comes in, one look at a time, until it is whole.

    Then the record says so. On a terminal there are bars, elsewhere a line now and then.
    """
    record = DemoRecord.load(home)
    assert record is not None
    until = int((time.time() - LATEST_PUSH_S) // 3600)
    shown: _Display = _Bars(console) if console.is_terminal else _Lines(console)
    database = Database.connect(database_url, pool_size=1, application="balance-demo")
    with asyncio.Runner() as runner:
        try:
            with shown:
                while True:
                    # A database that was killed comes back in seconds; the next look sees.
                    with contextlib.suppress(*OUTAGES):
                        standing = runner.run(look(database, home, record, until))
                        shown.show(standing)
                        if standing.done:
                            break
                    yield from _pause(LOOK_EVERY_S)
            with contextlib.suppress(*OUTAGES):
                runner.run(_learn(database, record))
                runner.run(_leave_spare(database, record))
        finally:
            runner.run(database.close())
    record.complete = True
    record.save(home)


async def _learn(database: Database, record: DemoRecord) -> None:
    """Have forecasts learnt from the history at once, not only in the night to come."""
    for tenant in record.tenants:
        await learning.announce_for(database, TenantId(tenant.tenant), datetime.now(UTC))


async def _leave_spare(database: Database, record: DemoRecord) -> None:
    """Leave a household the channel on which it is to connect its own meter."""
    riverside = record.tenant_named("Riverside")
    if riverside is None or not any(demo_homes.lives_somewhere(one) for one in record.people):
        return
    async with database.session(Scope(TenantId(riverside.tenant), actor="demo")) as session:
        await demo_homes.leave_spare(session, record)


class _Display(Protocol):
    """Somewhere to show how far things are."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End, whether or not everything was done."""

    def show(self, standing: Standing) -> None:
        """Show a newer standing."""


class _Bars:
    """Three bars with counts and the time left."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeRemainingColumn(),
            console=console,
            auto_refresh=False,
        )
        self._push = self._progress.add_task("town pushes its history", total=None, unit="rounds")
        self._fold = self._progress.add_task("worker folds", total=None, unit="pushes")
        self._roll = self._progress.add_task("worker rolls up groups", total=None, unit="days")
        self._most = dict.fromkeys((self._fold, self._roll), 0)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, standing: Standing) -> None:
        done = standing.rounds - standing.rounds_to_push
        self._progress.update(self._push, completed=done, total=standing.rounds)
        for task, left in (
            (self._fold, standing.pushes_to_fold),
            (self._roll, standing.days_to_roll_up),
        ):
            # How much there will be is not known before it was pushed: the most seen so far.
            most = self._most[task] = max(self._most[task], left)
            self._progress.update(task, completed=most - left, total=most or None)
        self._progress.refresh()


class _Lines:
    """A line now and then, for logs."""

    def __init__(self, console: Console) -> None:
        self._console, self._next = console, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def show(self, standing: Standing) -> None:
        if time.monotonic() < self._next and not standing.done:
            return
        self._next = time.monotonic() + SAY_EVERY_S
        pushed = standing.rounds - standing.rounds_to_push
        self._console.print(
            f"demo: {pushed:,} of {standing.rounds:,} rounds pushed,"
            f" {standing.pushes_to_fold} pushes to fold,"
            f" {standing.days_to_roll_up} group days to roll up",
            style="dim",
            soft_wrap=True,
        )


def _pause(seconds: float) -> Steps:
    """Let the caller do other things, at least once, until the time is over."""
    over = time.monotonic() + seconds
    yield
    while time.monotonic() < over:
        yield
