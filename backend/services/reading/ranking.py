"""Balances below a place side by side, those that lose most first, in one answer."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from backend.services.reading import balances
from backend.services.reading.balances import Amounts, Balance
from backend.services.reading.profiles import Range
from backend.store.model import listings
from backend.store.model.listings import GroupListing, Under
from domain.errors import LimitError
from domain.identity import SiteId, TenantId
from domain.quantities import Mask
from tenants.session import TenantSession

MOST_GROUPS = 5000
AT_ONCE = 200
"""Groups whose hours are held in memory together."""

Place = tuple[bool, float, int]
"""Whether its share is unknown, the share that is lost with its sign turned, and the group."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A group with an inlet, summed over the range; amounts in Wh or litres."""

    listing: GroupListing
    supplied: int | None
    delivered: int | None
    imbalance: int | None
    """Of the hours that can be judged."""

    share: float | None
    """Imbalance of what was supplied in those hours."""

    coverage: float | None
    """Mean over the hours, 0 to 1."""

    hours: int
    judged: int

    @property
    def place(self) -> Place:
        """Where it stands in a ranking, whatever else stands there."""
        return self.share is None, -(self.share or 0.0), self.listing.group.id


class Asked(NamedTuple):
    """Which ranking, and in whose sight."""

    tenant: TenantId
    sites: frozenset[SiteId] | None
    under: Under
    range: Range


KEPT = timedelta(minutes=5)
"""How long later pages are cut from the ranking that their first page was cut from."""

MOST_KEPT = 50_000
"""Rows of all rankings that are kept together."""


class Rankings:
    """The newest rankings, so that a walk through the pages of one reckons it once.

    The first page is always reckoned anew: nobody sees an older ranking than they asked for.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._known: OrderedDict[Asked, tuple[datetime, list[Ranked]]] = OrderedDict()

    def find(self, asked: Asked, now: datetime) -> list[Ranked] | None:
        """The ranking of a first page that was asked for not long ago."""
        made, rows = self._known.get(asked, (now, None))
        return rows if now - made <= KEPT else None

    def keep(self, asked: Asked, rows: list[Ranked], now: datetime) -> None:
        """Keep a ranking in the place of the one before; the oldest give way."""
        self._known.pop(asked, None)
        self._known[asked] = now, rows
        while self._known and sum(len(kept) for _, kept in self._known.values()) > self._most:
            self._known.popitem(last=False)


async def rank(
    session: TenantSession,
    under: Under,
    asked: Range,
    now: datetime,
    spend: Callable[[int], None],
) -> list[Ranked]:
    """Groups in sight that have an inlet, by the share that is lost; unknown shares come last.

    ``spend`` is told how many hours are read before they are.

    Raises
    ------
    LimitError
        COST_LIMIT: more groups than one answer compares, or more hours than ``spend`` allows.
    """
    found = await listings.groups(session, under, MOST_GROUPS + 1)
    if len(found) > MOST_GROUPS:
        raise LimitError(
            f"more than {MOST_GROUPS} balances to compare: ask for a part of the tree",
            code="COST_LIMIT",
        )
    spend(len(found) * (asked.end - asked.start))
    rows: list[Ranked] = []
    for start in range(0, len(found), AT_ONCE):
        part = found[start : start + AT_ONCE]
        told = await balances.of_groups(session, [one.group for one in part], asked, now)
        rows += [_summed(one, own) for one, own in zip(part, told, strict=True)]
    return sorted(rows, key=lambda row: row.place)


def _summed(listing: GroupListing, told: Balance) -> Ranked:
    judged = told.imbalance.known
    lost = _sum(told.imbalance, judged)
    supply = _sum(told.supplied, judged & told.supplied.known)
    coverage = told.coverage[~np.isnan(told.coverage)]
    return Ranked(
        listing=listing,
        supplied=_sum(told.supplied, told.supplied.known),
        delivered=_sum(told.delivered, told.delivered.known),
        imbalance=lost,
        share=lost / supply if lost is not None and supply else None,
        coverage=float(coverage.mean()) if len(coverage) else None,
        hours=len(judged),
        judged=int(judged.sum()),
    )


def _sum(amounts: Amounts, known: Mask) -> int | None:
    return int(amounts.values[known].sum()) if known.any() else None
