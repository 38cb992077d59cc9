"""How people and programs are told: devices, wishes, endpoints, and the outbox itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import UserId
from tenants.orm import Base, TenantOwned


class PushDevice(TenantOwned, Base):
    """A telephone or browser that a person allowed to be told by push."""

    __tablename__ = "push_device"
    __table_args__ = (
        UniqueConstraint("tenant_id", "token"),
        CheckConstraint("platform IN ('android', 'ios', 'web')", "platform"),
        Index("ix_push_device_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    token: Mapped[str]
    platform: Mapped[str]
    version: Mapped[str]
    locale: Mapped[str]
    zone: Mapped[str]
    registered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class NotificationSetting(TenantOwned, Base):
    """When a person wants to be left alone, and in which language they are told."""

    __tablename__ = "notification_setting"
    __table_args__ = (
        CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439"
            " AND digest_at BETWEEN 0 AND 1439",
            "minutes",
        ),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", "quiet"),
    )

    user_id: Mapped[UserId] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, autoincrement=False
    )
    zone: Mapped[str | None]
    locale: Mapped[str | None]
    quiet_from: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_until: Mapped[int | None] = mapped_column(SmallInteger)
    digest_at: Mapped[int] = mapped_column(SmallInteger, server_default="480")
    phone: Mapped[str | None]


class NotificationPreference(TenantOwned, Base):
    """How a person wants to be told of one kind of alert over one channel."""

    __tablename__ = "notification_preference"
    __table_args__ = (
        CheckConstraint("channel IN ('push', 'email', 'sms')", "channel"),
        CheckConstraint("mode IN ('now', 'digest', 'off')", "mode"),
    )

    user_id: Mapped[UserId] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]


class Webhook(TenantOwned, Base):
    """An endpoint of an integrator; its secret is derived of the salt and lies nowhere."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    url: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Kinds of alerts it hears of; empty: all."""

    events: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """What else it hears of; empty: nothing."""

    description: Mapped[str | None]
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[str]
    removed_at: Mapped[datetime | None]


class Notification(TenantOwned, Base):
    """The outbox: what somebody is to be told over one channel, written with its cause."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("tenant_id", "dedup_key", "channel", "address"),
        ForeignKeyConstraint(["tenant_id", "webhook_id"], ["webhook.tenant_id", "webhook.id"]),
        CheckConstraint("channel IN ('push', 'email', 'sms', 'webhook')", "channel"),
        CheckConstraint("state IN ('waiting', 'sent', 'kept', 'failed')", "state"),
        CheckConstraint("manner IN ('now', 'held', 'digest')", "manner"),
        Index(
            "ix_notification_due",
            "tenant_id",
            "due_at",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_notification_user_id", "user_id"),
        Index("ix_notification_tenant_id_webhook_id", "tenant_id", "webhook_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    webhook_id: Mapped[int | None] = mapped_column(BigInteger)
    device_id: Mapped[int | None] = mapped_column(BigInteger)
    """No key: a device that is gone leaves what was sent to it."""

    alert_id: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[str]
    address: Mapped[str]
    """Token, e-mail address, telephone number or URL."""

    kind: Mapped[str]
    dedup_key: Mapped[str]
    manner: Mapped[str] = mapped_column(server_default="now")
    locale: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(server_default="waiting")
    """``kept``: no provider is set up for the channel, so it can only be looked at."""

    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    claimed_until: Mapped[datetime | None]
    """A sender has it; if it dies, others may take it then."""

    handed_at: Mapped[datetime | None]
    """When a sender first took it."""

    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    response: Mapped[str | None]
    """What the provider said last."""
