"""Sites and premises that a file names."""

from sqlalchemy import select

from backend.services.metering_import.draft import Draft
from backend.services.model.metering_rows import MeteringRow
from domain.addresses import PostalAddress
from tenants.models import Tenant


class Places:
    """Where the rows of a file lie: known sites and premises, and those it makes."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    async def lay_out_sites(self) -> None:
        """Find or make every site of every path."""
        tenant = await self.draft.session.scalar(
            select(Tenant).where(Tenant.id == self.draft.session.scope.tenant_id)
        )
        assert tenant is not None
        self.timezone = tenant.timezone
        wanted: dict[tuple[str, ...], MeteringRow] = {}
        for row in self.draft.rows:
            for depth in range(1, len(row.site) + 1):
                wanted.setdefault(row.site[:depth], row)
        paths = {names: "/".join(names) for names in wanted}
        known = await self.draft.known.sites(paths.values())
        fresh = iter(await self.draft.known.ids("site", len(paths) - len(known)))
        self.site: dict[tuple[str, ...], tuple[int, str]] = {}
        for names in sorted(wanted, key=len):
            row = wanted[names]
            kind = row.kinds[len(names) - 1]
            found = known.get(paths[names])
            if found is None:
                above = self.site.get(names[:-1])
                site_id = next(fresh)
                path = f"{above[1]}.{site_id}" if above else str(site_id)
                own = row if row.site == names else None
                self.draft.new.site.append(
                    (
                        site_id,
                        above[0] if above else None,
                        str(kind),
                        names[-1],
                        paths[names],
                        path,
                        self.timezone,
                        own.latitude if own else None,
                        own.longitude if own else None,
                    )
                )
                self.site[names] = site_id, path
                continue
            if found[1] != kind:
                why = f"{paths[names]} is a {found[1]}"
                self.draft.refuse(row, "site_kinds", "/".join(row.kinds), "KIND_DIFFERS", why)
            self.site[names] = found[0], found[2]

    def addresses(self) -> dict[int, PostalAddress]:
        """What the file tells of the addresses of sites; of two lines of a site the last counts."""
        return {self.site_id(row): row.address for row in self.draft.rows if row.address}

    def site_id(self, row: MeteringRow) -> int:
        """Site that a row names."""
        return self.site[row.site][0]

    async def lay_out_premises(self) -> None:
        """Find or make the premises, and note what the file says of them."""
        self.premise = await self.draft.known.premises(
            {self.site_id(row) for row in self.draft.rows}
        )
        named = {(self.site_id(row), row.premise): row for row in self.draft.rows if row.premise}
        missing = [key for key in named if key not in self.premise]
        for key, premise_id in zip(
            missing, await self.draft.known.ids("premise", len(missing)), strict=True
        ):
            row = named[key]
            self.draft.new.premise.append((premise_id, *key, *row.of_premise))
            self.premise[key] = premise_id
        self.described = [
            (self.premise[key], *row.of_premise)
            for key, row in named.items()
            if any(told is not None for told in row.of_premise)
        ]

    def premise_id(self, row: MeteringRow) -> int | None:
        """Premise that a row names, if it names one."""
        return self.premise[self.site_id(row), row.premise] if row.premise else None
