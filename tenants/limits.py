"""How much a tenant may use, as data: defaults for everybody, and a row's own figures over them.

The figures lie in ``tenant.quotas``. Partners and the platform set them, never the tenant itself.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Self

from sqlalchemy import select, update

from domain.errors import ForbiddenError, InvalidError, NotFoundError
from domain.identity import Scope, TenantId
from tenants import audit
from tenants.models.parties import Tenant
from tenants.permissions import Permission
from tenants.session import Database

HIGHEST = 2**31 - 1
MAY_SET = frozenset({Permission.PARTNER_ADMIN, Permission.PLATFORM_ADMIN})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one tenant may use."""

    readings_per_hour: int = 20_000_000
    """Readings that the gateway takes: ten times what the largest tenant sends in an hour."""

    requests_per_minute: int = 3_000
    """Requests to the API."""

    cost_per_minute: int = 3_000
    """What those may cost together; a plain request costs one."""

    storage_months: int = 13
    """How long pushed frames are kept as evidence."""

    def with_own(self, quotas: Mapping[str, int]) -> Self:
        """These, with a tenant's own figures over them; figures of other things are left alone."""
        own = {name: quotas[name] for name in names() if name in quotas}
        return replace(self, **own)


def names() -> list[str]:
    """What can be limited."""
    return [one.name for one in fields(Limits)]


async def load_own(database: Database) -> dict[TenantId, dict[str, int]]:
    """Figures of all tenants that have some of their own."""
    async with database.global_session() as session:
        rows = await session.execute(select(Tenant.id, Tenant.quotas).where(Tenant.quotas != {}))
        return {TenantId(row[0]): row[1] for row in rows}


async def set_limits(
    database: Database, scope: Scope, changes: Mapping[str, int | None]
) -> dict[str, int]:
    """Set some figures of a tenant, or take them back (None); gives all that are in force.

    Raises
    ------
    ForbiddenError
        Only partners and the platform set limits.
    InvalidError
        BAD_QUOTA: a figure is out of range.
    NotFoundError
        There is no such tenant.
    """
    if not scope.permissions & MAY_SET:
        raise ForbiddenError("limits are set by the partner or the platform")
    for name, value in changes.items():
        if name not in names() or (value is not None and not 1 <= value <= HIGHEST):
            raise InvalidError(
                f"{name} = {value!r}: must be one of {', '.join(names())}, from 1 to {HIGHEST}",
                code="BAD_QUOTA",
                field=name,
            )
    async with database.session(scope) as session:
        found = select(Tenant.quotas).where(Tenant.id == scope.tenant_id).with_for_update()
        quotas = await session.scalar(found)
        if quotas is None:
            raise NotFoundError("tenant", scope.tenant_id)
        laid = {**quotas, **changes}
        own = {name: value for name, value in laid.items() if value is not None}
        if changes:
            row = update(Tenant).where(Tenant.id == scope.tenant_id)
            await session.execute(row.values(quotas=own))
            subject, told = f"tenant:{scope.tenant_id}", dict(changes)
            await audit.record(session, "tenant.limits", subject, told)
    return asdict(Limits().with_own(own))
