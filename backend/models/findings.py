"""Findings, what people made of them, and what the analyses remember from run to run."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import BalanceGroupId, MeteringPointId, SiteId
from tenants.orm import Base, TenantOwned


class Finding(TenantOwned, Base):
    """Something that an analysis says is wrong with a point, or else with a group."""

    __tablename__ = "finding"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "group_id"], ["balance_group.tenant_id", "balance_group.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
        CheckConstraint("state IN ('new', 'acknowledged', 'inspected', 'closed')", "state"),
        CheckConstraint("verdict IN ('confirmed', 'refuted')", "verdict"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed"),
        CheckConstraint("point_id IS NOT NULL OR group_id IS NOT NULL", "subject"),
        CheckConstraint("confidence BETWEEN 0 AND 1", "confidence"),
        Index(
            "uq_finding_open_point",
            "tenant_id",
            "point_id",
            "family",
            unique=True,
            postgresql_where=text("point_id IS NOT NULL AND closed_at IS NULL"),
        ),
        Index(
            "uq_finding_open_group",
            "tenant_id",
            "group_id",
            "family",
            unique=True,
            postgresql_where=text("point_id IS NULL AND closed_at IS NULL"),
        ),
        Index("ix_finding_tenant_id_point_id", "tenant_id", "point_id"),
        Index("ix_finding_tenant_id_group_id", "tenant_id", "group_id"),
        Index("ix_finding_tenant_id_site_id", "tenant_id", "site_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    family: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="new")
    verdict: Mapped[str | None]
    commodity: Mapped[str]
    point_id: Mapped[MeteringPointId | None]
    group_id: Mapped[BalanceGroupId | None]
    """The group whose balance says so; none where the meter's own hours do."""

    site_id: Mapped[SiteId | None]
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    """The last moment at which a judgement still said so."""

    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_person: Mapped[bool] = mapped_column(server_default="false")
    amount: Mapped[int | None] = mapped_column(BigInteger)
    """Wh or litres since it began, and the band that holds it with 80 %."""

    amount_low: Mapped[int | None] = mapped_column(BigInteger)
    amount_high: Mapped[int | None] = mapped_column(BigInteger)
    flow: Mapped[float | None] = mapped_column(Double)
    """Wh or litres an hour."""

    confidence: Mapped[float] = mapped_column(Double)
    figures: Mapped[dict[str, float]] = mapped_column(JSONB)
    causes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    explanation: Mapped[str]
    story: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    """What the explanation says as a code with values, in no language."""


class FindingEvidence(TenantOwned, Base):
    """One curve behind a finding, hour by hour, in Wh or litres; NaN is unknown."""

    __tablename__ = "finding_evidence"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "finding_id"], ["finding.tenant_id", "finding.id"]),
    )

    finding_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    start_hour: Mapped[int]
    values: Mapped[list[float]] = mapped_column(ARRAY(Double))


class FindingTransition(TenantOwned, Base):
    """A step in the life of a finding; nobody can change it."""

    __tablename__ = "finding_transition"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "finding_id"], ["finding.tenant_id", "finding.id"]),
        Index("ix_finding_transition_tenant_id_finding_id", "tenant_id", "finding_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    finding_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    actor: Mapped[str]
    state: Mapped[str]
    verdict: Mapped[str | None]
    kind: Mapped[str]
    note: Mapped[str | None]


class FindingInspection(TenantOwned, Base):
    """What one inspection made of the thresholds of a family; the newest holds."""

    __tablename__ = "finding_inspection"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "finding_id"], ["finding.tenant_id", "finding.id"]),
        CheckConstraint("factor BETWEEN 0.5 AND 4", "factor"),
        Index("ix_finding_inspection_tenant_id_family", "tenant_id", "family", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    finding_id: Mapped[int] = mapped_column(BigInteger)
    family: Mapped[str]
    verdict: Mapped[str]
    factor: Mapped[float] = mapped_column(Double)
    at: Mapped[datetime]


class CommodityPrice(TenantOwned, Base):
    """What a kWh or m3 is worth to a tenant."""

    __tablename__ = "commodity_price"
    __table_args__ = (
        CheckConstraint("price >= 0", "price"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", "currency"),
    )

    commodity: Mapped[str] = mapped_column(primary_key=True)
    price: Mapped[Decimal] = mapped_column(Numeric(14, 6))
    currency: Mapped[str]


class MeterHabit(TenantOwned, Base):
    """Habits of a meter as :class:`analytics.leaks.habits.Habits` writes them in a row."""

    __tablename__ = "meter_habit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
    )

    point_id: Mapped[MeteringPointId] = mapped_column(primary_key=True, autoincrement=False)
    until_hour: Mapped[int]
    habits: Mapped[list[float]] = mapped_column(ARRAY(REAL))


class AnalysisDue(TenantOwned, Base):
    """A group of which hours changed that nothing has judged yet."""

    __tablename__ = "analysis_due"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["balance_group.tenant_id", "balance_group.id"],
            ondelete="CASCADE",
        ),
    )

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    since_hour: Mapped[int]
    """First hour that changed."""

    marks: Mapped[int] = mapped_column(Integer, server_default="1")


class GroupLoss(TenantOwned, Base):
    """Losses of a group's conductors: ``linear`` B + ``square`` B^2 of what it delivers [Wh]."""

    __tablename__ = "group_loss"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["balance_group.tenant_id", "balance_group.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("linear >= 0 AND square >= 0", "coefficients"),
    )

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    linear: Mapped[float] = mapped_column(Double)
    square: Mapped[float] = mapped_column(Double)
    until_hour: Mapped[int]
    """End of the history that it was fitted to."""
