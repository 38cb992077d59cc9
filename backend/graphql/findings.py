"""Findings in the schema: what an analysis says is wrong, with all that speaks for it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.graphql.actors import person_name
from backend.graphql.context import Context
from backend.graphql.finding_candidates import FindingCandidate
from backend.graphql.ids import Kind, encode
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.locales import Locale, locale_of
from backend.graphql.metered import Node, edge_value
from backend.graphql.prices import price_of
from backend.graphql.scalars import HOURLY, Duration, SeriesArray
from backend.graphql.sites import Site
from backend.services.findings import stories
from backend.store.findings import finding_lists
from backend.store.findings.finding_lists import (
    CurveRow,
    FindingRow,
    TransitionRow,
    Wanted,
)
from backend.store.model.metered import GroupRow, PointRow
from domain.findings import WRONG, FindingKind, FindingState, FindingVerdict
from domain.hours import instant_of
from domain.quantities import Commodity, unit_of
from tenants.permissions import Permission
from tenants.session import TenantSession

if TYPE_CHECKING:
    from backend.graphql.balance_groups import BalanceGroup
    from backend.graphql.metering_points import MeteringPoint

Info = strawberry.Info[Context, None]

strawberry.enum(FindingState, description="Where a finding stands; open until it is closed.")
strawberry.enum(FindingVerdict, description="What an inspection on the spot found.")

_CENT = Decimal("0.01")

States = Annotated[
    list[FindingState] | None,
    strawberry.argument(description="Only those that stand so; all without it."),
]
Kinds = Annotated[
    list[FindingKind] | None,
    strawberry.argument(description="Only these kinds; without it all but HONEST_SAVING."),
]


@strawberry.type(description="An amount with its unit.")
class Amount:
    """kWh or m3."""

    value: float
    unit: str


@strawberry.type(description="An amount of money.")
class Money:
    """By the tenant's own price of a kWh or m3."""

    amount: Decimal
    currency: str


@strawberry.type(description="A curve behind a finding, hour by hour; packed.")
class FindingCurve:
    """View of a :class:`CurveRow`."""

    name: str = strawberry.field(
        description=(
            "metered is what was counted; expected what its past lets expect; missing what the"
            " finding says vanished; unexplained the imbalance without technical losses and other"
            " findings."
        )
    )
    start: datetime
    step: Duration
    unit: str
    values: SeriesArray = strawberry.field(description="Null where unknown.")

    @classmethod
    def of(cls, row: CurveRow, commodity: Commodity) -> "FindingCurve":
        """Build the view of a row."""
        return cls(
            name=row.name,
            start=instant_of(row.start),
            step=HOURLY,
            unit=unit_of(commodity),
            values=SeriesArray(row.values / 1000),
        )


