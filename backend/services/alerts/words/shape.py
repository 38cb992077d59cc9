"""What a language has to say about alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.alerts import AlertKind
from domain.quantities import Commodity


class EventStage(StrEnum):
    """What an alert has to say of an event of demand response."""

    CALLED = "called"
    MOVED = "moved"
    CANCELLED = "cancelled"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class EventWords:
    """Texts about events of demand response.

    ``place`` and ``what`` as below; ``day``, ``begin`` and ``end`` by the clock of the place,
    ``length`` in hours and minutes; ``name`` and ``level`` of the event for the staff.
    """

    titles: Mapping[EventStage, str]
    bodies: Mapping[EventStage, str]
    staff: str
    electricity: Mapping[int, str]
    """What to do at each level."""

    others: Mapping[int, str]
    """The same where it is not electricity."""

    everything: str
    """What is used less where an event names nothing."""

    hours: str
    minutes: str
    day: str
    """By strftime; ``{number}`` is the day of the month."""


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one language; braces name what is filled in.

    ``place`` is where, ``what`` the commodity, ``day`` its date; ``value`` and ``limit`` come with
    their units.
    """

    locale: str
    decimal: str
    titles: Mapping[AlertKind, str]
    bodies: Mapping[AlertKind, str]
    causes: Mapping[str, str]
    """What a device reported, or an analysis found, as a clause."""

    caused: str
    """Body of an alert with a cause; ``cause`` is one of the above."""

    advice: Mapping[AlertKind, str]
    commodities: Mapping[Commodity, str]
    units: Mapping[str, str]
    """What the unit of the API is called; those left out are called the same."""

    events: EventWords
    hours: str
    group: str
    escalated: str
    why_own: str
    why_default: str
    digest: str
    held: str
    greeting: str
    open_link: str
    settings: str
