"""The tree along which energy is balanced, and what belongs to each of its nodes."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.sites import Ltree
from domain.identity import BalanceGroupId, MeteringPointId, SiteId
from tenants.orm import Base, TenantOwned


class BalanceGroup(TenantOwned, Base):
    """A node: what is fed in by its inlets, and what is delivered at and below it.

    Every site is a group for each commodity that is metered at or below it. Groups without a site
    are arbitrary ones that somebody drew; they make trees of their own.
    """

    __tablename__ = "balance_group"
    __table_args__ = (
        UniqueConstraint("tenant_id", "site_id", "commodity"),
        ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["balance_group.tenant_id", "balance_group.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
        Index("ix_balance_group_tenant_id_parent_id", "tenant_id", "parent_id"),
        Index("ix_balance_group_path", "path", postgresql_using="gist"),
    )

    id: Mapped[BalanceGroupId] = mapped_column(BigInteger, Identity(), primary_key=True)
    parent_id: Mapped[BalanceGroupId | None]
    path: Mapped[str] = mapped_column(Ltree)
    site_id: Mapped[SiteId | None]
    commodity: Mapped[str]
    name: Mapped[str]
    timezone: Mapped[str]


class GroupMember(TenantOwned, Base):
    """A metering point that belongs to a group directly, and what it is there."""

    __tablename__ = "group_member"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "group_id"], ["balance_group.tenant_id", "balance_group.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
        Index("ix_group_member_tenant_id_point_id", "tenant_id", "point_id"),
    )

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    point_id: Mapped[MeteringPointId] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str]


class GroupDue(TenantOwned, Base):
    """Hours of one group that must be rolled up again: bit h of ``hours`` is hour h of the day."""

    __tablename__ = "group_due"

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    hours: Mapped[int]
    marks: Mapped[int] = mapped_column(server_default="1")
    """How often the row was marked: a roll-up forgets only what it has seen."""
