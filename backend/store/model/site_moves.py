"""Moving a part of the site tree, in SQL: its sites, its balance groups, and what then is due."""

from collections.abc import Sequence
from typing import NamedTuple

from backend.store.groups.group_hours import SAME_IN_LEAVES, await_the_roller
from backend.store.journal import wait_for_the_folder
from backend.store.model.metering import Metering
from backend.store.model.sites import SiteRow
from domain.identity import BalanceGroupId, SiteId
from tenants.session import TenantSession

# The top of the part has no labels below itself, and subpath refuses to give none.
_MOVED = (
    "CASE WHEN path = $4::text::ltree THEN $5 ELSE $5 || subpath(path, nlevel($4::text::ltree)) END"
)

_MOVE_SITES = f"""
UPDATE site SET parent_id = CASE id WHEN $2 THEN $3 ELSE parent_id END, path = {_MOVED},
    name_path = $7 || substr(name_path, length($6) + 1)
WHERE tenant_id = $1 AND path <@ $4::text::ltree
"""  # noqa: S608 - a constant
_MOVE_GROUPS = f"""
UPDATE balance_group SET parent_id = CASE id WHEN $2 THEN $3 ELSE parent_id END, path = {_MOVED}
WHERE tenant_id = $1 AND path <@ $4::text::ltree
"""  # noqa: S608 - a constant

_WAY = """
SELECT id, name, timezone FROM site WHERE tenant_id = $1 AND path @> $2::text::ltree
ORDER BY nlevel(path)
"""
_GROUPS_AT = """
SELECT id, parent_id, commodity, path::text FROM balance_group
WHERE tenant_id = $1 AND site_id = $2 ORDER BY id
"""

# Whatever a part counted it counted in itself, too: its own days are those of all above it.
_MARK = """
INSERT INTO group_due AS d (tenant_id, group_id, day, hours)
SELECT DISTINCT $1::int, u.id, s.day, 16777215
FROM unnest($2::bigint[], $3::bigint[]) AS u (id, moved)
JOIN group_day AS s ON s.tenant_id = $1 AND s.group_id = u.moved
ON CONFLICT (tenant_id, group_id, day) DO UPDATE
SET hours = excluded.hours, marks = d.marks + 1
"""

# Of a group without children these follow from other rows, and old ones would speak for it.
_BARE = """
DELETE FROM group_day AS d WHERE d.tenant_id = $1 AND d.group_id = $2
  AND d.quantity = ANY($3::smallint[])
  AND NOT EXISTS (SELECT FROM balance_group AS c WHERE c.tenant_id = $1 AND c.parent_id = $2)
"""

_SET_ZONE = """
UPDATE site SET timezone = $3 WHERE tenant_id = $1 AND path <@ $2::text::ltree AND timezone = $4
RETURNING id
"""
_SET_GROUP_ZONE = """
UPDATE balance_group SET timezone = $3 WHERE tenant_id = $1 AND site_id = ANY($2::bigint[])
RETURNING id
"""


class _Place(NamedTuple):
    """A site on the way from the root to the new place, whoever may see it."""

    id: int
    name: str
    timezone: str


async def hold_still(session: TenantSession) -> None:
    """Keep imports, folds and roll-ups of the tenant away until the transaction ends."""
    await wait_for_the_folder(session)
    await await_the_roller(session)


async def move(session: TenantSession, site: SiteRow, parent: SiteRow | None, path: str) -> None:
    """Hang a site and all below it under another, or at the top; ``path`` is the new one of names.

    Its groups follow, groups that its new place lacks are made, and the hours of all that it
    leaves and joins become due.
    """
    driver, tenant = await session.driver(), session.scope.tenant_id
    ids = f"{parent.path}.{site.id}" if parent else str(site.id)
    await driver.execute(
        _MOVE_SITES,
        tenant,
        site.id,
        parent.id if parent else None,
        site.path,
        ids,
        site.name_path,
        path,
    )
    above = (
        [_Place(*row) for row in await driver.fetch(_WAY, tenant, parent.path)] if parent else []
    )
    due: list[tuple[int, int]] = []
    for group, old, commodity, old_path in await driver.fetch(_GROUPS_AT, tenant, site.id):
        new, stem = await _group_above(session, above, commodity)
        ids = f"{stem}.{group}" if stem else str(group)
        await driver.execute(_MOVE_GROUPS, tenant, group, new, old_path, ids)
        due.append((group, group))
        if old is not None:
            quantities = [int(one) for one in SAME_IN_LEAVES]
            await driver.execute(_BARE, tenant, old, quantities)
            due.append((old, group))
    await driver.execute(_MARK, tenant, [one for one, _ in due], [one for _, one in due])


async def _group_above(
    session: TenantSession, above: Sequence[_Place], commodity: str
) -> tuple[int | None, str]:
    """The group of the lowest of some sites, and its path of ids; missing ones are made."""
    metering = Metering(session)
    known = await metering.groups([one.id for one in above])
    parent, stem = None, ""
    for site in above:
        found = known.get((site.id, commodity))
        if found is None:
            (number,) = await metering.ids("balance_group", 1)
            found = number, f"{stem}.{number}" if stem else str(number)
            row = (number, parent, found[1], site.id, commodity, site.name, site.timezone)
            await metering.insert("balance_group", [row])
        parent, stem = found
    return parent, stem


async def set_zone(session: TenantSession, site: SiteRow, zone: str) -> list[BalanceGroupId]:
    """Give a site another time zone, and all below it that had the same; their balance groups."""
    driver, tenant = await session.driver(), session.scope.tenant_id
    sites = await driver.fetch(_SET_ZONE, tenant, site.path, zone, site.timezone)
    groups = await driver.fetch(_SET_GROUP_ZONE, tenant, [SiteId(row[0]) for row in sites], zone)
    return [BalanceGroupId(row[0]) for row in groups]
