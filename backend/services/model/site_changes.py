"""What people correct of a site: its name, its address, and where it lies."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backend.models.sites import Site
from backend.services.findings import judging
from backend.services.model.site_terms import check_degrees, checked_name
from backend.store.model import addresses, site_moves, sites
from backend.store.model.sites import SiteRow
from domain.addresses import PostalAddress
from domain.errors import ConflictError, NotFoundError
from domain.identity import SiteId
from tenants import audit
from tenants.particulars import checked_zone
from tenants.session import TenantSession


@dataclass(frozen=True, slots=True)
class SiteChange:
    """How a site is to be; all of it replaces what was told before."""

    name: str
    latitude: float | None
    longitude: float | None
    timezone: str | None = None
    """None leaves it as it is."""

    address: PostalAddress | None = None
    """None leaves it as it is."""


async def change(
    session: TenantSession, site_id: SiteId, wanted: SiteChange, now: datetime
) -> SiteRow:
    """Name a site anew, or tell where it lies; the paths of all sites below follow its name.

    A metering file names sites by their paths: with the old name it would make a new site. With
    a zone all below that had the same get the new one: their days are cut anew whenever they
    are read, what was found in them is judged anew, and forecasts are learned in the next night.

    Raises
    ------
    NotFoundError
        There is no such site.
    InvalidError
        The name is no name, the degrees are none, or the zone is none of whole hours.
    ConflictError
        A site of that name is there already.
    """
    site = (await sites.load(session, [site_id])).get(site_id)
    if site is None:
        raise NotFoundError("site", site_id)
    name = checked_name(wanted.name)
    check_degrees(wanted.latitude, wanted.longitude)
    path = f"{site.name_path.removesuffix(site.name)}{name}"
    if name != site.name:
        if await session.scalar(select(Site.id).where(Site.name_path == path)) is not None:
            raise ConflictError(f"{path} is there already", code="SITE_EXISTS", field="name")
        await sites.rename(session, site, name, path)
    await sites.locate(session, site_id, wanted.latitude, wanted.longitude)
    detail: dict[str, audit.Word] = {"before": site.name_path}
    address = wanted.address
    if address is not None and address != own_address(site):
        await addresses.save(session, site_id, address)
        detail |= {"address": address.line, "address_before": own_address(site).line}
    if wanted.timezone is not None and wanted.timezone != site.timezone:
        groups = await site_moves.set_zone(session, site, checked_zone(wanted.timezone))
        await judging.note_changes(session, tuple(groups), 0, now)
        detail |= {"timezone": wanted.timezone, "timezone_before": site.timezone}
    await audit.record(session, "site.change", path, detail)
    return (await sites.load(session, [site_id]))[site_id]


def own_address(site: SiteRow | Site) -> PostalAddress:
    """What a site tells of its address itself, without what the sites above it tell."""
    return PostalAddress(site.street_address, site.postal_code, site.locality, site.country)
