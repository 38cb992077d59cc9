"""Calling events: programs, events, other times, and calling one off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.services.alerts import marking
from backend.store import bells
from backend.store.demand_response import event_lists, events, programs
from backend.store.demand_response.events import DEMAND_RESPONSE, EventRow, Target
from backend.store.demand_response.programs import ProgramRow
from backend.store.model import metered, sites
from domain.demand_response import (
    MOST_TARGETS,
    DrEventState,
    DrNews,
    NewEvent,
    Times,
    checked_event,
    checked_name,
    checked_step,
)
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.quantities import Commodity
from tenants import audit
from tenants.session import TenantSession

MOST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """An event as an operator calls it."""

    program: int
    name: str
    commodity: Commodity | None
    level: int
    priority: int
    starts_at: datetime
    duration: timedelta
    messages: dict[str, str]
    targets: tuple[Target, ...]


async def create_program(
    session: TenantSession, name: str, description: str | None, now: datetime
) -> ProgramRow:
    """Make a program.

    Raises
    ------
    InvalidError
        Its name is empty or too long.
    ConflictError
        DR_PROGRAM_EXISTS: there is one of that name.
    """
    wanted = checked_name(name, "name")
    number = await programs.insert(session, wanted, (description or "").strip() or None, now)
    if number is None:
        raise ConflictError(
            f"name = {wanted!r}: there is such a program", code="DR_PROGRAM_EXISTS", field="name"
        )
    await audit.record(session, "dr.program", f"dr program {number}", {"name": wanted})
    return (await programs.load(session, [number]))[number]


async def call(session: TenantSession, asked: Asked, now: datetime) -> EventRow:
    """Call an event: it is published at once, and told to the homes that it reaches.

    Raises
    ------
    NotFoundError
        Its program or a target is not there, or not in sight.
    InvalidError
        Its times, level or words; or no home lies at its targets (DR_NOBODY).
    ConflictError
        DR_OVERLAP: an event of the program asks one of the homes at the same time.
    """
    times = Times.checked(asked.starts_at, asked.duration, now)
    new = checked_event(
        NewEvent(asked.name, asked.commodity, asked.level, asked.priority, times, asked.messages)
    )
    timezone = await _check_targets(session, asked.targets)
    if not await programs.lock(session, asked.program):
        raise _absent("program", asked.program)
    number = await events.insert(session, asked.program, new, timezone, now)
    await events.aim(session, number, list(dict.fromkeys(asked.targets)))
    homes = await events.reach(session, number, asked.commodity)
    if not homes:
        raise InvalidError(
            "targets: no home there has a meter of this kind", code="DR_NOBODY", field="targets"
        )
    await _check_overlap(session, asked.program, number, times)
    event = await _locked(session, number)
    await _announce(session, event, DrNews.PUBLISHED, now)
    told: dict[str, audit.Word] = {"name": event.name, "homes": homes, "level": event.level}
    await audit.record(session, "dr.call", f"dr event {number}", told | _said(times))
    return event


async def change(
    session: TenantSession, number: int, starts_at: datetime, duration: timedelta, now: datetime
) -> EventRow:
    """Move an event that has not begun: another revision, which is told and answered anew.

    Raises
    ------
    NotFoundError
        It is not there, or reaches beyond what is in sight.
    InvalidError
        Its times.
    ConflictError
        DR_EVENT_STATE: it has begun, or is over. DR_OVERLAP.
    """
    event = await _in_sight(session, number)
    checked_step(event.state, DrEventState.SCHEDULED)
    if event.starts_at <= now:
        checked_step(DrEventState.ACTIVE, DrEventState.SCHEDULED)
    times = Times.checked(starts_at, duration, now)
    if times == event.times:
        return event
    await programs.lock(session, event.program_id)
    await _check_overlap(session, event.program_id, number, times)
    event = await events.move(session, event, DrEventState.SCHEDULED, now, times=times)
    await _announce(session, event, DrNews.CHANGED, now)
    await audit.record(session, "dr.change", f"dr event {number}", _said(times))
    return event


async def cancel(session: TenantSession, number: int, note: str | None, now: datetime) -> EventRow:
    """Call an event off, before or while it runs.

    Raises
    ------
    NotFoundError
        It is not there, or reaches beyond what is in sight.
    ConflictError
        DR_EVENT_STATE: it is over.
    """
    event = await _in_sight(session, number)
    state = DrEventState.COMPLETED if event.ends_at <= now else event.state
    checked_step(state, DrEventState.CANCELLED)
    why = (note or "").strip()[:MOST_NOTE] or None
    event = await events.move(session, event, DrEventState.CANCELLED, now, note=why)
    await marking.note_dr_event(session, event.id, DrNews.CANCELLED, now)
    await audit.record(session, "dr.cancel", f"dr event {number}", {"note": why})
    return event


async def _announce(session: TenantSession, event: EventRow, news: DrNews, now: datetime) -> None:
    """Have an event told, and its beginning and end kept."""
    await marking.note_dr_event(session, event.id, news, now)
    for word, moment in (("begins", event.starts_at), ("ends", event.ends_at)):
        key = f"{event.id} {event.revision} {word}"
        await bells.ring_later(session, DEMAND_RESPONSE, key, moment)


async def _check_targets(session: TenantSession, targets: Sequence[Target]) -> str:
    """Zone of the first target, if all of them are in sight."""
    if not 1 <= len(targets) <= MOST_TARGETS:
        raise InvalidError(f"targets must name 1 to {MOST_TARGETS}", field="targets")
    known = await sites.load(session, [one.site_id for one in targets if one.site_id is not None])
    groups = await metered.load_groups(
        session, [one.group_id for one in targets if one.group_id is not None]
    )
    zones = []
    for one in targets:
        node = known.get(one.site_id) if one.site_id is not None else None
        if one.group_id is not None:
            node = groups.get(one.group_id)  # type: ignore[assignment]  # both know their zone
        if node is None:
            raise _absent("targets", one.site_id or one.group_id)
        zones.append(node.timezone)
    return zones[0]


async def _check_overlap(session: TenantSession, program: int, event: int, times: Times) -> None:
    other = await events.overlapping(session, program, event, times)
    if other is not None:
        raise ConflictError(
            f"startsAt = {times.starts_at.isoformat()}: {other!r} of the same program asks some of"
            " the homes at that time",
            code="DR_OVERLAP",
            field="startsAt",
        )


async def _in_sight(session: TenantSession, number: int) -> EventRow:
    """An event, locked, all of whose targets are in sight."""
    if number not in await event_lists.load_events(session, [number]):
        raise _absent("id", number)
    event = await _locked(session, number)
    await _check_targets(session, (await event_lists.targets(session, [number]))[number])
    return event


async def _locked(session: TenantSession, number: int) -> EventRow:
    event = await events.lock(session, number)
    assert event is not None, "events are never taken away"
    return event


def _absent(field: str, number: object) -> NotFoundError:
    error = NotFoundError(field, number)
    error.field = field
    return error


def _said(times: Times) -> dict[str, audit.Word]:
    return {"starts_at": times.starts_at.isoformat(), "ends_at": times.ends_at.isoformat()}
