"""Metering points, the meters in them, and from when to when a meter stood where."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import (
    ChannelId,
    InstallationId,
    MeterId,
    MeteringPointId,
    PremiseId,
    SeriesId,
    SiteId,
)
from tenants.orm import Base, TenantOwned


class MeteringPoint(TenantOwned, Base):
    """Where a commodity is delivered; stays when meters change."""

    __tablename__ = "metering_point"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
        ForeignKeyConstraint(["tenant_id", "premise_id"], ["premise.tenant_id", "premise.id"]),
        Index("ix_metering_point_tenant_id_site_id", "tenant_id", "site_id"),
        Index("ix_metering_point_tenant_id_premise_id", "tenant_id", "premise_id"),
    )

    id: Mapped[MeteringPointId] = mapped_column(BigInteger, Identity(), primary_key=True)
    site_id: Mapped[SiteId]
    premise_id: Mapped[PremiseId | None]
    commodity: Mapped[str]
    role: Mapped[str]
    energy_kind: Mapped[str] = mapped_column(server_default="active")
    phase: Mapped[str | None]
    riser: Mapped[str | None]
    """Of heat in houses with vertical pipes: the riser on which the meter or the sensors sit."""

    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Meter(TenantOwned, Base):
    """The device, known by the serial on its face."""

    __tablename__ = "meter"
    __table_args__ = (UniqueConstraint("tenant_id", "serial"),)

    id: Mapped[MeterId] = mapped_column(BigInteger, Identity(), primary_key=True)
    serial: Mapped[str]
    commodity: Mapped[str]
    accuracy_class: Mapped[str | None]


class Installation(TenantOwned, Base):
    """One meter at one point on one channel, from .. to, and the terms of its pulses.

    A new pulse constant, channel or meter is a new installation, so every hour is read under the
    terms that held then. Two installations never share a channel at the same time (a
    constraint) or a point (as an import chooses points).
    """

    __tablename__ = "installation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "meter_id", "installed_at"),
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "meter_id"], ["meter.tenant_id", "meter.id"]),
        ForeignKeyConstraint(["tenant_id", "channel_id"], ["channel.tenant_id", "channel.id"]),
        CheckConstraint("removed_at > installed_at", "period"),
        CheckConstraint("pulses_per > 0 AND per_units > 0", "pulse_constant"),
        CheckConstraint("wrap IN (65536, 16777216, 4294967296)", "wrap"),
        CheckConstraint("initial_counter >= 0 AND initial_counter < wrap", "initial_counter"),
        CheckConstraint("capacity > 0", "capacity"),
        Index("ix_installation_tenant_id_point_id", "tenant_id", "point_id"),
        Index("ix_installation_tenant_id_series_id", "tenant_id", "series_id"),
    )

    id: Mapped[InstallationId] = mapped_column(BigInteger, Identity(), primary_key=True)
    point_id: Mapped[MeteringPointId]
    meter_id: Mapped[MeterId]
    channel_id: Mapped[ChannelId]
    series_id: Mapped[SeriesId]
    """The counters of the channel, kept here so that reading hours needs no further look-up."""

    installed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    pulses_per: Mapped[int] = mapped_column(BigInteger)
    per_units: Mapped[int] = mapped_column(BigInteger)
    """The pulse constant is the fraction ``pulses_per / per_units`` of pulses per kWh or m3."""

    initial_index: Mapped[Decimal]
    final_index: Mapped[Decimal | None]
    initial_counter: Mapped[int] = mapped_column(BigInteger)
    wrap: Mapped[int] = mapped_column(BigInteger)
    capacity: Mapped[Decimal]
    """Largest flow in kW or m3/h; what the file left empty was filled when it was placed."""

    register_offset: Mapped[int] = mapped_column(BigInteger)
    register_slope: Mapped[int] = mapped_column(BigInteger)
    register_divisor: Mapped[int] = mapped_column(BigInteger)
    longest_gap_h: Mapped[int] = mapped_column(BigInteger)
    final_register: Mapped[int] = mapped_column(BigInteger)
    wraps_matter: Mapped[bool]
    """The terms above as :class:`analytics.registers.Installations` computes with them."""


class Sensor(TenantOwned, Base):
    """A sensor of its own, such as a temperature or leak sensor, whose series is no commodity."""

    __tablename__ = "sensor"
    __table_args__ = (
        UniqueConstraint("tenant_id", "serial"),
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
        ForeignKeyConstraint(["tenant_id", "premise_id"], ["premise.tenant_id", "premise.id"]),
        ForeignKeyConstraint(["tenant_id", "channel_id"], ["channel.tenant_id", "channel.id"]),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    serial: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    site_id: Mapped[SiteId]
    premise_id: Mapped[PremiseId | None]
    channel_id: Mapped[ChannelId | None]
