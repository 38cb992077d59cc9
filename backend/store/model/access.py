"""What a principal may see inside their tenant: the whole of it, or parts of the site tree."""

from domain.identity import Scope

VISIBLE = """(${place}::bigint[] IS NULL OR EXISTS (
    SELECT FROM site AS v WHERE v.tenant_id = $1 AND v.id = ANY(${place}::bigint[])
      AND v.path @> {site}.path))"""


def visible(site: str, place: int) -> str:
    """Condition on the site with alias ``site``; parameter ``place`` is :func:`sites_of`."""
    return VISIBLE.format(site=site, place=place)


def sites_of(scope: Scope) -> list[int] | None:
    """Sites at whose subtrees the principal's sight ends; None for the whole tenant."""
    return None if scope.sites is None else sorted(scope.sites)
