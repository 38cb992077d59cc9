"""The balance groups that new metering points make."""

from backend.services.metering_import.draft import Draft
from backend.services.metering_import.places import Places
from domain.quantities import ASIDE, EnergyKind


async def lay_out_groups(draft: Draft, places: Places) -> None:
    """Every site at and above a new point is a group of its commodity.

    What is not part of a balance (reactive energy, volumes of the heat carrier) stands aside.
    """
    names = {identity: path for path, (identity, _) in places.site.items()}
    points = [
        (row[0], names[row[1]], row[3], row[4] if row[5] == EnergyKind.ACTIVE else ASIDE)
        for row in draft.new.metering_point
    ]
    wanted: dict[tuple[tuple[str, ...], str], None] = {}
    for _, path, commodity, _ in points:
        for depth in range(1, len(path) + 1):
            wanted[path[:depth], commodity] = None
    sites = [places.site[path][0] for path, _ in wanted]
    groups = await draft.known.groups(set(sites))
    fresh = iter(await draft.known.ids("balance_group", len(wanted)))
    for path, commodity in sorted(wanted, key=lambda key: len(key[0])):
        site = places.site[path][0]
        if (site, commodity) in groups:
            continue
        identity = next(fresh)
        above = groups.get((places.site[path[:-1]][0], commodity)) if path[:-1] else None
        ids = f"{above[1]}.{identity}" if above else str(identity)
        parent = above[0] if above else None
        draft.new.balance_group.append(
            (identity, parent, ids, site, commodity, path[-1], places.timezone)
        )
        groups[site, commodity] = identity, ids
    draft.new.group_member += [
        (groups[places.site[path][0], commodity][0], point, role)
        for point, path, commodity, role in points
    ]
