"""Rules of people, the alerts they raised with their history, and what waits to be judged."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import (
    BalanceGroupId,
    MeteringPointId,
    PremiseId,
    SeriesId,
    SiteId,
    UserId,
)
from tenants.orm import Base, TenantOwned


def _subjects() -> tuple[ForeignKeyConstraint, ...]:
    return (
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["balance_group.tenant_id", "balance_group.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
    )


class AlertRule(TenantOwned, Base):
    """What one person wants to be told of: about one subject, or everything in their sight."""

    __tablename__ = "alert_rule"
    __table_args__ = (
        *_subjects(),
        CheckConstraint("num_nonnulls(point_id, group_id, site_id) <= 1", "subject"),
        CheckConstraint("away_until > away_from", "window"),
        Index(
            "uq_alert_rule_default",
            "tenant_id",
            "user_id",
            "kind",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        Index(
            "ix_alert_rule_wide",
            "tenant_id",
            "kind",
            "user_id",
            postgresql_where=text("point_id IS NULL"),
        ),
        Index("ix_alert_rule_user_id", "user_id"),
        Index("ix_alert_rule_tenant_id_point_id", "tenant_id", "point_id"),
        Index("ix_alert_rule_tenant_id_group_id", "tenant_id", "group_id"),
        Index("ix_alert_rule_tenant_id_site_id", "tenant_id", "site_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str]
    enabled: Mapped[bool] = mapped_column(server_default="true")
    is_default: Mapped[bool] = mapped_column(server_default="false")
    """One that people of a role have from the start: it is switched off, never gone."""

    point_id: Mapped[MeteringPointId | None]
    group_id: Mapped[BalanceGroupId | None]
    site_id: Mapped[SiteId | None]
    threshold: Mapped[float | None] = mapped_column(Double)
    """In kWh or m3, hours or percent; the kind says which."""

    away_from: Mapped[datetime | None]
    away_until: Mapped[datetime | None]
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When it was made, switched on, or given another limit or subject, the last time."""


class Alert(TenantOwned, Base):
    """A condition that was met; open until it no longer is."""

    __tablename__ = "alert"
    __table_args__ = (
        *_subjects(),
        ForeignKeyConstraint(["tenant_id", "finding_id"], ["finding.tenant_id", "finding.id"]),
        ForeignKeyConstraint(["tenant_id", "dr_event_id"], ["dr_event.tenant_id", "dr_event.id"]),
        ForeignKeyConstraint(["tenant_id", "premise_id"], ["premise.tenant_id", "premise.id"]),
        CheckConstraint("severity IN ('info', 'warning', 'critical')", "severity"),
        CheckConstraint(
            "CASE WHEN dr_event_id IS NULL"
            " THEN num_nonnulls(point_id, group_id) = 1 AND premise_id IS NULL"
            " ELSE point_id IS NULL AND num_nonnulls(premise_id, group_id, site_id) >= 1 END",
            "subject",
        ),
        Index(
            "uq_alert_open",
            "tenant_id",
            "condition",
            unique=True,
            postgresql_where=text("period IS NULL AND closed_at IS NULL"),
        ),
        Index(
            "uq_alert_period",
            "tenant_id",
            "condition",
            "period",
            unique=True,
            postgresql_where=text("period IS NOT NULL"),
        ),
        Index("ix_alert_user_id", "user_id"),
        Index("ix_alert_tenant_id_point_id", "tenant_id", "point_id"),
        Index("ix_alert_tenant_id_group_id", "tenant_id", "group_id"),
        Index("ix_alert_tenant_id_site_id", "tenant_id", "site_id"),
        Index("ix_alert_tenant_id_finding_id", "tenant_id", "finding_id"),
        Index("ix_alert_tenant_id_dr_event_id", "tenant_id", "dr_event_id"),
        Index("ix_alert_tenant_id_premise_id", "tenant_id", "premise_id"),
        Index(
            "ix_alert_open",
            "tenant_id",
            "kind",
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    severity: Mapped[str]
    cause: Mapped[str | None]
    """Kind of the finding or report that raised it."""

    condition: Mapped[str]
    """What was asked of whom, for whom: rules that ask the same share it."""

    period: Mapped[int | None]
    """First hour of the day or month it is about: there is one alert for each."""

    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    """Whose household's it is; none: of those who run the network."""

    commodity: Mapped[str | None]
    point_id: Mapped[MeteringPointId | None]
    group_id: Mapped[BalanceGroupId | None]
    site_id: Mapped[SiteId | None]
    threshold: Mapped[float | None] = mapped_column(Double)
    value: Mapped[float | None] = mapped_column(Double)
    judged_hour: Mapped[int | None]
    """Last hour that was judged when it opened: the same hour does not open it twice."""

    finding_id: Mapped[int | None] = mapped_column(BigInteger)
    dr_event_id: Mapped[int | None] = mapped_column(BigInteger)
    premise_id: Mapped[PremiseId | None]
    """The home that an event reaches; none: one of its targets, told to the staff."""

    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    assignee_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    escalated_at: Mapped[datetime | None]
    note: Mapped[str | None]


class AlertTransition(TenantOwned, Base):
    """A step in the life of an alert; nobody can change it."""

    __tablename__ = "alert_transition"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "alert_id"], ["alert.tenant_id", "alert.id"], ondelete="CASCADE"
        ),
        Index("ix_alert_transition_tenant_id_alert_id", "tenant_id", "alert_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alert_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    actor: Mapped[str]
    step: Mapped[str]
    note: Mapped[str | None]


class AlertDue(TenantOwned, Base):
    """A group of which hours changed that no rule has been held against yet."""

    __tablename__ = "alert_due"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["balance_group.tenant_id", "balance_group.id"],
            ondelete="CASCADE",
        ),
    )

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    since_hour: Mapped[int]
    marks: Mapped[int] = mapped_column(Integer, server_default="1")


class AlertNews(TenantOwned, Base):
    """What was reported, found or called, until rules were held against it."""

    __tablename__ = "alert_news"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "finding_id"], ["finding.tenant_id", "finding.id"]),
        ForeignKeyConstraint(["tenant_id", "dr_event_id"], ["dr_event.tenant_id", "dr_event.id"]),
        CheckConstraint("num_nonnulls(series_id, finding_id, dr_event_id) = 1", "source"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    """Of the alert that it raises."""

    cause: Mapped[str]
    series_id: Mapped[SeriesId | None]
    finding_id: Mapped[int | None] = mapped_column(BigInteger)
    dr_event_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]
    value: Mapped[float | None] = mapped_column(Double)


class MonthLevel(TenantOwned, Base):
    """A point's month up to a local midnight, and the day it is expected to go on with [Wh, l]."""

    __tablename__ = "month_level"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
    )

    point_id: Mapped[MeteringPointId] = mapped_column(primary_key=True, autoincrement=False)
    midnight: Mapped[int]
    so_far: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[float] = mapped_column(Double)


class AlertTerms(TenantOwned, Base):
    """By which terms a tenant's alerts end and escalate; without a row by those of the product."""

    __tablename__ = "alert_terms"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)

    hysteresis: Mapped[dict[str, float]] = mapped_column(JSONB)
    cool_down_h: Mapped[dict[str, int]] = mapped_column(JSONB)
    limits: Mapped[dict[str, float]] = mapped_column(JSONB)
    escalates_after_h: Mapped[int] = mapped_column(SmallInteger)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
