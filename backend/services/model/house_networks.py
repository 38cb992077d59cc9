"""The conductors of a house, told whole: what a group's network is, and who hangs where on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from analytics.phases.conductors import Material, ohms
from backend.models.house_networks import HouseNetwork, NetworkConsumer, NetworkSection
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.errors import InvalidError, NotFoundError
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import Commodity, EnergyKind
from tenants import audit
from tenants.session import TenantSession

MOST_SECTIONS, MOST_CONSUMERS = 2_000, 2_000
VOLTS = (50.0, 1_000.0)
LONGEST_M = 10_000.0


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of line with its own neutral."""

    name: str
    parent: str | None
    """Name of the section it hangs on; None at the inlet."""

    length_m: float
    material: Material
    area_mm2: float
    neutral_mm2: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A metering point on the end of a section."""

    point: MeteringPointId
    section: str
    movable: bool = True


@dataclass(frozen=True, slots=True)
class Network:
    """The network of a house; every section comes after the one it hangs on."""

    volts: float
    power_factor: float
    sections: Sequence[Section]
    consumers: Sequence[Placed]
    saved_at: datetime | None = None
    saved_by: str | None = None

    @property
    def places(self) -> dict[str, int]:
        """Position of each section."""
        return {section.name: at for at, section in enumerate(self.sections)}


async def load(
    session: TenantSession, groups: Sequence[BalanceGroupId]
) -> Mapping[BalanceGroupId, Network]:
    """Networks of groups; those that have none are left out."""
    heads = await session.scalars(select(HouseNetwork).where(HouseNetwork.group_id.in_(groups)))
    found: dict[BalanceGroupId, Network] = {}
    for head in heads.all():
        rows = await session.scalars(
            select(NetworkSection)
            .where(NetworkSection.group_id == head.group_id)
            .order_by(NetworkSection.position)
        )
        sections = rows.all()
        names = [row.name for row in sections]
        placed = await session.scalars(
            select(NetworkConsumer)
            .where(NetworkConsumer.group_id == head.group_id)
            .order_by(NetworkConsumer.point_id)
        )
        found[head.group_id] = Network(
            head.volts,
            head.power_factor,
            [
                Section(
                    row.name,
                    None if row.parent is None else names[row.parent],
                    row.length_m,
                    Material(row.material),
                    row.area_mm2,
                    row.neutral_mm2,
                )
                for row in sections
            ],
            [Placed(row.point_id, names[row.section], row.movable) for row in placed],
            head.saved_at,
            head.saved_by,
        )
    return found


async def save(session: TenantSession, group_id: BalanceGroupId, told: Network) -> GroupRow:
    """Replace the network of a group.

    Raises
    ------
    NotFoundError
        The group or a point does not exist.
    InvalidError
        The network is no tree of known conductors, or a point is no electricity meter.
    """
    group = (await metered.load_groups(session, [group_id])).get(group_id)
    if group is None:
        raise NotFoundError("balance group", group_id)
    if group.commodity is not Commodity.ELECTRICITY:
        raise InvalidError(f"group must be of electricity, not {group.commodity}", field="group")
    told = _checked(told)
    await _check_points(session, told)
    await session.execute(delete(HouseNetwork).where(HouseNetwork.group_id == group_id))
    key = {"tenant_id": session.scope.tenant_id, "group_id": group_id}
    session.add(
        HouseNetwork(
            **key,
            volts=told.volts,
            power_factor=told.power_factor,
            saved_by=session.scope.actor,
        )
    )
    await session.flush()
    places = told.places
    session.add_all(
        NetworkSection(
            **key,
            position=at,
            parent=None if section.parent is None else places[section.parent],
            name=section.name,
            length_m=section.length_m,
            material=section.material,
            area_mm2=section.area_mm2,
            neutral_mm2=section.neutral_mm2,
        )
        for at, section in enumerate(told.sections)
    )
    await session.flush()
    session.add_all(
        NetworkConsumer(**key, point_id=one.point, section=places[one.section], movable=one.movable)
        for one in told.consumers
    )
    await session.flush()
    counts = {"sections": len(told.sections), "consumers": len(told.consumers)}
    await audit.record(session, "network.save", f"group {group_id}", counts)
    return group


def _checked(told: Network) -> Network:
    """The network with its sections in order: parents first.

    Raises
    ------
    InvalidError
        A number is out of its range, a name stands twice, or the sections are no tree.
    """
    low, high = VOLTS
    if not low <= told.volts <= high:
        raise InvalidError(f"volts must be from {low:g} to {high:g}", field="volts")
    if not 0 < told.power_factor <= 1:
        raise InvalidError("powerFactor must be above 0, at most 1", field="powerFactor")
    if not 0 < len(told.sections) <= MOST_SECTIONS:
        raise InvalidError(f"sections must be 1 to {MOST_SECTIONS}", field="sections")
    for at, section in enumerate(told.sections):
        _check_section(section, f"sections.{at}")
    ordered = _ordered(told.sections)
    names = {section.name for section in ordered}
    if len(told.consumers) > MOST_CONSUMERS:
        raise InvalidError(f"consumers must be at most {MOST_CONSUMERS}", field="consumers")
    if len({one.point for one in told.consumers}) != len(told.consumers):
        raise InvalidError("consumers must be different points", field="consumers")
    for at, one in enumerate(told.consumers):
        if one.section not in names:
            where = f"consumers.{at}.section"
            raise InvalidError(f"{where} names no section: {one.section!r}", field=where)
    return Network(told.volts, told.power_factor, ordered, told.consumers)


def _check_section(section: Section, where: str) -> None:
    if not section.name.strip():
        raise InvalidError(f"{where}.name must not be empty", field=f"{where}.name")
    if not 0 < section.length_m <= LONGEST_M:
        field = f"{where}.lengthM"
        raise InvalidError(f"{field} must be above 0, at most {LONGEST_M:g}", field=field)
    for name, area in (("areaMm2", section.area_mm2), ("neutralMm2", section.neutral_mm2)):
        try:
            ohms(section.material, area, section.length_m)
        except InvalidError as error:
            raise InvalidError(
                error.message.replace("area_mm2", f"{where}.{name}"),
                code=error.code,
                field=f"{where}.{name}",
            ) from error


def _ordered(sections: Sequence[Section]) -> list[Section]:
    """Sections with each one after its parent.

    Raises
    ------
    InvalidError
        A name stands twice, or some hang on none that leads to the inlet.
    """
    known: set[str] = set()
    if len({section.name for section in sections}) != len(sections):
        raise InvalidError("sections must have different names", field="sections")
    ordered: list[Section] = []
    waiting = list(sections)
    while waiting:
        ready = [one for one in waiting if one.parent is None or one.parent in known]
        if not ready:
            names = ", ".join(one.name for one in waiting[:3])
            raise InvalidError(
                f"sections {names} hang on none that leads to the inlet",
                code="BAD_NETWORK",
                field="sections.parent",
            )
        ordered += ready
        known |= {one.name for one in ready}
        waiting = [one for one in waiting if one.name not in known]
    return ordered


async def _check_points(session: TenantSession, told: Network) -> None:
    points = await metered.load_points(session, [one.point for one in told.consumers])
    for at, one in enumerate(told.consumers):
        found = points.get(one.point)
        if found is None:
            raise NotFoundError("metering point", one.point)
        active = found.energy_kind is EnergyKind.ACTIVE
        if found.commodity is not Commodity.ELECTRICITY or not active:
            where = f"consumers.{at}.point"
            raise InvalidError(f"{where} must meter active electricity", field=where)
