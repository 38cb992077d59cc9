"""Events of demand response in whole sentences: when, for how long, and what to do.

Times are those of the clock on the wall of the home.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.services.alerts.said import Said
from backend.services.alerts.words import words_of
from backend.services.alerts.words.shape import EventStage, EventWords, Words
from backend.store.alerts.alert_lists import AlertRow, EventFacts
from domain.demand_response import DrEventState, words_for
from domain.quantities import Commodity

_OVER = {
    DrEventState.CANCELLED: EventStage.CANCELLED,
    DrEventState.COMPLETED: EventStage.OVER,
}
_ASKED = frozenset({EventStage.CALLED, EventStage.MOVED})


def say(alert: AlertRow, event: EventFacts, words: Words, place: str, *, own: bool) -> Said:
    """An alert about an event; a household reads what the operator wrote, and what to do."""
    told, zone, stage = words.events, ZoneInfo(alert.timezone), stage_of(event)
    begin, end = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    last = f"{end:%H:%M}" if end.date() == begin.date() else f"{_day(end, told)} {end:%H:%M}"
    what = told.everything if alert.commodity is None else words.commodities[alert.commodity]
    facts = {
        "place": place,
        "what": what,
        "day": _day(begin, told),
        "begin": f"{begin:%H:%M}",
        "end": last,
        "length": length_word(event.ends_at - event.starts_at, told),
        "name": event.name,
        "level": event.level,
    }
    title = told.titles[stage].format(**facts)
    if not own:
        return Said(title, told.staff.format(**facts), None)
    body = told.bodies[stage].format(**facts)
    if stage not in _ASKED:
        return Said(title, body, None)
    message = words_for(event.messages, words.locale)
    told_to_do = advice(words.locale, alert.commodity, event.level)
    return Said(title, " ".join(filter(None, (body, message))), told_to_do)


def advice(locale: str | None, commodity: Commodity | None, level: int) -> str:
    """What a home can do at a level."""
    told = words_of(locale).events
    chosen = told.electricity if commodity is Commodity.ELECTRICITY else told.others
    return chosen[level]


def stage_of(event: EventFacts) -> EventStage:
    """What is to be said of an event as it stands."""
    asked = EventStage.MOVED if event.revision > 1 else EventStage.CALLED
    return _OVER.get(event.state, asked)


def length_word(length: timedelta, words: EventWords) -> str:
    """A length as people say it, in hours and minutes.

    Examples
    --------
    >>> from backend.services.alerts.words import words_of
    >>> length_word(timedelta(minutes=90), words_of("ru").events)
    '1 ч 30 мин'
    """
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    parts = []
    if hours:
        parts.append(words.hours.format(value=hours))
    if minutes or not hours:
        parts.append(words.minutes.format(value=minutes))
    return " ".join(parts)


def _day(moment: datetime, words: EventWords) -> str:
    return f"{moment:{words.day.replace('{number}', str(moment.day))}}"
