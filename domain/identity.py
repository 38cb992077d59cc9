"""Who is asking, and on whose behalf."""

from dataclasses import dataclass, field
from typing import NewType

PartnerId = NewType("PartnerId", int)
TenantId = NewType("TenantId", int)
UserId = NewType("UserId", int)
SiteId = NewType("SiteId", int)
PremiseId = NewType("PremiseId", int)
MeteringPointId = NewType("MeteringPointId", int)
MeterId = NewType("MeterId", int)
InstallationId = NewType("InstallationId", int)
ConcentratorId = NewType("ConcentratorId", int)
RadioModuleId = NewType("RadioModuleId", int)
ChannelId = NewType("ChannelId", int)
SeriesId = NewType("SeriesId", int)
BalanceGroupId = NewType("BalanceGroupId", int)


@dataclass(frozen=True, slots=True)
class Scope:
    """One principal acting inside exactly one tenant.

    ``permissions`` are the words of :mod:`tenants.permissions`. ``sites`` limits a principal to
    parts of the site tree; ``None`` means the whole tenant.
    """

    tenant_id: TenantId
    actor: str = "system"
    permissions: frozenset[str] = field(default_factory=frozenset)
    sites: frozenset[SiteId] | None = None
