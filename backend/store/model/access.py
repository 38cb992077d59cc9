"""What a principal may see inside their tenant: all of it, parts of the site tree, or a home."""

from domain.identity import Scope

VISIBLE = """(${place}::bigint[] IS NULL OR EXISTS (
    SELECT FROM site AS v WHERE v.tenant_id = $1 AND v.id = ANY(${place}::bigint[])
      AND v.path @> {site}.path))"""

_AT_HOME = "({seen} OR {point}.premise_id = ANY(${homes}::bigint[]))"

_WAY_HOME = """({seen} OR EXISTS (
    SELECT FROM premise AS hp JOIN site AS hs ON hs.tenant_id = $1 AND hs.id = hp.site_id
    WHERE hp.tenant_id = $1 AND hp.id = ANY(${homes}::bigint[]) AND {site}.path @> hs.path))"""


def visible(site: str, place: int) -> str:
    """Condition on the site with alias ``site``; parameter ``place`` is :func:`sites_of`.

    A household is shown nothing by it.
    """
    return VISIBLE.format(site=site, place=place)


def visible_point(point: str, site: str, place: int, homes: int) -> str:
    """Condition on a point and its site: in sight, or of a home; ``homes`` is :func:`homes_of`."""
    return _AT_HOME.format(seen=visible(site, place), point=point, homes=homes)


def visible_site(site: str, place: int, homes: int) -> str:
    """Condition on a site: in sight, or on the way from the root to a home."""
    return _WAY_HOME.format(seen=visible(site, place), site=site, homes=homes)


def sites_of(scope: Scope) -> list[int] | None:
    """Sites at whose subtrees the principal's sight ends; None for the whole tenant."""
    if scope.household is not None:
        return []
    return None if scope.sites is None else sorted(scope.sites)


def homes_of(scope: Scope) -> list[int]:
    """Premises that a household sees; none for others."""
    return [home.premise for home in scope.homes]
