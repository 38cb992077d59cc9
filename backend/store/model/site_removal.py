"""Taking an empty site out of the tree, in SQL: what is left of its balances goes with it."""

from asyncpg import ForeignKeyViolationError

from domain.identity import SiteId
from tenants.session import TenantSession

# Sums go along. Whatever a person or an analysis wrote about a group or a site has a foreign key,
# and keeps the site.
_FORGET = (
    """
    DELETE FROM group_day WHERE tenant_id = $1 AND group_id IN (
        SELECT id FROM balance_group WHERE tenant_id = $1 AND site_id = $2)
    """,
    """
    DELETE FROM group_due WHERE tenant_id = $1 AND group_id IN (
        SELECT id FROM balance_group WHERE tenant_id = $1 AND site_id = $2)
    """,
    "DELETE FROM balance_group WHERE tenant_id = $1 AND site_id = $2",
    "DELETE FROM site WHERE tenant_id = $1 AND id = $2",
)


async def remove(session: TenantSession, site: SiteId) -> str | None:
    """Remove a site and its groups; the table that still needs them, which ends the transaction."""
    driver = await session.driver()
    try:
        for statement in _FORGET:
            await driver.execute(statement, session.scope.tenant_id, site)
    except ForeignKeyViolationError as error:
        return error.table_name or "site"
    return None
