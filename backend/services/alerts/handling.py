"""What people do with alerts: take note, hand over, write down; each once, each in the history."""

from datetime import datetime

from backend.services.alerts.rules import is_staff, person_of
from backend.services.alerts.sight import STAFF_ROLES
from backend.store.alerts import alert_lists, alerts, handling
from backend.store.alerts.alert_lists import AlertRow, Asker
from domain.alerts import AlertStep
from domain.errors import ForbiddenError, InvalidError, NotFoundError
from domain.findings import checked_note
from domain.identity import UserId
from tenants.permissions import Permission
from tenants.session import TenantSession


def asker_of(session: TenantSession, now: datetime) -> Asker:
    """Whose inbox the session's principal may look into."""
    scope = session.scope
    return Asker(person_of(scope), is_staff(scope), now)


async def colleagues(session: TenantSession, now: datetime) -> list[tuple[UserId, str]]:
    """People to whom an alert can be handed, by name."""
    return await alert_lists.staff(session, [str(role) for role in STAFF_ROLES], now)


async def acknowledge(
    session: TenantSession, number: int, note: str | None, now: datetime
) -> AlertRow:
    """Take note of an alert: somebody looks after it, and it is not escalated.

    Raises
    ------
    NotFoundError
        There is no such alert in sight.
    ForbiddenError
        It is the tenant's, and the person may not handle those.
    """
    await _mine(session, number, now)
    text = checked_note(note)
    if await handling.acknowledge(session, number, person_of(session.scope), now):
        await alerts.tell(session, [number], AlertStep.ACKNOWLEDGED, now, text)
    if text is not None:
        await handling.note(session, number, text)
    return await _mine(session, number, now)


async def assign(session: TenantSession, number: int, to: UserId | None, now: datetime) -> AlertRow:
    """Hand an alert to somebody of the staff, or to nobody.

    Raises
    ------
    NotFoundError
        There is no such alert in sight.
    InvalidError
        NOT_A_COLLEAGUE: the person does not see the alerts of the tenant.
    ForbiddenError
        The person may not handle the tenant's alerts.
    """
    row = await _mine(session, number, now)
    if row.user_id is not None:
        raise InvalidError("what is one's own is handed to nobody", field="alert")
    names = dict(await colleagues(session, now))
    if to is not None and to not in names:
        raise InvalidError(
            "the person does not see the tenant's alerts", code="NOT_A_COLLEAGUE", field="assignee"
        )
    if await handling.assign(session, number, to):
        name = None if to is None else names[to]
        await alerts.tell(session, [number], AlertStep.ASSIGNED, now, name)
    return await _mine(session, number, now)


async def note(session: TenantSession, number: int, text: str | None, now: datetime) -> AlertRow:
    """Write something down about an alert; an empty note takes it away.

    Raises
    ------
    NotFoundError
        There is no such alert in sight.
    ForbiddenError
        It is the tenant's, and the person may not handle those.
    """
    await _mine(session, number, now)
    checked = checked_note(text)
    if await handling.note(session, number, checked):
        await alerts.tell(session, [number], AlertStep.NOTED, now, checked)
    return await _mine(session, number, now)


async def _mine(session: TenantSession, number: int, now: datetime) -> AlertRow:
    found = await alert_lists.load_alerts(session, asker_of(session, now), [number])
    if number not in found:
        error = NotFoundError("alert", number)
        error.field = "alert"
        raise error
    row = found[number]
    if row.user_id is None and Permission.ALERTS_WRITE not in session.scope.permissions:
        raise ForbiddenError(f"this needs the permission {Permission.ALERTS_WRITE}")
    return row
