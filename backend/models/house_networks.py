"""Conductors of a house, and which metering point hangs where on them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, ForeignKeyConstraint, Index, SmallInteger, func
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import BalanceGroupId, MeteringPointId
from tenants.orm import Base, TenantOwned


class HouseNetwork(TenantOwned, Base):
    """The electric network below the inlet of a balance group."""

    __tablename__ = "house_network"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "group_id"], ["balance_group.tenant_id", "balance_group.id"]
        ),
        CheckConstraint("volts > 0", "volts"),
        CheckConstraint("power_factor > 0 AND power_factor <= 1", "power_factor"),
    )

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    volts: Mapped[float] = mapped_column(Double)
    """Phase to neutral at the inlet."""

    power_factor: Mapped[float] = mapped_column(Double)
    saved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    saved_by: Mapped[str]


class NetworkSection(TenantOwned, Base):
    """A piece of line; its parent comes before it."""

    __tablename__ = "network_section"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["house_network.tenant_id", "house_network.group_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("parent < position", "parent"),
        CheckConstraint("length_m > 0", "length_m"),
        CheckConstraint("material IN ('copper', 'aluminium')", "material"),
    )

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    parent: Mapped[int | None] = mapped_column(SmallInteger)
    """Position of the section it hangs on; NULL at the inlet."""

    name: Mapped[str]
    length_m: Mapped[float] = mapped_column(Double)
    material: Mapped[str]
    area_mm2: Mapped[float] = mapped_column(Double)
    neutral_mm2: Mapped[float] = mapped_column(Double)


class NetworkConsumer(TenantOwned, Base):
    """A metering point on a section's end."""

    __tablename__ = "network_consumer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "group_id", "section"],
            ["network_section.tenant_id", "network_section.group_id", "network_section.position"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
        Index("ix_network_consumer_tenant_id_point_id", "tenant_id", "point_id"),
    )

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    point_id: Mapped[MeteringPointId] = mapped_column(primary_key=True, autoincrement=False)
    section: Mapped[int] = mapped_column(SmallInteger)
    movable: Mapped[bool]
    """Whether its phase may be changed."""
