"""Places and devices as people read them: sites, premises, meters in place, the radio network."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, exists, false, select
from sqlalchemy.orm import aliased

from backend.models.metering_points import Installation, Meter, MeteringPoint
from backend.models.network import Channel, ChannelOffer, Concentrator, LogicalNetwork, RadioModule
from backend.models.sites import Premise, Site
from backend.store.model import access
from domain.identity import ConcentratorId, MeterId, MeteringPointId, PremiseId, SiteId
from tenants.models import Tenant
from tenants.session import TenantSession


async def tenant_of(session: TenantSession) -> Tenant:
    """The session's own tenant."""
    return await session.get_one(Tenant, session.scope.tenant_id)


def visible_sites(session: TenantSession) -> Select[Site]:
    """Sites that the principal may see."""
    statement = select(Site)
    if session.scope.household is not None:
        return statement.where(false())
    if session.scope.sites is not None:
        top = aliased(Site)
        above = top.path.op("@>")(Site.path)
        chosen = select(top.id).where(top.id.in_(session.scope.sites), above)
        statement = statement.where(chosen.exists())
    return statement


async def load_premises(
    session: TenantSession, ids: Sequence[PremiseId]
) -> dict[PremiseId, Premise]:
    """Premises by id."""
    seen = visible_sites(session).with_only_columns(Site.id)
    mine = access.homes_of(session.scope)
    rows = await session.scalars(
        select(Premise).where(Premise.id.in_(ids), Premise.site_id.in_(seen) | Premise.id.in_(mine))
    )
    return {premise.id: premise for premise in rows}


async def premises_under(
    session: TenantSession, site: SiteId, after: int, most: int, search: str = ""
) -> list[Premise]:
    """Premises at and below a site in sight of whose name every word is a part, by their ids."""
    seen = visible_sites(session).with_only_columns(Site.id)
    top = aliased(Site)
    statement = (
        select(Premise)
        .join(Site, (Site.tenant_id == Premise.tenant_id) & (Site.id == Premise.site_id))
        .join(top, (top.tenant_id == Site.tenant_id) & top.path.op("@>")(Site.path))
        .where(top.id == site, Site.id.in_(seen), Premise.id > after)
    )
    for word in search.split():
        statement = statement.where(Premise.name.icontains(word, autoescape=True))
    return list(await session.scalars(statement.order_by(Premise.id).limit(most)))


async def sites_of_premises(
    session: TenantSession, premises: Sequence[Premise]
) -> dict[SiteId, str]:
    """Paths of the sites in which some premises lie, whoever may see those."""
    wanted = {premise.site_id for premise in premises}
    rows = await session.execute(select(Site.id, Site.name_path).where(Site.id.in_(wanted)))
    return {SiteId(site): path for site, path in rows}


