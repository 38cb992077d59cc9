"""What devices report besides counters: their network, events, states of inputs, temperatures."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Integer,
    SmallInteger,
    Table,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.readings import HOUR_COLUMNS
from domain.identity import ConcentratorId, SeriesId
from tenants.orm import Base, TenantOwned


class TopologyDay(TenantOwned, Base):
    """How a radio module stood in its network on a UTC day, as last reported for that day.

    Modules are named by their serials: one that nobody placed is reported, too.
    """

    __tablename__ = "topology_day"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "concentrator_id"], ["concentrator.tenant_id", "concentrator.id"]
        ),
    )

    concentrator_id: Mapped[ConcentratorId] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    module: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[int] = mapped_column(SmallInteger)
    parent: Mapped[str | None]
    """Serial of the module that relays it; NULL for one that the concentrator hears itself."""

    level: Mapped[int] = mapped_column(SmallInteger)
    rssi: Mapped[int | None] = mapped_column(SmallInteger)
    relayed: Mapped[int | None]
    battery_mv: Mapped[int | None]
    firmware: Mapped[str | None]
    made_at: Mapped[datetime]
    """When the report was made, by the device's clock."""


class StatusPeriod(TenantOwned, Base):
    """Hours without a break in which a status bit of a channel was set, ``[began_at, ended_at)``.

    The longest such runs of the hours that arrived: an hour that never came ends a run, and joins
    two once it comes.
    """

    __tablename__ = "status_period"

    series_id: Mapped[SeriesId] = mapped_column(primary_key=True, autoincrement=False)
    """Series of the channel's counters."""

    bit: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """1 open circuit, 2 short circuit, 4 magnet, 8 low battery, 16 tamper."""

    began_at: Mapped[datetime] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime]


class DeviceEvent(TenantOwned, Base):
    """Something that a module noticed at one channel, however often it was told."""

    __tablename__ = "event"

    series_id: Mapped[SeriesId] = mapped_column(primary_key=True, autoincrement=False)
    """Series of the channel's counters."""

    at: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float | None] = mapped_column(Double)


class SpotReading(TenantOwned, Base):
    """What a channel counted at a moment between two hours, as somebody asked to know."""

    __tablename__ = "spot_reading"

    series_id: Mapped[SeriesId] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    counter: Mapped[int] = mapped_column(BigInteger)


temperature_day = Table(
    "temperature_day",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("series_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    *(Column(name, SmallInteger) for name in HOUR_COLUMNS),
    postgresql_partition_by="RANGE (day)",
)
"""Temperatures in 0.01 degC at the end of each hour, NULL where none came."""