@strawberry.type(description="A step in the life of a finding.")
class FindingTransition:
    """View of a :class:`TransitionRow`."""

    at: datetime
    actor: str
    state: FindingState
    verdict: FindingVerdict | None
    kind: FindingKind
    note: str | None

    @classmethod
    def of(cls, row: TransitionRow) -> "FindingTransition":
        """Build the view of a row."""
        return cls(
            at=row.at,
            actor=row.actor,
            state=row.state,
            verdict=row.verdict,
            kind=row.kind,
            note=row.note,
        )

    @strawberry.field(description="Name of the person who did it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.actor)


@strawberry.type(description="A figure that a finding was judged by.")
class FindingFigure:
    """One figure; hours, percent, or Wh and litres an hour."""

    name: str
    value: float


@strawberry.type(description="Something that an analysis says is wrong.")
class Finding(Node):
    """View of a :class:`FindingRow`."""

    id: strawberry.ID
    kind: FindingKind
    state: FindingState
    verdict: FindingVerdict | None
    commodity: Commodity
    since: datetime = strawberry.field(description="When it began.")
    seen_at: datetime = strawberry.field(description="When it was seen last.")
    opened_at: datetime
    closed_at: datetime | None
    confidence: float = strawberry.field(description="0 to 1.")
    energy: Amount | None = strawberry.field(
        description="What was lost, or not counted, since it began; null where nobody can say."
    )
    energy_low: Amount | None = strawberry.field(
        description="With energyHigh the band that holds it with 80 %."
    )
    energy_high: Amount | None
    flow: Amount | None = strawberry.field(description="Of an hour.")
    figures: list[FindingFigure]
    row: strawberry.Private[FindingRow]

    @classmethod
    def of(cls, row: FindingRow) -> "Finding":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.FINDING, row.id)),
            kind=row.kind,
            state=row.state,
            verdict=row.verdict,
            commodity=row.commodity,
            since=row.since,
            seen_at=row.seen_at,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            confidence=round(row.confidence, 4),
            energy=_amount(row.amount, row.commodity),
            energy_low=_amount(row.amount_low, row.commodity),
            energy_high=_amount(row.amount_high, row.commodity),
            flow=None if row.flow is None else _amount(round(row.flow), row.commodity),
            figures=[FindingFigure(name=name, value=value) for name, value in row.figures.items()],
            row=row,
        )

    @strawberry.field(description="All of it in whole sentences.")
    async def explanation(self, info: Info, locale: Locale = None) -> str:
        """Resolve by the words of findings."""
        return stories.explain(self.row, locale or await locale_of(info.context))

    @strawberry.field(
        description="Why it is said, in sentences; causes, candidates and advice stand apart."
    )
    async def reason(self, info: Info, locale: Locale = None) -> str:
        """Resolve by the words of findings."""
        return stories.reason(self.row, locale or await locale_of(info.context))

    @strawberry.field(
        description="What to do next, in sentences; null where nothing needs to be done."
    )
    async def advice(self, info: Info, locale: Locale = None) -> str | None:
        """Resolve by the words of findings."""
        return stories.advice(self.row, locale or await locale_of(info.context))

    @strawberry.field(
        description="What may be behind it, from the tamper catalogue; the usual ones first."
    )
    async def causes(self, info: Info, locale: Locale = None) -> list[str]:
        """Resolve by the words of findings."""
        return stories.causes_in(self.row.causes, locale or await locale_of(info.context))

    @strawberry.field(description="The metering point it names; null where it accuses nobody.")
    async def point(
        self, info: Info
    ) -> Annotated["MeteringPoint", strawberry.lazy("backend.graphql.metering_points")] | None:
        """Resolve through the loader."""
        from backend.graphql.metering_points import MeteringPoint  # noqa: PLC0415 - the types name each other

        if self.row.point_id is None:
            return None
        row = await info.context.point(self.row.point_id)
        return None if row is None else MeteringPoint.of(row)

    @strawberry.field(
        description="Meters whose readings come near a loss without a name, the likeliest first:"
        " whom to look at before others, not whom to accuse."
    )
    def candidates(self) -> list[FindingCandidate]:
        """Resolve by what the finding keeps."""
        return [FindingCandidate.of(one) for one in stories.closest(self.row)]

    @strawberry.field(description="The group whose balance says so; null where a meter does.")
    async def group(
        self, info: Info
    ) -> Annotated["BalanceGroup", strawberry.lazy("backend.graphql.balance_groups")] | None:
        """Resolve through the loader."""
        from backend.graphql.balance_groups import BalanceGroup  # noqa: PLC0415 - the types name each other

        if self.row.group_id is None:
            return None
        row = await info.context.group(self.row.group_id)
        return None if row is None else BalanceGroup.of(row)

    @strawberry.field(description="Where somebody has to go.")
    async def site(self, info: Info) -> Site | None:
        """Resolve through the loader."""
        if self.row.site_id is None:
            return None
        row = await info.context.site(self.row.site_id)
        return None if row is None else Site.of(row)

    @strawberry.field(description="Its worth by the tenant's price; null while none is set.")
    async def money(self, info: Info) -> Money | None:
        """Resolve through the loader of prices."""
        price = await price_of(info.context, self.row.commodity)
        if price is None or self.row.amount is None:
            return None
        worth = (Decimal(self.row.amount) * price.price / 1000).quantize(_CENT)
        return Money(amount=worth, currency=price.currency)

    @strawberry.field(description="The curves behind it.")
    async def evidence(self, info: Info) -> list[FindingCurve]:
        """Resolve through the loader; it is read again whenever it is judged."""
        info.context.require(Permission.READINGS_READ)
        loader = info.context.loader("finding_curves", finding_lists.curves)
        rows = await loader.load(self.row.id) or []
        info.context.spend(sum(len(row.values) for row in rows))
        return [FindingCurve.of(row, self.row.commodity) for row in rows]

    @strawberry.field(description="All that happened to it, from the first step on.")
    async def transitions(self, info: Info) -> list[FindingTransition]:
        """Resolve through the loader."""
        info.context.require(Permission.FINDINGS_READ)
        loader = info.context.loader("finding_transitions", finding_lists.transitions)
        return [FindingTransition.of(row) for row in await loader.load(self.row.id) or []]


