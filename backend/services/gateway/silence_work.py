"""What people do about silent devices: who looks after it, and what is known of it."""

from datetime import datetime

from backend.services.alerts.handling import colleagues
from backend.services.alerts.rules import person_of
from backend.store.network import network_alarms
from backend.store.network.network_alarms import AlarmRow, Wanted, Work
from domain.errors import InvalidError, NotFoundError
from domain.findings import checked_note
from domain.identity import UserId
from tenants import audit
from tenants.session import TenantSession


async def work_on(
    session: TenantSession, number: int, assignee: UserId | None, note: str | None, now: datetime
) -> AlarmRow:
    """Look after an alarm: it is acknowledged, and assignee and note are as told.

    The alarm ends by itself when the device is heard again. Said twice it is done once.

    Raises
    ------
    NotFoundError
        There is no such alarm in sight.
    InvalidError
        NOT_A_COLLEAGUE: the person does not see the alerts of the tenant.
    """
    await _in_sight(session, number)
    if assignee is not None and assignee not in dict(await colleagues(session, now)):
        raise InvalidError(
            "the person does not see the tenant's alerts", code="NOT_A_COLLEAGUE", field="assignee"
        )
    work = Work(person_of(session.scope), assignee, checked_note(note))
    if await network_alarms.work_on(session, number, work, now):
        detail = {"assignee": work.assignee, "note": work.note}
        await audit.record(session, "network_alarm.work", f"alarm {number}", detail)
    return await _in_sight(session, number)


async def _in_sight(session: TenantSession, number: int) -> AlarmRow:
    wanted = Wanted(number=number)
    rows = await network_alarms.list_alarms(session, 0, 1, only_open=False, wanted=wanted)
    if not rows:
        error = NotFoundError("alarm", number)
        error.field = "alarm"
        raise error
    return rows[0]
