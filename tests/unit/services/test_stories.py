"""Findings and checks in three languages: every part there is, with every number it names."""

from datetime import UTC, datetime
from string import Formatter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.attribution.catalogue import causes
from analytics.attribution.judgement import Evidence, Kind, Unattributed
from analytics.leaks.signs import Kind as SignKind
from analytics.leaks.signs import Sign
from backend.services.findings import sentences, stories
from backend.services.findings.attributing import KINDS
from backend.services.findings.stories import Closest, Story
from backend.services.findings.words import LANGUAGES, words_of
from backend.services.findings.words.shape import Words
from backend.store.findings.due import WatchedPoint
from backend.store.findings.finding_lists import FindingRow
from domain.findings import FindingKind, FindingState
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import Commodity

SINCE = datetime(2026, 11, 5, 16, tzinfo=UTC)
KITCHEN = WatchedPoint(
    group_id=BalanceGroupId(1),
    id=MeteringPointId(1),
    commodity=Commodity.WATER_COLD,
    role="consumer",
    site_id=1,
    premise_id=1,
    name="Kitchen",
    timezone="Europe/Chisinau",
    site_path="House 1",
    pulses_per=1,
    per_units=0.001,
    capacity=2.5,
    serial="W4",
    premise="Flat 4",
)
OTHERS = [words for locale, words in LANGUAGES.items() if locale != "en"]


def named(text: str) -> set[tuple[str, str]]:
    """What a text has filled in, each with how it is written."""
    return {(name, kind or "") for _, name, kind, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("words", OTHERS, ids=lambda one: one.locale)
@pytest.mark.parametrize("table", ["heads", "parts", "causes", "reports", "checks", "closest"])
def test_every_language_says_all_and_names_the_same_numbers(words: Words, table: str) -> None:
    english, other = getattr(LANGUAGES["en"], table), getattr(words, table)
    assert other.keys() == english.keys()
    for code, text in english.items():
        assert named(other[code]) - {("what", "")} == named(text) - {("what", "")}, code


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=lambda one: one.locale)
def test_every_cause_of_the_catalogue_has_words(words: Words) -> None:
    every = {cause for one in Commodity for kind in Kind for cause in causes(kind, one)}
    assert every <= words.causes.keys()
    assert len(words.months) == 12
    assert set(words.commodities) == set(Commodity)
    assert {str(one) for one in Commodity} <= words.heads.keys()


def leak(**values: float) -> Story:
    numbers = {"hours": 30.0, "flow": 12.0, "amount": 412.5, "habit_longest": 9.0, **values}
    parts = ("leak_continuous", "run_before", "flowed", "do_leak_continuous")
    return Story("water_cold", "House 1, Flat 4", "Europe/Chisinau", parts, numbers, "W4")


def told(story: Story, locale: str) -> str:
    return stories.tell(story, Commodity.WATER_COLD, SINCE, ("worn_meter",), locale)


def test_a_leak_reads_as_people_speak() -> None:
    assert told(leak(), "en") == (
        "Cold water meter W4 (House 1, Flat 4): cold water has flowed without a pause for 30"
        " hours, since 5 November 2026, 18:00, at no less than 12 l an hour; the longest such run"
        " before was 9 hours. About 412 l have flowed in that way. Look for a running cistern, a"
        " dripping tap, a boiler valve or a pipe."
    )
    russian = told(leak(amount=41_250.0), "ru-MD")
    assert russian.startswith(
        "Счётчик холодной воды W4 (House 1, Flat 4): расход без перерыва уже 30 ч,"
        " с 5 ноября 2026, 18:00, не менее 12 л в час;"  # noqa: RUF001 - Cyrillic
    )
    assert "41,2 м³" in russian
    assert "5 noiembrie 2026, 18:00" in told(leak(), "ro")
    assert told(leak(), "de") == told(leak(), "en")


