"""What the clock does with events: they begin and end on time, once, whenever it is looked."""

from datetime import datetime

from backend.services.alerts import marking
from backend.store import bells
from backend.store.demand_response import events
from backend.store.demand_response.events import DEMAND_RESPONSE
from domain.demand_response import DrEventState, DrNews, due_steps
from tenants.session import TenantSession


async def tend(session: TenantSession, now: datetime) -> list[int]:
    """Let events begin and end that the clock has overtaken; ids of those that went on.

    The bells are answered before the rows are read: what comes later rings again.
    """
    keys = await bells.heard(session, DEMAND_RESPONSE)
    await bells.answer(session, DEMAND_RESPONSE, keys)
    found = await events.due(session, now)
    for one in found:
        event = one
        for state in due_steps(one.state, one.times, now):
            moment = event.starts_at if state is DrEventState.ACTIVE else event.ends_at
            event = await events.move(session, event, state, moment)
        if event.state is DrEventState.COMPLETED:
            await marking.note_dr_event(session, event.id, DrNews.COMPLETED, now)
    coming = await events.next_moment(session)
    if coming is not None:  # also of a bell that was answered a moment too soon
        await bells.ring_later(session, DEMAND_RESPONSE, "next", coming)
    return [one.id for one in found]