def _amount(value: int | None, commodity: Commodity) -> Amount | None:
    found = edge_value(value)
    return None if found is None else Amount(value=found, unit=unit_of(commodity))


def wanted(first: int, after: str | None, states: States, kinds: Kinds) -> Wanted:
    """What a list of findings was asked for: one more than a page."""
    return Wanted(
        page_length(first) + 1,
        position(after),
        None if states is None else tuple(states),
        tuple(sorted(WRONG if kinds is None else kinds)),
    )


def connection(rows: Sequence[FindingRow], asked: Wanted) -> Connection[Finding]:
    """A page of findings."""
    return page([(row.id, Finding.of(row)) for row in rows], asked.most - 1)


async def _together(
    session: TenantSession,
    keys: Sequence[tuple[int, Wanted]],
    load: Callable[..., Awaitable[dict[int, list[FindingRow]]]],
) -> Mapping[tuple[int, Wanted], list[FindingRow]]:
    """Lists of all that was asked the same are one statement."""
    asked: dict[Wanted, list[int]] = {}
    for owner, question in keys:
        asked.setdefault(question, []).append(owner)
    found: dict[tuple[int, Wanted], list[FindingRow]] = {}
    for question, owners in asked.items():
        rows = await load(session, owners, question)
        found |= {(owner, question): rows.get(owner, []) for owner in owners}
    return found


async def _of_groups(
    session: TenantSession, keys: Sequence[tuple[int, Wanted]]
) -> Mapping[tuple[int, Wanted], list[FindingRow]]:
    return await _together(session, keys, finding_lists.of_groups)


async def _of_points(
    session: TenantSession, keys: Sequence[tuple[int, Wanted]]
) -> Mapping[tuple[int, Wanted], list[FindingRow]]:
    return await _together(session, keys, finding_lists.of_points)


@strawberry.type
class GroupFindings:
    """What a group shows of findings."""

    row: strawberry.Private[GroupRow]

    @strawberry.field(
        description="Findings of the group and of everything below it; the newest first."
    )
    async def findings(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        states: States = None,
        kinds: Kinds = None,
    ) -> Connection[Finding]:
        """Resolve through the loader: those asked the same are read together."""
        info.context.require(Permission.FINDINGS_READ)
        asked = wanted(first, after, states, kinds)
        rows = await info.context.loader("group_findings", _of_groups).load((self.row.id, asked))
        return connection(rows or [], asked)


@strawberry.type
class PointFindings:
    """What a metering point shows of findings."""

    row: strawberry.Private[PointRow]

    @strawberry.field(description="What was found here, the newest first.")
    async def findings(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        states: States = None,
        kinds: Kinds = None,
    ) -> Connection[Finding]:
        """Resolve through the loader: those asked the same are read together."""
        info.context.require(Permission.FINDINGS_READ)
        asked = wanted(first, after, states, kinds)
        rows = await info.context.loader("point_findings", _of_points).load((self.row.id, asked))
        return connection(rows or [], asked)
