"""Demand response by the words of OpenADR 3.1: programs, events, and who takes part.

An event asks for less in ``[starts_at, ends_at)``. It has one interval, whose payload is of the
type SIMPLE: a level from 1 to 3; 0 holds while no event does. Taking part is voluntary: nothing is
switched by an event, and a home that says nothing neither takes part nor declines.

Source: OpenADR Alliance, OpenADR 3.1 Definitions, objects ``program`` and ``event``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.errors import ConflictError, InvalidError
from domain.quantities import Commodity

LONGEST = timedelta(hours=24)
FARTHEST = timedelta(days=90)
"""How long before it begins an event can be called."""

LEVELS = range(1, 4)
PRIORITIES = range(10)
"""Lower numbers are more important, as in OpenADR; 0 is the most."""

MOST_TARGETS = 50
LONGEST_NAME = 100
LONGEST_MESSAGE = 500
LOCALES = ("en", "ru", "ro")


class DrEventState(StrEnum):
    """Where an event stands."""

    SCHEDULED = "scheduled"
    """Published: whoever it reaches was told."""

    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


S = DrEventState

TRANSITIONS: Mapping[DrEventState, frozenset[DrEventState]] = MappingProxyType(
    {
        S.SCHEDULED: frozenset({S.SCHEDULED, S.ACTIVE, S.CANCELLED}),
        S.ACTIVE: frozenset({S.COMPLETED, S.CANCELLED}),
        S.COMPLETED: frozenset(),
        S.CANCELLED: frozenset(),
    }
)
"""What may follow; from scheduled to scheduled is another revision of its times."""

OPEN = frozenset({S.SCHEDULED, S.ACTIVE})


class DrNews(StrEnum):
    """What of an event is told."""

    PUBLISHED = "published"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    """Nobody is told; the alerts of it close."""


@dataclass(frozen=True, slots=True)
class Times:
    """When an event holds: ``[starts_at, ends_at)``, UTC."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def checked(cls, starts_at: datetime, duration: timedelta, now: datetime) -> "Times":
        """Times for which an event can be called now.

        Raises
        ------
        InvalidError
            DR_EVENT_PAST, DR_EVENT_LENGTH or DR_EVENT_FAR, with the field at fault.
        """
        if starts_at < now:
            raise InvalidError(
                f"startsAt = {starts_at.isoformat()}: an event cannot begin in the past",
                code="DR_EVENT_PAST",
                field="startsAt",
            )
        if starts_at > now + FARTHEST:
            raise InvalidError(
                f"startsAt = {starts_at.isoformat()}: at most {FARTHEST.days} days from now",
                code="DR_EVENT_FAR",
                field="startsAt",
            )
        if not timedelta() < duration <= LONGEST:
            minutes = duration.total_seconds() / 60
            raise InvalidError(
                f"durationMinutes = {minutes:g}: must be above 0 and at most 24 hours",
                code="DR_EVENT_LENGTH",
                field="durationMinutes",
            )
        return cls(starts_at, starts_at + duration)

    def overlaps(self, other: "Times") -> bool:
        """Whether two of them have a moment in common.

        Examples
        --------
        >>> noon = datetime(2026, 11, 26, 12)
        >>> hour = timedelta(hours=1)
        >>> Times(noon, noon + hour).overlaps(Times(noon + hour, noon + 2 * hour))
        False
        """
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as it is called."""

    name: str
    commodity: Commodity | None
    """What is to be used less; none: whatever is metered."""

    level: int
    priority: int
    times: Times
    messages: Mapping[str, str]
    """Words to residents, by language."""


def checked_event(event: NewEvent) -> NewEvent:
    """An event whose words and numbers are within what OpenADR and a telephone can carry.

    Raises
    ------
    InvalidError
        With the field at fault.
    """
    checked_name(event.name, "name")
    if event.level not in LEVELS:
        raise InvalidError(
            f"level = {event.level}: must be 1, 2 or 3", code="DR_EVENT_LEVEL", field="level"
        )
    if event.priority not in PRIORITIES:
        raise InvalidError(f"priority = {event.priority}: must be 0 to 9", field="priority")
    for locale, words in event.messages.items():
        if locale not in LOCALES:
            known = ", ".join(LOCALES)
            raise InvalidError(f"messages: {locale!r} is none of {known}", field="messages")
        if not 1 <= len(words.strip()) <= LONGEST_MESSAGE:
            raise InvalidError(
                f"messages: {locale} must have 1 to {LONGEST_MESSAGE} characters", field="messages"
            )
    return event


def checked_name(name: str, field: str) -> str:
    """The name of a program or event.

    Raises
    ------
    InvalidError
        It is empty or too long.
    """
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise InvalidError(f"{field} must have 1 to {LONGEST_NAME} characters", field=field)
    return name.strip()


def checked_step(before: DrEventState, after: DrEventState) -> DrEventState:
    """A transition that may be.

    Raises
    ------
    ConflictError
        DR_EVENT_STATE: what is over cannot go on, and what runs is not moved.
    """
    if after not in TRANSITIONS[before]:
        raise ConflictError(
            f"the event is {before}: it cannot become {after}", code="DR_EVENT_STATE", field="id"
        )
    return after


def due_steps(state: DrEventState, times: Times, now: datetime) -> Sequence[DrEventState]:
    """States that the clock brings an event to, one after the other.

    Examples
    --------
    >>> noon = datetime(2026, 11, 26, 12)
    >>> times = Times(noon, noon + timedelta(hours=2))
    >>> [str(one) for one in due_steps(DrEventState.SCHEDULED, times, noon)]
    ['active']
    >>> [str(one) for one in due_steps(DrEventState.SCHEDULED, times, times.ends_at)]
    ['active', 'completed']
    """
    found: list[DrEventState] = []
    if state is S.SCHEDULED and times.starts_at <= now:
        found.append(S.ACTIVE)
    if state in OPEN and times.ends_at <= now:
        found.append(S.COMPLETED)
    return found


def words_for(messages: Mapping[str, str], locale: str) -> str | None:
    """What the operator says, in a language, or in the first of another; None without any.

    Examples
    --------
    >>> words_for({"ro": "Mulțumim"}, "en")
    'Mulțumim'
    """
    order = (locale, *LOCALES)
    return next((messages[one] for one in order if one in messages), None)
