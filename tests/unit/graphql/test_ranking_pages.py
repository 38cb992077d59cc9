"""A ranking in pages is the whole ranking, whoever leaves it meanwhile."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.graphql.balance_ranking import BalanceRanking, page_of
from backend.services.reading.profiles import Range
from backend.services.reading.ranking import Asked, Ranked, Rankings
from backend.store.model.listings import GroupListing, Under
from backend.store.model.metered import GroupRow
from domain.errors import InvalidError
from domain.hours import Step
from domain.identity import BalanceGroupId, SiteId, TenantId
from domain.quantities import Commodity

SHARES = st.lists(st.none() | st.floats(-2, 1), max_size=12)


def ranked(shares: list[float | None]) -> list[Ranked]:
    """Groups with these shares, in their order."""
    rows = [
        Ranked(
            GroupListing(
                GroupRow(BalanceGroupId(number), str(number), Commodity.GAS, "Etc/UTC", None, None),
                path="City",
            ),
            *(None, None, None, share, None),
            hours=24,
            judged=0,
        )
        for number, share in enumerate(shares, 1)
    ]
    return sorted(rows, key=lambda row: row.place)


def names(page: BalanceRanking) -> list[str]:
    return [row.name for row in page.rows]


@given(SHARES, st.integers(1, 5))
def test_pages_are_the_whole_in_its_order(shares: list[float | None], first: int) -> None:
    rows = ranked(shares)
    told: list[str] = []
    after: str | None = None
    while True:
        page = page_of(rows, first, after)
        told += names(page)
        assert page.total == len(rows)
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
    assert told == [row.listing.group.name for row in rows]


@given(SHARES.filter(bool), st.data())
def test_a_place_outlives_the_one_who_stood_there(
    shares: list[float | None], data: st.DataObject
) -> None:
    rows = ranked(shares)
    first = data.draw(st.integers(1, len(rows)))
    after = page_of(rows, first, None).page_info.end_cursor
    left = [*rows[: first - 1], *rows[first:]]
    assert names(page_of(left, 100, after)) == [row.listing.group.name for row in rows[first:]]


@pytest.mark.parametrize(
    "text", ["x", "rank:0:0x0p+0:1", "after:1", "rank:0:nan:1", "rank:2:1", "rank:0:0x1p9999:1"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    for after in {text, base64.b64encode(text.encode()).decode()} - {
        base64.b64encode(b"rank:0:0x0p+0:1").decode()
    }:
        with pytest.raises(InvalidError, match="cursor"):
            page_of([], 1, after)


NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)


def asked(tenant: int = 1, sites: frozenset[SiteId] | None = None, days: int = 7) -> Asked:
    """A question of a tenant."""
    return Asked(
        TenantId(tenant), sites, Under(None, Commodity.GAS), Range(0, 24 * days, Step.HOUR)
    )


def test_later_pages_are_cut_from_the_ranking_of_the_first_for_a_while() -> None:
    kept, rows = Rankings(), ranked([0.1, None])
    kept.keep(asked(), rows, NOW)
    assert kept.find(asked(), NOW + timedelta(minutes=5)) is rows
    assert kept.find(asked(), NOW + timedelta(minutes=5, seconds=1)) is None


@pytest.mark.parametrize(
    "other", [asked(tenant=2), asked(sites=frozenset({SiteId(1)})), asked(days=8)]
)
def test_a_ranking_is_kept_for_its_question_in_its_sight(other: Asked) -> None:
    kept = Rankings()
    kept.keep(asked(), ranked([0.1]), NOW)
    assert kept.find(other, NOW) is None


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4)), max_size=12))
def test_what_is_kept_is_bounded_and_the_newest(made: list[tuple[int, int]]) -> None:
    kept = Rankings(most=6)
    for tenant, size in made:
        kept.keep(asked(tenant), ranked([0.5] * size), NOW)
    known = {one: kept.find(asked(one), NOW) for one in range(1, 5)}
    assert sum(len(rows) for rows in known.values() if rows is not None) <= 6
    if made:
        tenant, size = made[-1]
        assert known[tenant] == ranked([0.5] * size)
