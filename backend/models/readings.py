"""Hours: counters of channels in rows of three lengths, sums of groups, and history."""

from datetime import datetime

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import SeriesId
from tenants.orm import Base, TenantOwned

HOUR_COLUMNS = tuple(f"h{hour:02}" for hour in range(24))
"""h05 belongs to the hour that starts at 05:00 UTC."""

QUALITY_COLUMNS = ("q0", "q1", "q2")
"""Bit h of the three planes together is the quality code of hour h; NULL while all are 0."""


class Series(TenantOwned, Base):
    """Hourly values of one quantity of one owner."""

    __tablename__ = "series"
    __table_args__ = (Index("ix_series_tenant_id_owner_id", "tenant_id", "owner_id", "owner_kind"),)

    id: Mapped[SeriesId] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_kind: Mapped[str]
    """channel or sensor"""

    owner_id: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[str]
    """pulses, temperature, ..."""

    kind: Mapped[str]
    """counter (at the end of the hour), interval (within it) or instant."""

    unit: Mapped[str]
    scale: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Stored numbers are multiples of 10^scale of the unit."""


SERIES_A_ROW = 128
"""Series whose counters of one hour share a row of series_hour."""

series_hour = Table(
    "series_hour",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("hour", TIMESTAMP(timezone=True), primary_key=True),
    Column("known", LargeBinary, nullable=False),
    Column("counters", LargeBinary, nullable=False),
    Column("codes", LargeBinary),
)
"""Facts of days that are still open: the series 128 block to 128 block + 127 in one hour.

Bit i of ``known`` says whether series i of the block is known; ``counters`` has four bytes (big end
first) and ``codes`` one byte for each known series in turn, and is NULL while all codes are 0.
"""

series_tier = Table(
    "series_tier",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("open_from", Date, nullable=False),
    Column("open_next", Date, nullable=False),
    Column("open_done", BigInteger, nullable=False),
    Column("days_from", Date, nullable=False),
    Column("days_next", Date, nullable=False),
    Column("days_done", BigInteger, nullable=False),
)
"""Which tier holds a fact. From the UTC day ``open_from`` on it lies in series_hour, before
``days_from`` in series_month, between the two in series_day. While a bound moves from ``from`` to
``next``, the series up to ``done`` have moved already.
"""

series_day = Table(
    "series_day",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("series_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    *(Column(name, Integer) for name in HOUR_COLUMNS),
    *(Column(name, Integer) for name in QUALITY_COLUMNS),
    postgresql_partition_by="RANGE (day)",
)
"""Facts of closed days. A counter is the int4 with the same 32 bits as the unsigned number."""

series_month = Table(
    "series_month",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("series_id", BigInteger, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("first_counter", Integer, nullable=False),
    Column("increments", LargeBinary, nullable=False),
    Column("known", LargeBinary),
    Column("codes", LargeBinary),
    postgresql_partition_by="RANGE (month)",
)
"""Facts of closed months: the first counter, and how far each known one is from the one before it.

``increments`` has one, two or four bytes for each (big end first, modulo 2^32), whichever are
enough for all. ``known`` says which hours of the month are known, NULL if all are; ``codes`` are
the three planes of quality codes one after the other, NULL while all are 0.
"""

group_day = Table(
    "group_day",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("group_id", BigInteger, primary_key=True, autoincrement=False),
    Column("quantity", SmallInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    *(Column(name, BigInteger) for name in HOUR_COLUMNS),
    *(Column(name, Integer) for name in QUALITY_COLUMNS),
    postgresql_partition_by="RANGE (day)",
)
"""Sums of groups in Wh or litres, and counts of their members."""


class Revision(TenantOwned, Base):
    """A reading that did not stand, or no longer stands: what it said, and why it gave way."""

    __tablename__ = "revision"
    __table_args__ = (
        Index("ix_revision_tenant_id_series_id_hour", "tenant_id", "series_id", "hour"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    series_id: Mapped[SeriesId]
    hour: Mapped[datetime]
    kind: Mapped[str]
    """conflict (another value of the same rank came later) or displaced (a higher rank came)."""

    counter: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[int] = mapped_column(SmallInteger)
    standing_counter: Mapped[int] = mapped_column(BigInteger)
    frame_received_at: Mapped[datetime]
    frame_id: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
