"""Alarms of the network: devices that fell silent, and how long is too long for a tenant."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import ConcentratorId, SiteId, UserId
from tenants.orm import Base, TenantOwned


class NetworkAlarm(TenantOwned, Base):
    """A device that was not heard for too long; open until it is heard again."""

    __tablename__ = "network_alarm"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "concentrator_id"], ["concentrator.tenant_id", "concentrator.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
        CheckConstraint(
            "kind IN ('concentrator_silent', 'module_silent', 'channel_silent')", "kind"
        ),
        Index(
            "uq_network_alarm_open",
            "tenant_id",
            "kind",
            "device_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_network_alarm_tenant_id_concentrator_id", "tenant_id", "concentrator_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    device_id: Mapped[int] = mapped_column(BigInteger)
    """Id of the concentrator, radio module or channel."""

    concentrator_id: Mapped[ConcentratorId]
    site_id: Mapped[SiteId | None]
    silent_since: Mapped[datetime]
    """When it was heard last, or else when it was installed."""

    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    assignee_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str | None]


class NetworkSettings(TenantOwned, Base):
    """How long devices of a tenant may be silent; without a row the defaults hold."""

    __tablename__ = "network_settings"
    __table_args__ = (
        CheckConstraint("concentrator_silent_h BETWEEN 1 AND 744", "concentrator_silent_h"),
        CheckConstraint("device_silent_h BETWEEN 1 AND 744", "device_silent_h"),
    )

    concentrator_silent_h: Mapped[int] = mapped_column(SmallInteger)
    device_silent_h: Mapped[int] = mapped_column(SmallInteger)
