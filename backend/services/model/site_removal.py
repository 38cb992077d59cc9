"""Removing a site in which nothing is left: made by mistake, or emptied by moves."""

from backend.services.model.site_terms import WORDS_OF_USES
from backend.store.model import site_moves, site_removal, sites
from domain.errors import ConflictError, NotFoundError
from domain.identity import SiteId
from tenants import audit
from tenants.session import TenantSession


async def remove(session: TenantSession, site_id: SiteId) -> None:
    """Take an empty site out of the tree, with the sums of balances that it once had.

    Sites above keep their balances: they count nothing through a site that was emptied.

    Raises
    ------
    NotFoundError
        There is no such site.
    ConflictError
        SITE_IN_USE: something lies in it, or somebody wrote or works there.
    """
    await site_moves.hold_still(session)
    site = (await sites.load(session, [site_id])).get(site_id)
    if site is None:
        raise NotFoundError("site", site_id)
    below = await sites.children(session, [site_id])
    needed_by = "site" if below else await site_removal.remove(session, site_id)
    if needed_by is not None:
        what = WORDS_OF_USES.get(needed_by, f"rows of {needed_by}")
        raise ConflictError(f"{site.name_path} is not empty: it has {what}", code="SITE_IN_USE")
    await audit.record(session, "site.remove", site.name_path)
