"""Corrections: what people put in the place of a counter, by whom, when and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, Integer, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import MeteringPointId, SeriesId
from tenants.orm import Base, TenantOwned


class ReadingChange(TenantOwned, Base):
    """One act of correction at a metering point: its reason, its actor and what it changed."""

    __tablename__ = "reading_change"
    __table_args__ = (
        Index("ix_reading_change_tenant_id_point_id", "tenant_id", "point_id", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    point_id: Mapped[MeteringPointId] = mapped_column(BigInteger)
    reason: Mapped[str]
    actor: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    differences: Mapped[list[Any]] = mapped_column(JSONB)
    """[hour, before, after] of each hour of the point that changed [hours since the epoch; Wh or
    litres; null where unknown]."""


class ReadingEdit(TenantOwned, Base):
    """What stands in the place of one counter; the fact itself is never touched.

    Rows are kept for ever: one that no longer stands says since when.
    """

    __tablename__ = "reading_edit"
    __table_args__ = (
        Index(
            "uq_reading_edit_standing",
            "tenant_id",
            "series_id",
            "hour",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_reading_edit_tenant_id_change_id", "tenant_id", "change_id"),
        ForeignKeyConstraint(
            ["tenant_id", "change_id"], ["reading_change.tenant_id", "reading_change.id"]
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    change_id: Mapped[int] = mapped_column(BigInteger)
    series_id: Mapped[SeriesId] = mapped_column(BigInteger)
    hour: Mapped[datetime]
    counter: Mapped[int | None] = mapped_column(Integer)
    """The int4 with the same 32 bits as the counter at the end of the hour; NULL for void."""

    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    superseded_at: Mapped[datetime | None]
