"""Postal addresses of sites, and the words of paths and addresses, in SQL."""

from collections.abc import Mapping, Sequence

from domain.addresses import PostalAddress
from domain.identity import SiteId
from tenants.session import TenantSession

MOST_WORDS = 8
"""Of a search; more find nothing."""

# Each word is looked up once among all sites, and not once a row. What a site does not tell of
# itself it has from those above, so that a word of a street finds every entrance in it.
_ADDRESSED = """{site}.id IN (
    SELECT w.id FROM site AS w WHERE w.tenant_id = $1 AND w.name_path ILIKE ${word}
    UNION ALL
    SELECT b.id FROM site AS a JOIN site AS b ON b.tenant_id = $1 AND b.path <@ a.path
    WHERE a.tenant_id = $1
      AND concat_ws(' ', a.street_address, a.postal_code, a.locality) ILIKE ${word})"""

# Labels of a path are ids: the sites above one are found by the key, without the tree.
_OF_SITES = """
SELECT s.id, {parts}
FROM site AS s
JOIN site AS a ON a.tenant_id = $1 AND a.id = ANY(string_to_array(s.path::text, '.')::bigint[])
WHERE s.tenant_id = $1 AND s.id = ANY($2::bigint[])
GROUP BY s.id
""".format(
    parts=", ".join(
        f"(array_agg(a.{one} ORDER BY nlevel(a.path) DESC) FILTER (WHERE a.{one} IS NOT NULL))[1]"
        for one in ("street_address", "postal_code", "locality", "country")
    )
)

_TELL = """
UPDATE site AS s SET street_address = coalesce(u.street, s.street_address),
    postal_code = coalesce(u.code, s.postal_code), locality = coalesce(u.locality, s.locality),
    country = coalesce(u.country, s.country)
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS u (id, street, code, locality, country)
WHERE s.tenant_id = $1 AND s.id = u.id
  AND (coalesce(u.street, s.street_address), coalesce(u.code, s.postal_code),
       coalesce(u.locality, s.locality), coalesce(u.country, s.country))
      IS DISTINCT FROM (s.street_address, s.postal_code, s.locality, s.country)
RETURNING s.id
"""

_SAVE = """
UPDATE site SET street_address = $3, postal_code = $4, locality = $5, country = $6
WHERE tenant_id = $1 AND id = $2
"""


def addressed(site: str, word: int) -> str:
    """Condition that parameter ``word`` stands in the path or the address of a site."""
    return _ADDRESSED.format(site=site, word=word)


def literal(word: str) -> str:
    """A word as LIKE finds it to the letter."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def of_sites(session: TenantSession, ids: Sequence[SiteId]) -> dict[SiteId, PostalAddress]:
    """Addresses of sites with what the sites above tell; those of which nothing is known miss."""
    driver = await session.driver()
    rows = await driver.fetch(_OF_SITES, session.scope.tenant_id, list(ids))
    found = {SiteId(row[0]): PostalAddress(*row[1:5]) for row in rows}
    return {site: address for site, address in found.items() if address.is_known}


async def tell(session: TenantSession, told: Mapping[int, PostalAddress]) -> set[int]:
    """Fill in what a file tells of the addresses of sites; what it leaves out stays.

    Returns the sites whose address is another one now.
    """
    if not told:
        return set()
    driver = await session.driver()
    parts = [(one.street, one.postal_code, one.locality, one.country) for one in told.values()]
    columns = (list(column) for column in zip(*parts, strict=True))
    rows = await driver.fetch(_TELL, session.scope.tenant_id, list(told), *columns)
    return {row[0] for row in rows}


async def save(session: TenantSession, site: SiteId, address: PostalAddress) -> None:
    """Tell the address of a site, in the place of what was told before."""
    driver = await session.driver()
    parts = address.street, address.postal_code, address.locality, address.country
    await driver.execute(_SAVE, session.scope.tenant_id, site, *parts)
