"""Alerts in whole sentences: what, where, by how much, in the language of who reads."""

from zoneinfo import ZoneInfo

from backend.services.alerts import event_sentences
from backend.services.alerts.said import Said
from backend.services.alerts.words import words_of
from backend.services.alerts.words.shape import Words
from backend.store.alerts.alert_lists import AlertRow
from domain.alerts import IN_HOURS, IN_PERCENT, AlertKind
from domain.hours import instant_of
from domain.quantities import Commodity, EnergyKind, unit_of


def unit_word(kind: AlertKind, commodity: Commodity | None, energy_kind: str) -> str | None:
    """Unit of an alert's value and limit; None where it has neither."""
    if kind in IN_HOURS:
        return "h"
    if kind in IN_PERCENT:
        return "%"
    if kind is AlertKind.VOLTAGE:
        return "V"
    if commodity is None or kind is AlertKind.DR_EVENT:
        return None
    return str(unit_of(commodity, EnergyKind(energy_kind)))


def say(alert: AlertRow, locale: str | None, *, own: bool) -> Said:
    """An alert in a language; ``own`` for a household, who know where they live."""
    words = words_of(locale)
    if alert.event is not None:
        return event_sentences.say(
            alert, alert.event, words, place_of(alert, words, own=own), own=own
        )
    what = "" if alert.commodity is None else words.commodities[alert.commodity]
    facts = {
        "place": place_of(alert, words, own=own),
        "what": what,
        "value": _amount(alert, alert.value, words),
        "limit": _amount(alert, alert.threshold, words),
        "day": _day(alert, words),
    }
    cause = words.causes.get(alert.cause or "")
    if cause is not None:
        body = words.caused.format(cause=cause.format(what=what), **facts)
    else:
        body = words.bodies[alert.kind].format(**facts)
    return Said(words.titles[alert.kind], body, words.advice.get(alert.kind))


def place_of(alert: AlertRow, words: Words, *, own: bool) -> str:
    """Where it is: for a household its flat, for others the way to it."""
    if alert.point_id is None and alert.premise_id is None:
        return alert.site_path or words.group.format(name=alert.name)
    if own:
        return alert.premise or alert.name
    return ", ".join(word for word in (alert.site_path, alert.premise or alert.name) if word)


def _day(alert: AlertRow, words: Words) -> str:
    """The day it is about, in the zone of the place: 25 Nov, or as the language writes it 25.11."""
    moment = alert.opened_at if alert.period is None else instant_of(alert.period)
    local = moment.astimezone(ZoneInfo(alert.timezone))
    return f"{local.day} {local:%b}" if words.locale == "en" else f"{local:%d.%m}"


def _amount(alert: AlertRow, value: float | None, words: Words) -> str:
    if value is None:
        return "?"
    unit = unit_word(alert.kind, alert.commodity, alert.energy_kind)
    number = number_word(value, words)
    if unit == "h":
        return words.hours.format(value=number)
    return f"{number} {words.units.get(unit or '', unit or '')}".rstrip()


def number_word(value: float, words: Words) -> str:
    """A number as people write it: three significant digits are enough to act on.

    Examples
    --------
    >>> number_word(1234.5, words_of("en")), number_word(0.25, words_of("ro"))
    ('1234', '0,25')
    """
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", words.decimal)
