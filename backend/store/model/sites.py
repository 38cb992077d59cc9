"""Sites as rows, as far as the principal may see them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from backend.store.model.access import homes_of, sites_of, visible_site
from backend.store.model.addresses import MOST_WORDS, addressed, literal
from domain.identity import SiteId
from tenants.session import TenantSession

_SITE = f"""
SELECT s.id, s.parent_id, s.kind, s.name, s.name_path, s.path::text, s.timezone, s.latitude,
       s.longitude, s.street_address, s.postal_code, s.locality, s.country
FROM site AS s WHERE s.tenant_id = $1 AND {visible_site("s", 2, 3)}
"""  # noqa: S608 - a condition made of constants

_BY_PATH = f"{_SITE} AND s.name_path = $4"
_BY_ID = f"{_SITE} AND s.id = ANY($4::bigint[])"
_CHILDREN = f"{_SITE} AND s.parent_id = ANY($4::bigint[]) ORDER BY s.name, s.id"
_TOPS = f"{_SITE} AND s.parent_id IS NULL ORDER BY s.name, s.id"
_CHOSEN = f"{_SITE} AND s.id = ANY($2::bigint[]) ORDER BY s.name, s.id"

# Places that are called what was typed, then those that begin so, then what lies highest.
_SEARCHED = f"""{_SITE} {{words}}
ORDER BY lower(s.name) <> lower($4::text), NOT starts_with(lower(s.name), lower($4::text)),
         nlevel(s.path), s.name, s.id LIMIT $5
"""
_FIRST_WORD = 6

_RENAME = """
UPDATE site SET name = CASE id WHEN $2 THEN $3 ELSE name END,
    name_path = $4 || substr(name_path, length($5) + 1)
WHERE tenant_id = $1 AND path <@ $6::text::ltree
"""
_RENAME_GROUPS = """
UPDATE balance_group SET name = $3 WHERE tenant_id = $1 AND site_id = $2 AND name = $4
"""
_LOCATE = """
UPDATE site SET latitude = $3, longitude = $4
WHERE tenant_id = $1 AND id = $2 AND (latitude, longitude) IS DISTINCT FROM ($3, $4)
"""


class SiteRow(NamedTuple):
    """A node of the site tree."""

    id: SiteId
    parent_id: SiteId | None
    kind: str
    name: str
    name_path: str
    path: str
    """Ids from the root to this site."""

    timezone: str
    latitude: float | None
    longitude: float | None
    street_address: str | None
    """Its own, like the parts below; :mod:`addresses` has those of the sites above, too."""

    postal_code: str | None
    locality: str | None
    country: str | None


async def _rows(session: TenantSession, statement: str, *values: object) -> list[SiteRow]:
    driver = await session.driver()
    found: list[Any] = await driver.fetch(
        statement,
        session.scope.tenant_id,
        sites_of(session.scope),
        homes_of(session.scope),
        *values,
    )
    return [SiteRow(*row) for row in found]


async def find(session: TenantSession, path: str) -> SiteRow | None:
    """Site by its path of names."""
    return next(iter(await _rows(session, _BY_PATH, path)), None)


async def load(session: TenantSession, ids: Sequence[SiteId]) -> dict[SiteId, SiteRow]:
    """Sites by id; absent and hidden ones are left out."""
    return {site.id: site for site in await _rows(session, _BY_ID, ids)}


async def children(
    session: TenantSession, parents: Sequence[SiteId]
) -> dict[SiteId, list[SiteRow]]:
    """Sites directly below each site, by name."""
    found: dict[SiteId, list[SiteRow]] = {}
    for site in await _rows(session, _CHILDREN, parents):
        assert site.parent_id is not None
        found.setdefault(site.parent_id, []).append(site)
    return found


async def tops(session: TenantSession) -> list[SiteRow]:
    """Tops of what the principal may see."""
    whole_way = session.scope.sites is None or session.scope.household is not None
    return await _rows(session, _TOPS if whole_way else _CHOSEN)


async def search(session: TenantSession, words: Sequence[str], most: int) -> list[SiteRow]:
    """Sites of whose path and address every word is a part; those that are called so come first."""
    if not words or len(words) > MOST_WORDS:
        return []
    found = " ".join(f"AND {addressed('s', _FIRST_WORD + at)}" for at in range(len(words)))
    patterns = [f"%{literal(word)}%" for word in words]
    return await _rows(session, _SEARCHED.format(words=found), " ".join(words), most, *patterns)


async def rename(session: TenantSession, site: SiteRow, name: str, path: str) -> None:
    """Name a site and its groups anew; the paths of all sites below follow."""
    driver, tenant = await session.driver(), session.scope.tenant_id
    await driver.execute(_RENAME, tenant, site.id, name, path, site.name_path, site.path)
    await driver.execute(_RENAME_GROUPS, tenant, site.id, name, site.name)


async def locate(
    session: TenantSession, site: SiteId, latitude: float | None, longitude: float | None
) -> None:
    """Tell where a site lies, or that nobody knows."""
    driver = await session.driver()
    await driver.execute(_LOCATE, session.scope.tenant_id, site, latitude, longitude)
