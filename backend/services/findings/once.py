"""One loss, one finding: what a member's own finding accounts for is no loss without a name."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from backend.services.findings.attributing import Attributed
from backend.store.findings import finding_lists, findings
from backend.store.findings.findings import Said
from domain.findings import FAMILY, Family, FindingKind, FindingVerdict, begin_together
from tenants.session import TenantSession

LEAST_ACCOUNTED = 2 / 3
"""Share of a loss that findings of members must come to: what a meter that stands still did not
count is known from its habits only."""


class Account(NamedTuple):
    """What one member's finding says was not counted."""

    since: datetime
    amount: int | None
    """Wh or litres."""


def accounted(loss: Said, accounts: Iterable[Account]) -> bool:
    """Whether findings of members that began with a loss come to as much as it."""
    amounts = [one.amount or 0 for one in accounts if begin_together(one.since, loss.since)]
    return sum(amounts) >= LEAST_ACCOUNTED * (loss.amount or 0) and any(amounts)


async def told_once(
    session: TenantSession, balance: Attributed, of_points: Sequence[Said]
) -> list[Said]:
    """What a balance says, without a loss that open findings of its members account for.

    Parameters
    ----------
    of_points
        What the members' own hours say now.
    """
    if not any(one.kind is FindingKind.UNATTRIBUTED_LOSS for one in balance.said):
        return balance.said
    members = set(balance.look.points)
    known = {
        one.point_id: Account(one.since, one.amount)
        for one in of_points
        if one.point_id in members and FAMILY[one.kind] is Family.UNDERCOUNT
    }
    standing = await findings.standing(session, balance.look.points, [])
    ids = [
        one.id
        for subject, one in standing.items()
        if subject.family is Family.UNDERCOUNT
        and subject.point_id not in known
        and one.closed_at is None
        and one.verdict is not FindingVerdict.REFUTED
    ]
    rows = await finding_lists.load_findings(session, ids) if ids else {}
    accounts = [*known.values(), *(Account(row.since, row.amount) for row in rows.values())]
    return [
        one
        for one in balance.said
        if one.kind is not FindingKind.UNATTRIBUTED_LOSS or not accounted(one, accounts)
    ]