@pytest.mark.parametrize(
    ("hours", "since", "says"),
    [
        (500.0, 40, "the longest such run before was 9 hours"),
        (0.0, 40, "how long it usually flows is not known yet"),
        (0.0, 0, "an hour without flow was never seen"),
    ],
)
def test_a_leak_says_that_it_was_never_quiet_only_where_it_never_was(
    hours: float, since: int, says: str
) -> None:
    figures = {"hours": 30.0, "floor": 20.0, "habit_hours": hours, "habit_longest": 9.0}
    sign = Sign(0, SignKind.CONTINUOUS, since, 20.0, 600.0, 0.7, figures)
    assert f"; {says}" in told(sentences.of_sign(KITCHEN, sign), "en")


def test_a_trickle_says_how_many_pulses_came_and_how_many_are_usual() -> None:
    figures = {"pulses": 31.0, "idle_hours": 82.0, "pulses_usual": 2.6, "likelihood": 40.0}
    sign = Sign(0, SignKind.TRICKLE, 0, 0.42, 50.0, 0.9, figures)
    story = sentences.of_sign(KITCHEN, sign)
    assert told(story, "en") == (
        "Cold water meter W4 (House 1, Flat 4): single pulses come by day and night, since"
        " 5 November 2026, 18:00: in 31 of 82 hours without other use, where 3 would be usual."
        " About 0.42 l an hour flow. Look for a dripping tap, a cistern that does not close or a"
        " safety valve."
    )


def test_a_leak_that_grows_by_pulses_says_how_it_grew() -> None:
    figures = {"flow_before": 0.31, "likelihood": 9.0}
    sign = Sign(0, SignKind.GROWING, 0, 0.84, 18.0, 0.7, figures)
    assert told(sentences.of_sign(KITCHEN, sign), "en") == (
        "Cold water meter W4 (House 1, Flat 4): pulses come by day and night since 5 November"
        " 2026, 18:00, ever closer: a leak of about 0.84 l an hour now, 0.31 l a day ago. About"
        " 18 l are lost so far. Look for it soon: it will not stay as small as it is."
    )
    known = Sign(0, SignKind.GROWING, 0, 12.0, 500.0, 0.9, {"floor_before": 7.0})
    assert "without a pause" in told(sentences.of_sign(KITCHEN, known), "en")


def test_reports_of_devices_are_told_with_their_moments_and_few() -> None:
    reports = [("magnet", SINCE), ("cover", SINCE), ("magnet", SINCE), ("tamper", SINCE)]
    text = told(leak().with_reports(reports), "ro")
    assert text.endswith(
        "Modulul său a raportat: un magnet (5 noiembrie 2026, 18:00),"
        " capac deschis (5 noiembrie 2026, 18:00), un magnet (5 noiembrie 2026, 18:00) și încă 1."
    )


def test_what_an_older_release_kept_stays_as_it_was() -> None:
    assert stories.causes_in(["worn meter", "worn_meter"], "ru") == ["worn meter", "износ счётчика"]


@given(
    values=st.dictionaries(st.text("abc_", min_size=1), st.floats(allow_infinity=False)),
    place=st.text(),
    reports=st.lists(st.tuples(st.sampled_from(["magnet", "cover"]), st.datetimes())),
)
def test_what_is_kept_comes_back(
    values: dict[str, float], place: str, reports: list[tuple[str, datetime]]
) -> None:
    story = Story("gas", place, "UTC", ("flowed",), values).with_reports(reports)
    back = Story.of(story.packed())
    assert repr(back) == repr(story)


def loss(near: list[Closest]) -> Story:
    blank = np.full(1, np.nan)
    told = Unattributed(0, 90_000.0, 80_000.0, 100_000.0, 9.0, "", Evidence(*[blank] * 4))
    return sentences.of_loss("Region/House 1", "Europe/Chisinau", told, near)


