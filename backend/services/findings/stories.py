"""What a finding or check says, as a code with values; told in the language of whoever reads.

A story is kept with its finding, in no language; :func:`tell` makes whole sentences of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite, nan
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backend.services.findings.words import words_of
from backend.services.findings.words.shape import Words
from backend.store.findings.finding_lists import FindingRow
from domain.quantities import Commodity, unit_of

MOST_REPORTS = 3
"""Reports of devices that are told one by one."""


class Closest(NamedTuple):
    """A meter whose readings come near a loss, and that nobody accuses."""

    kind: str
    """What it would be found to be."""

    place: str
    serial: str
    point_id: int | None
    """None for what a whole group below takes."""

    chance: float
    """By the likelihoods of all explanations tried, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Story:
    """Whom it is about, its parts in their order, and the numbers that they name."""

    head: str
    place: str
    zone: str
    parts: tuple[str, ...]
    values: Mapping[str, float]
    serial: str = ""
    reports: tuple[tuple[str, str], ...] = ()
    """What a device reported, and when (RFC 3339)."""

    closest: tuple[Closest, ...] = ()
    """Who is not accused, the likeliest first."""

    def with_reports(self, reports: Sequence[tuple[str, datetime]]) -> "Story":
        """The same, with what its device reported."""
        told = tuple((what, at.isoformat()) for what, at in reports)
        return replace(self, parts=(*self.parts, "reported"), reports=told)

    def packed(self) -> dict[str, object]:
        """As it is kept."""
        return {
            "head": self.head,
            "place": self.place,
            "zone": self.zone,
            "parts": list(self.parts),
            "values": dict(self.values),
            "serial": self.serial,
            "reports": [list(one) for one in self.reports],
            "closest": [list(one) for one in self.closest],
        }

    @classmethod
    def of(cls, kept: Mapping[str, object]) -> "Story":
        """Unpack what was kept."""
        values = dict(kept)
        numbers = values["values"]
        assert isinstance(numbers, dict)
        # what is no number in JSON
        values["values"] = {name: nan if one is None else one for name, one in numbers.items()}
        for name in ("parts", "reports"):
            listed = values[name]
            assert isinstance(listed, list)
            values[name] = tuple(tuple(one) if isinstance(one, list) else one for one in listed)
        near = values.get("closest", [])  # what an older release kept has none
        assert isinstance(near, list)
        values["closest"] = tuple(Closest(*one) for one in near)
        return cls(**values)  # type: ignore[arg-type]  # as packed


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that knows how a language writes it; the letters are those of the words."""

    value: float
    words: Words
    commodity: Commodity

    def __format__(self, kind: str) -> str:
        """Write it."""
        if not isfinite(self.value):
            return "?"
        match kind:
            case "q":
                return quantity(self.value, self.commodity, self.words)
            case "p":
                return f"{self._number(100 * self.value, 0)} %"
            case "f":
                return f"{self._number(100 * self.value, 1)} %"
            case "k":
                return self._number(self.value, 1)
            case _:
                return self._number(self.value, 0)

    def _number(self, value: float, places: int) -> str:
        return f"{value:.{places}f}".replace(".", self.words.decimal)


def quantity(amount: float, commodity: Commodity, words: Words) -> str:
    """Wh or litres in the unit that people read, with three digits that count.

    Examples
    --------
    >>> quantity(12_345, Commodity.GAS, words_of("en"))
    '12.3 m3'
    >>> quantity(12, Commodity.WATER_COLD, words_of("ru"))
    '12 л'
    """
    unit = str(unit_of(commodity))
    if abs(amount) < 1000 and unit == "m3":
        number, unit = f"{amount:.3g}", "l"
    else:
        value = amount / 1000
        number = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{number.replace('.', words.decimal)} {words.units.get(unit, unit)}"


def moment(at: datetime, zone: str, words: Words) -> str:
    """A moment as people at the site write it.

    Examples
    --------
    >>> from datetime import UTC
    >>> moment(datetime(2026, 11, 5, 16, tzinfo=UTC), "Europe/Chisinau", words_of("ru"))
    '5 ноября 2026, 18:00'
    """
    local = at.astimezone(ZoneInfo(zone))
    month = words.months[local.month - 1]
    return words.moment.format(day=local.day, month=month, year=local.year, time=f"{local:%H:%M}")


def tell(
    story: Story,
    commodity: Commodity,
    since: datetime,
    causes: Sequence[str] = (),
    locale: str | None = None,
) -> str:
    """A story in whole sentences."""
    words = words_of(locale)
    facts = _facts(story, commodity, since, causes, words)
    head = words.heads[story.head].format(**facts)
    return head + "".join(words.parts[part].format(**facts) for part in story.parts)


def _facts(
    story: Story, commodity: Commodity, since: datetime, causes: Sequence[str], words: Words
) -> dict[str, object]:
    """What the braces of the words stand for."""
    facts: dict[str, object] = {
        name: Figure(value, words, commodity) for name, value in story.values.items()
    }
    return facts | {
        "place": story.place,
        "serial": story.serial,
        "what": words.commodities[commodity],
        "since": moment(since, story.zone, words),
        "causes": "; ".join(causes_in(causes, words.locale)),
        "reports": _reports(story, words),
        "closest": "; ".join(_near(one, words) for one in story.closest),
    }


def _reports(story: Story, words: Words) -> str:
    named = [
        words.on.format(
            report=words.reports[what],
            moment=moment(datetime.fromisoformat(at), story.zone, words),
        )
        for what, at in story.reports[:MOST_REPORTS]
    ]
    listed, left = ", ".join(named), len(story.reports) - MOST_REPORTS
    return words.more.format(listed=listed, count=left) if left > 0 else listed


def _near(one: Closest, words: Words) -> str:
    who = f"{one.serial} ({one.place})" if one.serial else one.place
    return words.near.format(who=who, why=words.closest[one.kind])


def why(one: Closest, locale: str | None = None) -> str:
    """Why a meter comes near a loss."""
    return words_of(locale).closest[one.kind]


def closest(finding: FindingRow) -> tuple[Closest, ...]:
    """Meters whose readings come near a finding that accuses nobody, the likeliest first."""
    return () if finding.story is None else Story.of(finding.story).closest


def causes_in(causes: Sequence[str], locale: str | None = None) -> list[str]:
    """Causes in a language; what an older release kept in words stays in these."""
    words = words_of(locale)
    return [words.causes.get(one, one) for one in causes]


def explain(finding: FindingRow, locale: str | None = None) -> str:
    """A finding in whole sentences; one of an older release in those that were kept."""
    if finding.story is None:
        return finding.explanation
    story = Story.of(finding.story)
    return tell(story, finding.commodity, finding.since, finding.causes, locale)


_TOLD_APART = frozenset(("look_for", "closest"))
"""Parts whose contents a finding also has as lists: its causes, and who comes near."""


def _is_advice(part: str) -> bool:
    return part.startswith("do_")


def reason(finding: FindingRow, locale: str | None = None) -> str:
    """Why a finding is said, without whom it is about, what may be behind it and what to do."""
    if finding.story is None:
        return finding.explanation
    kept = Story.of(finding.story).parts
    return _only(
        finding, [one for one in kept if not _is_advice(one) and one not in _TOLD_APART], locale
    )


def advice(finding: FindingRow, locale: str | None = None) -> str | None:
    """What to do next; None of a finding that asks for nothing, or that an older release kept."""
    if finding.story is None:
        return None
    kept = [one for one in Story.of(finding.story).parts if _is_advice(one)]
    return _only(finding, kept, locale) if kept else None


def _only(finding: FindingRow, parts: Sequence[str], locale: str | None) -> str:
    """Some parts of a finding as sentences of their own."""
    assert finding.story is not None
    words, story = words_of(locale), Story.of(finding.story)
    facts = _facts(story, finding.commodity, finding.since, finding.causes, words)
    text = "".join(words.parts[part].format(**facts) for part in parts).strip()
    return text[:1].upper() + text[1:]
