"""How much a tenant may use, as data: those of its plan, and a row's own figures over them.

The figures lie in ``tenant.quotas``. Partners and the platform set them, never the tenant itself.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from sqlalchemy import select

from domain.errors import ForbiddenError, InvalidError, NotFoundError
from domain.identity import Scope, TenantId
from tenants import audit
from tenants.models.parties import Tenant
from tenants.permissions import Permission
from tenants.session import Database, TenantSession

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


class Plan(StrEnum):
    """What a tenant pays for."""

    TRIAL = "trial"
    STANDARD = "standard"
    LARGE = "large"


_PLANS: Mapping[Plan, Mapping[str, int]] = MappingProxyType(
    {
        # a few houses for a season: 100 meters use 2,400 readings a day
        Plan.TRIAL: {
            "readings_per_hour": 100_000,
            "requests_per_minute": 300,
            "cost_per_minute": 300,
            "storage_months": 3,
        },
        # what the installation grants everybody
        Plan.STANDARD: {},
        Plan.LARGE: {
            "readings_per_hour": 100_000_000,
            "requests_per_minute": 15_000,
            "cost_per_minute": 15_000,
            "storage_months": 36,
        },
    }
)
"""Figures of a plan, where they are not the installation's."""


def names() -> list[str]:
    """What can be limited."""
    return [one.name for one in fields(Limits)]


def checked_plan(plan: str) -> Plan:
    """Plan of that name, or raise UNKNOWN_PLAN."""
    if plan not in set(Plan):
        raise InvalidError(
            f"plan = {plan!r}: not one of {', '.join(Plan)}", code="UNKNOWN_PLAN", field="plan"
        )
    return Plan(plan)


def of_plan(plan: str) -> Limits:
    """What a plan grants; one that is not known grants what everybody has."""
    return Limits().with_own(_PLANS[Plan(plan)] if plan in set(Plan) else {})


def with_plan(plan: str, quotas: Mapping[str, int]) -> dict[str, int]:
    """Figures of a tenant that are not the installation's."""
    return {**(_PLANS[Plan(plan)] if plan in set(Plan) else {}), **quotas}


async def load_own(database: Database) -> dict[TenantId, dict[str, int]]:
    """Figures of all tenants that have some of their own, by their plan or beside it."""
    some = (Tenant.quotas != {}) | (Tenant.plan != Plan.STANDARD)
    async with database.global_session() as session:
        rows = await session.execute(select(Tenant.id, Tenant.plan, Tenant.quotas).where(some))
        return {TenantId(row[0]): with_plan(row[1], row[2]) for row in rows}


async def set_limits(
    database: Database, scope: Scope, changes: Mapping[str, int | None]
) -> dict[str, int]:
    """Set some figures of a tenant, or take them back (None); gives all that are in force.

    Raises
    ------
    ForbiddenError, InvalidError, NotFoundError
        As of :func:`lay`.
    """
    async with database.session(scope) as session:
        tenant = await lay(session, changes)
    return asdict(in_force(tenant))


async def lay(
    session: TenantSession, changes: Mapping[str, int | None], plan: str | None = None
) -> Tenant:
    """Change the plan and some figures of the session's tenant; None takes a figure back.

    Raises
    ------
    ForbiddenError
        Only partners and the platform set limits.
    InvalidError
        BAD_QUOTA: a figure is out of range. UNKNOWN_PLAN.
    NotFoundError
        There is no such tenant.
    """
    number = session.scope.tenant_id
    if not session.scope.permissions & MAY_SET:
        raise ForbiddenError("limits are set by the partner or the platform")
    for name, value in changes.items():
        if name not in names() or (value is not None and not 1 <= value <= HIGHEST):
            raise InvalidError(
                f"{name} = {value!r}: must be one of {', '.join(names())}, from 1 to {HIGHEST}",
                code="BAD_QUOTA",
                field=name,
            )
    if plan is not None:
        checked_plan(plan)
    tenant = await session.get(Tenant, number, with_for_update=True)
    if tenant is None:
        raise NotFoundError("tenant", number)
    laid = {**tenant.quotas, **changes}
    own = {name: value for name, value in laid.items() if value is not None}
    wanted = plan or tenant.plan
    if own != tenant.quotas or wanted != tenant.plan:
        tenant.quotas, tenant.plan = own, wanted
        told: dict[str, audit.Word] = {"plan": wanted, **changes}
        await audit.record(session, "tenant.limits", f"tenant:{number}", told)
    return tenant


def in_force(tenant: Tenant) -> Limits:
    """What a tenant may use."""
    return Limits().with_own(with_plan(tenant.plan, tenant.quotas))
