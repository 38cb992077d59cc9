"""Who is asking, and on whose behalf."""

from dataclasses import dataclass, field
from datetime import datetime
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
class Home:
    """A premise that somebody of its household sees, from moving in on."""

    premise: PremiseId
    since: datetime
    holder: bool
    """Whether they live there themselves, and are not a delegate who may only look."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One principal acting inside exactly one tenant.

    ``permissions`` are the words of :mod:`tenants.permissions`. ``sites`` limits a principal to
    parts of the site tree; ``None`` means the whole tenant. ``household`` marks a person who acts
    as a resident or a delegate: they see the meters of their ``homes`` and no part of the tree.
    Homes are no part of a token: each session reads those of its moment, so that moving out ends
    access at once.
    """

    tenant_id: TenantId
    actor: str = "system"
    permissions: frozenset[str] = field(default_factory=frozenset)
    sites: frozenset[SiteId] | None = None
    household: UserId | None = None
    homes: tuple[Home, ...] = ()