def test_a_loss_without_a_name_says_who_comes_near_and_accuses_nobody() -> None:
    near = [
        Closest("meter_slowed", "Flat 6", "E5", 17, 0.41),
        Closest("meter_offset", "Region/House 1/Entrance 2", "", None, 0.2),
    ]
    story = loss(near)
    assert Story.of(story.packed()) == story
    text = stories.tell(story, Commodity.ELECTRICITY, SINCE, (), "en")
    assert "Nobody is named" in text
    assert "E5 (Flat 6): the loss resembles what it counts; Region/House 1/Entrance 2:" in text
    assert "Walk the lines" in text
    for locale, words in LANGUAGES.items():
        told = stories.tell(story, Commodity.ELECTRICITY, SINCE, (), locale)
        assert words.closest["meter_slowed"] in told
    alone = stories.tell(loss([]), Commodity.ELECTRICITY, SINCE, (), "en")
    assert "No meter's readings come near it." in alone


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=lambda one: one.locale)
def test_every_kind_that_may_come_near_has_words(words: Words) -> None:
    assert words.closest.keys() == {str(KINDS[one]) for one in Kind if one is not Kind.CLOCK_SKEW}


def test_what_an_older_release_kept_knows_of_nobody_near() -> None:
    kept = leak().packed()
    del kept["closest"]
    assert Story.of(kept) == leak()


def test_a_number_that_is_none_is_told_as_unknown() -> None:
    kept = leak().packed()
    kept["values"] = {**leak().values, "flow": None}
    assert "no less than ? an hour" in told(Story.of(kept), "en")


def test_shares_and_amounts() -> None:
    for locale, share, amount in (("en", "12.3 %", "1.5 kWh"), ("ru", "12,3 %", "1,5 кВт·ч")):
        words = words_of(locale)
        figure = stories.Figure(0.1234, words, Commodity.ELECTRICITY)
        assert (f"{figure:f}", f"{figure:p}", f"{figure:n}") == (share, "12 %", "0")
        assert f"{stories.Figure(1500, words, Commodity.ELECTRICITY):q}" == amount


def kept(story: Story, since: datetime = SINCE) -> FindingRow:
    """A finding that keeps a story."""
    return FindingRow(
        id=1,
        kind=FindingKind.LEAK_CONTINUOUS,
        state=FindingState.NEW,
        verdict=None,
        commodity=Commodity.WATER_COLD,
        point_id=None,
        group_id=None,
        site_id=None,
        since=since,
        seen_at=since,
        opened_at=since,
        closed_at=None,
        amount=None,
        amount_low=None,
        amount_high=None,
        flow=None,
        confidence=1.0,
        figures={},
        causes=("worn_meter",),
        explanation="as it was told",
        story=story.packed(),
    )


@pytest.mark.parametrize("locale", LANGUAGES)
def test_reason_and_advice_are_the_whole_and_share_nothing(locale: str) -> None:
    finding = kept(leak())
    reason, advice = stories.reason(finding, locale), stories.advice(finding, locale)
    assert advice is not None
    whole = stories.explain(finding, locale)
    assert whole.lower().endswith(f"{reason} {advice}".lower())
    assert (reason[0].isupper(), advice[0].isupper()) == (True, True)
    assert "W4" not in reason


def test_who_has_nothing_to_do_is_told_nothing_to_do() -> None:
    saving = kept(Story("gas", "Flat 4", "Etc/UTC", ("honest_saving",), {"amount": 1.0}, "G4"))
    assert stories.advice(saving, "en") is None
    assert stories.reason(saving, "en").startswith("It takes less")
    old = saving._replace(story=None)
    assert (stories.reason(old, "ru"), stories.advice(old, "ru")) == ("as it was told", None)


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=lambda one: one.locale)
def test_each_advice_is_a_sentence_of_its_own(words: Words) -> None:
    for part, text in words.parts.items():
        if part.startswith("do_"):
            assert text.startswith(" "), part
            assert text[1].isupper(), part
            assert text.endswith("."), part
