"""Issued documents in SQL."""

from datetime import datetime
from typing import NamedTuple

from backend.store.model.access import sites_of, visible
from domain.identity import SiteId
from tenants.session import TenantSession

_KEEP = """
INSERT INTO issued_document (tenant_id, hash, kind, site_id, content, issued_by)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1
"""
_FIND = f"""
SELECT d.hash, d.kind, d.site_id, d.content, d.issued_at, d.issued_by FROM issued_document AS d
JOIN site AS s ON s.tenant_id = $1 AND s.id = d.site_id
WHERE d.tenant_id = $1 AND {visible("s", 2)} AND d.hash = $3
"""  # noqa: S608 - a condition made of constants


class DocumentRow(NamedTuple):
    """A document that was issued."""

    hash: str
    kind: str
    site_id: SiteId
    content: str
    issued_at: datetime
    issued_by: str


async def keep(session: TenantSession, digest: str, kind: str, site: SiteId, content: str) -> bool:
    """Keep a document; False when it was issued before."""
    driver = await session.driver()
    scope = session.scope
    made = await driver.fetchval(_KEEP, scope.tenant_id, digest, kind, site, content, scope.actor)
    return made is not None


async def find(session: TenantSession, digest: str) -> DocumentRow | None:
    """Document by its hash, if the principal may see the site that it speaks of."""
    driver = await session.driver()
    row = await driver.fetchrow(_FIND, session.scope.tenant_id, sites_of(session.scope), digest)
    return None if row is None else DocumentRow(*row)
