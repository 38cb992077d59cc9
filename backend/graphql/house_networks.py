"""Networks of houses in the schema: conductors, losses by phase, and advice."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from analytics.phases.conductors import Material
from backend.graphql.actors import person_name
from backend.graphql.context import Context
from backend.graphql.ids import Kind, number_of
from backend.graphql.metered import From, To
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.prices import price_of
from backend.services.model import house_networks
from backend.services.reading import phase_losses
from backend.services.reading.phase_losses import PhaseLosses
from backend.services.reading.profiles import Range
from backend.store.model.metered import GroupRow
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import Commodity
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

strawberry.enum(Material, name="ConductorMaterial", description="What a conductor is made of.")

Price = Annotated[
    Decimal | None,
    strawberry.argument(description="Of a kWh; without it that which the tenant set, if any."),
]
_PHASES = "ABC"
_CENT = Decimal("0.01")


def _money(kwh: float, price: Decimal | None) -> Decimal | None:
    return None if price is None else (Decimal(repr(kwh)) * price).quantize(_CENT)


@strawberry.type(description="A piece of line with its own neutral.")
class NetworkSection:
    """As it was told."""

    name: str
    parent: str | None = strawberry.field(description="The section it hangs on; null at the inlet.")
    length_m: float
    material: Material
    area_mm2: float = strawberry.field(description="Cross-section of each phase conductor.")
    neutral_mm2: float


@strawberry.type(description="A metering point on the end of a section.")
class NetworkConsumer:
    """Loaded with its point."""

    section: str
    movable: bool = strawberry.field(description="Whether its phase may be changed.")
    number: strawberry.Private[MeteringPointId]

    @strawberry.field
    async def point(self, info: Info) -> MeteringPoint | None:
        """Resolve through the loader."""
        row = await info.context.point(self.number)
        return None if row is None else MeteringPoint.of(row)


@strawberry.type(description="Losses of a section.")
class SectionLoss:
    """Over the hours that were asked for."""

    name: str
    loss_kwh: float
    largest_amperes: float
    lowest_volts: float


@strawberry.type(description="What a consumer contributes to the losses; may be negative.")
class LossShare:
    """Its Shapley value."""

    point: MeteringPoint
    kwh: float
    money: Decimal | None


@strawberry.type(description="One consumer to another phase.")
class PhaseMove:
    """To be done in the order of the list."""

    point: MeteringPoint
    from_phase: str
    to_phase: str
    saves_kwh: float = strawberry.field(description="Once the moves before it are done.")
    saves_money: Decimal | None
    loss_after_kwh: float


@strawberry.type(description="A consumer who should get two or three phases.")
class PhaseSplit:
    """Everybody else as now."""

    point: MeteringPoint
    phases: str
    saves_kwh: float
    saves_money: Decimal | None


@strawberry.type(description="Losses in the conductors of a house, and what would reduce them.")
class PhaseLossReport:
    """Whole hours in which every consumer of the network is known."""

    hours: int
    coverage: float = strawberry.field(description="Share of the hours asked for, 0 to 1.")
    consumed_kwh: float
    loss_kwh: float
    loss_percent: float | None
    loss_money: Decimal | None = strawberry.field(description="Null where no price is known.")
    currency: str | None = strawberry.field(
        description="Of the price that the tenant set; null for a price that was asked with."
    )
    phase_a_kwh: float
    phase_b_kwh: float
    phase_c_kwh: float
    neutral_kwh: float
    best_loss_kwh: float = strawberry.field(
        description="With the best phase for every consumer that may be moved."
    )
    sections: list[SectionLoss]
    shares: list[LossShare]
    moves: list[PhaseMove] = strawberry.field(
        description="The few that save most, each at least half a percent of the loss."
    )
    splits: list[PhaseSplit]
    without_phase: list[MeteringPoint] = strawberry.field(
        description="Points of the network that are not counted, since their phase is not known."
    )


@strawberry.type(description="Conductors below the inlet of a balance group.")
class HouseNetwork:
    """As it was told last."""

    volts: float
    power_factor: float
    saved_at: datetime | None
    saved_by: str | None
    sections: list[NetworkSection]
    consumers: list[NetworkConsumer]
    group: strawberry.Private[GroupRow]

    @strawberry.field(description="Name of the person who told it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return None if self.saved_by is None else await person_name(info.context, self.saved_by)

    @classmethod
    def of(cls, group: GroupRow, told: house_networks.Network) -> "HouseNetwork":
        """Build the view."""
        return cls(
            volts=told.volts,
            power_factor=told.power_factor,
            saved_at=told.saved_at,
            saved_by=told.saved_by,
            sections=[
                NetworkSection(
                    name=one.name,
                    parent=one.parent,
                    length_m=one.length_m,
                    material=one.material,
                    area_mm2=one.area_mm2,
                    neutral_mm2=one.neutral_mm2,
                )
                for one in told.sections
            ],
            consumers=[
                NetworkConsumer(section=one.section, movable=one.movable, number=one.point)
                for one in told.consumers
            ],
            group=group,
        )

    @strawberry.field(description="Losses by phase over a range of at most 92 days.")
    async def losses(self, info: Info, from_: From, to: To, price: Price = None) -> PhaseLossReport:
        """Resolve by service."""
        # what a neighbour contributes is nothing for residents, who read balances, too
        info.context.require(Permission.FINDINGS_READ)
        asked = Range.of(from_, to)
        info.context.spend((asked.end - asked.start) * max(1, len(self.consumers)))
        async with info.context.db() as session:
            found = await phase_losses.of_group(session, self.group, asked, info.context.now)
        assert found is not None
        if price is not None:
            return report_of(found, price, None)
        own = await price_of(info.context, Commodity.ELECTRICITY)
        return report_of(found, own and own.price, own and own.currency)


def report_of(found: PhaseLosses, price: Decimal | None, currency: str | None) -> PhaseLossReport:
    """Build the view of losses."""
    points = [MeteringPoint.of(point) for point in found.points]
    lost, left = found.lost, found.lost
    moves = []
    for move in found.recommended:
        left -= move.saves
        moves.append(
            PhaseMove(
                point=points[move.consumer],
                from_phase=_PHASES[move.before],
                to_phase=_PHASES[move.after],
                saves_kwh=move.saves,
                saves_money=_money(move.saves, price),
                loss_after_kwh=left,
            )
        )
    a, b, c = found.by_phase
    return PhaseLossReport(
        hours=found.hours,
        coverage=found.hours / found.asked if found.asked else 0.0,
        consumed_kwh=found.consumed,
        loss_kwh=lost,
        loss_percent=100 * lost / found.consumed if found.consumed > 0 else None,
        loss_money=_money(lost, price),
        currency=currency,
        phase_a_kwh=a,
        phase_b_kwh=b,
        phase_c_kwh=c,
        neutral_kwh=found.neutral,
        best_loss_kwh=found.best,
        sections=[
            SectionLoss(
                name=one.name,
                loss_kwh=one.lost,
                largest_amperes=one.largest_a,
                lowest_volts=one.lowest_v,
            )
            for one in found.sections
        ],
        shares=[
            LossShare(point=point, kwh=float(kwh), money=_money(float(kwh), price))
            for point, kwh in zip(points, found.share, strict=True)
        ],
        moves=moves,
        splits=[
            PhaseSplit(
                point=points[one.consumer],
                phases=phase_losses.phases_of(one.share),
                saves_kwh=one.saves,
                saves_money=_money(one.saves, price),
            )
            for one in found.splits
        ],
        without_phase=[MeteringPoint.of(point) for point in found.unplaced],
    )


@strawberry.input(description="A piece of line; the neutral is as thick as a phase if left out.")
class NetworkSectionInput:
    """Known by its name."""

    name: str
    parent: str | None = None
    length_m: float
    material: Material
    area_mm2: float
    neutral_mm2: float | None = None


@strawberry.input(description="A metering point on the end of a section.")
class NetworkConsumerInput:
    """Known by its point."""

    point: strawberry.ID
    section: str
    movable: bool = True


@strawberry.input(description="The network of a house, whole: it replaces what was told before.")
class SaveHouseNetworkInput:
    """Of a group of electricity."""

    group: strawberry.ID
    sections: list[NetworkSectionInput]
    consumers: list[NetworkConsumerInput]
    volts: float = 230.0
    power_factor: float = 0.95


@strawberry.type
class HouseNetworkPayload:
    """The network."""

    network: HouseNetwork | None
    errors: list[UserError]


@strawberry.type
class HouseNetworkMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Say which conductors a house has, and who hangs where.")
    async def save_house_network(
        self, info: Info, input: SaveHouseNetworkInput
    ) -> HouseNetworkPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> HouseNetwork:
            number = BalanceGroupId(number_of(Kind.BALANCE_GROUP, input.group, "group"))
            group = await house_networks.save(session, number, _told(input))
            found = await house_networks.load(session, [number])
            return HouseNetwork.of(group, found[number])

        network, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        return HouseNetworkPayload(network=network, errors=errors)


def _told(input: SaveHouseNetworkInput) -> house_networks.Network:
    sections = [
        house_networks.Section(
            one.name,
            one.parent,
            one.length_m,
            one.material,
            one.area_mm2,
            one.area_mm2 if one.neutral_mm2 is None else one.neutral_mm2,
        )
        for one in input.sections
    ]
    consumers = [
        house_networks.Placed(
            MeteringPointId(number_of(Kind.METERING_POINT, one.point, f"consumers.{at}.point")),
            one.section,
            one.movable,
        )
        for at, one in enumerate(input.consumers)
    ]
    return house_networks.Network(input.volts, input.power_factor, sections, consumers)
