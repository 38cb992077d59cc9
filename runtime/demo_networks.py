"""The conductors of the demo's houses: a main, a riser an entrance, two flats a floor."""

import re

from sqlalchemy import select

from analytics.phases.conductors import Material
from backend.models.balance_groups import BalanceGroup
from backend.models.metering_points import MeteringPoint
from backend.models.sites import Premise, Site
from backend.services.model.house_networks import Network, Placed, Section, save
from domain.identity import MeteringPointId, SiteId
from domain.quantities import Commodity, Role, SiteKind
from tenants.session import TenantSession

FLATS_A_FLOOR = 2
_FLAT = re.compile(r"Flat (\d+)")


async def tell(session: TenantSession) -> int:
    """Tell the network of every house of electricity that has flats; how many were told."""
    houses = await session.execute(
        select(BalanceGroup.id, Site.id)
        .join(Site, (Site.tenant_id == BalanceGroup.tenant_id) & (Site.id == BalanceGroup.site_id))
        .where(Site.kind == SiteKind.HOUSE, BalanceGroup.commodity == Commodity.ELECTRICITY)
    )
    told = 0
    for group, site in houses.all():
        network = await _network(session, SiteId(site))
        if network is not None:
            await save(session, group, network)
            told += 1
    return told


async def _network(session: TenantSession, house: SiteId) -> Network | None:
    rows = await session.execute(
        select(Site.name, Premise.name, MeteringPoint.id)
        .join(
            Site, (Site.tenant_id == MeteringPoint.tenant_id) & (Site.id == MeteringPoint.site_id)
        )
        .join(
            Premise,
            (Premise.tenant_id == MeteringPoint.tenant_id)
            & (Premise.id == MeteringPoint.premise_id),
        )
        .where(
            Site.parent_id == house,
            MeteringPoint.commodity == Commodity.ELECTRICITY,
            MeteringPoint.role == Role.CONSUMER,
        )
        .order_by(MeteringPoint.id)
    )
    floors: dict[tuple[str, int], list[MeteringPointId]] = {}
    first: dict[str, int] = {}
    for entrance, premise, point in rows:
        number = _FLAT.fullmatch(premise)
        if number is None:
            continue
        low = first.setdefault(entrance, int(number[1]))
        floors.setdefault((entrance, (int(number[1]) - low) // FLATS_A_FLOOR + 1), []).append(point)
    if not floors:
        return None
    sections = [Section("main", None, 35.0, Material.ALUMINIUM, 95, 50)]
    sections += [Section(entrance, "main", 18.0, Material.ALUMINIUM, 35, 35) for entrance in first]
    placed = []
    for (entrance, floor), points in floors.items():
        name = f"{entrance}, floor {floor}"
        below = entrance if floor == 1 else f"{entrance}, floor {floor - 1}"
        sections.append(Section(name, below, 3.2, Material.COPPER, 10, 10))
        placed += [Placed(point, name) for point in points]
    return Network(230.0, 0.95, sections, placed)
