"""Moving a site to where it belongs in the tree: with it go its meters, its people, its history."""

from uuid import uuid4

from sqlalchemy import select

from backend.models.sites import Site
from backend.services.model.site_terms import LEVEL
from backend.store import bells
from backend.store.groups import group_hours
from backend.store.model import site_moves, sites
from backend.store.model.sites import SiteRow
from domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from domain.identity import SiteId
from domain.quantities import SiteKind
from tenants import audit
from tenants.session import TenantSession


async def move(session: TenantSession, site_id: SiteId, parent_id: SiteId | None) -> SiteRow:
    """Hang a site and all below it under another site, or at the top.

    The tree has no history: what stands in it stood there always. So every hour of the groups
    that it leaves and of those that it joins is rolled up again.

    Raises
    ------
    NotFoundError
        There is no such site, or no such parent.
    ForbiddenError
        The caller sees a part of the tree only, and its top is not in it.
    InvalidError
        The parent lies in the site, or is of no larger kind.
    ConflictError
        A site of that name is there already.
    """
    await site_moves.hold_still(session)
    wanted = [site_id] if parent_id is None else [site_id, parent_id]
    known = await sites.load(session, wanted)
    site = known.get(site_id)
    if site is None:
        raise NotFoundError("site", site_id)
    if parent_id is None and session.scope.sites is not None:
        raise ForbiddenError("the top of the tree is not yours to hang something at")
    parent = None if parent_id is None else known.get(parent_id)
    if parent_id is not None and parent is None:
        raise NotFoundError("site", parent_id)
    if parent_id == site.parent_id:
        return site
    if parent is not None:
        _check_below(site, parent)
    path = f"{parent.name_path}/{site.name}" if parent else site.name
    if await session.scalar(select(Site.id).where(Site.name_path == path)) is not None:
        raise ConflictError(f"{path} is there already", code="SITE_EXISTS", field="parent")
    await site_moves.move(session, site, parent, path)
    await bells.ring(session, group_hours.ROLL_UP, f"move:{uuid4()}")
    await audit.record(session, "site.move", path, {"before": site.name_path})
    return (await sites.load(session, [site_id]))[site_id]


def _check_below(site: SiteRow, parent: SiteRow) -> None:
    if parent.path == site.path or parent.path.startswith(f"{site.path}."):
        raise InvalidError("a site cannot lie in itself", field="parent")
    if LEVEL[SiteKind(site.kind)] <= LEVEL[SiteKind(parent.kind)]:
        raise InvalidError(f"a {site.kind} cannot lie in a {parent.kind}", field="parent")
