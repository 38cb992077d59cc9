"""A ranking in pages is the whole ranking, whoever leaves it meanwhile."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.graphql.balance_ranking import BalanceRanking, page_of
from backend.services.reading.ranking import Ranked
from backend.store.model.listings import GroupListing
from backend.store.model.metered import GroupRow
from domain.errors import InvalidError
from domain.identity import BalanceGroupId
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