async def meters_of_points(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> dict[MeteringPointId, list[tuple[Installation, Meter]]]:
    """Installations of each point with their meters, from the first to the current one."""
    rows = await session.execute(
        select(Installation, Meter)
        .join(
            Meter, (Meter.tenant_id == Installation.tenant_id) & (Meter.id == Installation.meter_id)
        )
        .where(Installation.point_id.in_(points))
        .order_by(Installation.point_id, Installation.installed_at)
    )
    found: dict[MeteringPointId, list[tuple[Installation, Meter]]] = {}
    for installation, meter in rows:
        found.setdefault(installation.point_id, []).append((installation, meter))
    return found


async def load_meters(session: TenantSession, ids: Sequence[MeterId]) -> dict[MeterId, Meter]:
    """Meters by id; those that never stood at a visible site are left out."""
    seen = visible_sites(session).with_only_columns(Site.id)
    stood = (
        select(Installation.meter_id)
        .join(
            MeteringPoint,
            (MeteringPoint.tenant_id == Installation.tenant_id)
            & (MeteringPoint.id == Installation.point_id),
        )
        .where(
            MeteringPoint.site_id.in_(seen)
            | MeteringPoint.premise_id.in_(access.homes_of(session.scope))
        )
    )
    rows = await session.scalars(select(Meter).where(Meter.id.in_(ids), Meter.id.in_(stood)))
    return {meter.id: meter for meter in rows}


async def list_concentrators(session: TenantSession, after: int, most: int) -> list[Concentrator]:
    """Concentrators in the order of their ids."""
    statement = select(Concentrator).where(Concentrator.id > after)
    if session.scope.sites is not None or session.scope.household is not None:
        seen = visible_sites(session).with_only_columns(Site.id)
        statement = statement.where(Concentrator.site_id.in_(seen))
    return list(await session.scalars(statement.order_by(Concentrator.id).limit(most)))


async def load_concentrators(
    session: TenantSession, ids: Sequence[ConcentratorId]
) -> dict[ConcentratorId, Concentrator]:
    """Concentrators by id."""
    statement = select(Concentrator).where(Concentrator.id.in_(ids))
    if session.scope.sites is not None or session.scope.household is not None:
        seen = visible_sites(session).with_only_columns(Site.id)
        statement = statement.where(Concentrator.site_id.in_(seen))
    return {one.id: one for one in await session.scalars(statement)}


async def networks_of(
    session: TenantSession, concentrators: Sequence[ConcentratorId]
) -> dict[ConcentratorId, list[LogicalNetwork]]:
    """Logical networks of each concentrator, by number."""
    rows = await session.scalars(
        select(LogicalNetwork)
        .where(LogicalNetwork.concentrator_id.in_(concentrators))
        .order_by(LogicalNetwork.number)
    )
    found: dict[ConcentratorId, list[LogicalNetwork]] = {}
    for network in rows:
        found.setdefault(network.concentrator_id, []).append(network)
    return found


async def modules_of(
    session: TenantSession, concentrators: Sequence[ConcentratorId]
) -> dict[ConcentratorId, list[RadioModule]]:
    """Radio modules of each concentrator, by serial."""
    rows = await session.scalars(
        select(RadioModule)
        .where(RadioModule.concentrator_id.in_(concentrators))
        .order_by(RadioModule.network, RadioModule.serial)
    )
    found: dict[ConcentratorId, list[RadioModule]] = {}
    for module in rows:
        found.setdefault(module.concentrator_id, []).append(module)
    return found


class ChannelUse(NamedTuple):
    """A channel, and what it serves."""

    row: Channel
    point: MeteringPointId | None
    """The point whose meter stands there now."""

    home: str | None
    """The home to whose household it is left."""

    ever: bool
    """Whether a meter ever stood on it."""


async def channels_of(
    session: TenantSession, concentrators: Sequence[ConcentratorId]
) -> dict[ConcentratorId, list[ChannelUse]]:
    """Channels of each concentrator, and what they serve."""
    stood = aliased(Installation)
    ever = exists().where(
        (stood.tenant_id == Channel.tenant_id) & (stood.series_id == Channel.series_id)
    )
    rows = await session.execute(
        select(Channel, Installation.point_id, Premise.name, ever)
        .outerjoin(
            Installation,
            (Installation.tenant_id == Channel.tenant_id)
            & (Installation.series_id == Channel.series_id)
            & Installation.removed_at.is_(None),
        )
        .outerjoin(
            ChannelOffer,
            (ChannelOffer.tenant_id == Channel.tenant_id) & (ChannelOffer.channel_id == Channel.id),
        )
        .outerjoin(
            Premise,
            (Premise.tenant_id == ChannelOffer.tenant_id) & (Premise.id == ChannelOffer.premise_id),
        )
        .where(Channel.concentrator_id.in_(concentrators))
        .order_by(Channel.network, Channel.address)
    )
    found: dict[ConcentratorId, list[ChannelUse]] = {}
    for row in rows:
        use = ChannelUse(*row)
        found.setdefault(use.row.concentrator_id, []).append(use)
    return found
