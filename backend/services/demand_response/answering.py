"""Answering: a household takes part in an event, or not this time."""

from datetime import datetime

from backend.services.alerts.rules import person_of
from backend.store.demand_response import event_lists, events
from backend.store.demand_response.event_lists import OwnAnswer
from backend.store.demand_response.events import EventRow
from domain.demand_response import OPEN
from domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from domain.identity import PremiseId
from tenants.session import TenantSession


async def answer(
    session: TenantSession,
    number: int,
    home: PremiseId | None,
    now: datetime,
    *,
    taking_part: bool,
) -> EventRow:
    """Say whether a home takes part; said again, the last word holds.

    Raises
    ------
    NotFoundError
        The event is not there, or does not reach a home of the household.
    ForbiddenError
        A delegate looks on and answers nothing.
    InvalidError
        Several homes are reached, and none was named.
    ConflictError
        DR_EVENT_OVER: it is over, or was called off.
    """
    if number not in await event_lists.load_events(session, [number]):
        raise NotFoundError("event", number)
    event = await events.hold(session, number)
    assert event is not None, "events are never taken away"
    reached = (await event_lists.own_answers(session, [number])).get(number, [])
    premise = _chosen(reached, home)
    holders = {one.premise for one in session.scope.homes if one.holder}
    if premise not in holders:
        raise ForbiddenError("whoever lives there answers for a home")
    if event.state not in OPEN or event.ends_at <= now:
        raise ConflictError("the event is over", code="DR_EVENT_OVER", field="id")
    person = person_of(session.scope)
    await event_lists.answer(session, event, premise, taking_part, person, now)
    return event


def _chosen(reached: list[OwnAnswer], home: PremiseId | None) -> PremiseId:
    known = [one.premise_id for one in reached]
    if home is None and len(known) > 1:
        raise InvalidError("home: the event reaches several of yours, name one", field="home")
    wanted = known[:1] if home is None else [one for one in known if one == home]
    if not wanted:
        error = NotFoundError("home", home)
        error.field = "home"
        raise error
    return wanted[0]
