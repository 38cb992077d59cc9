"""Commands to devices: actuators, orders and what became of them, and what holds them back."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Date,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Sequence,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import ChannelId, ConcentratorId, MeteringPointId, TenantId
from tenants.orm import Base, TenantOwned

COMMAND_ORDER = Sequence("command_order_seq", metadata=Base.metadata)
"""Orders the commands of an actuator, and the releases of a concentrator: it only ever grows."""

_OF_COMMAND = ["command.tenant_id", "command.id"]


class Actuator(TenantOwned, Base):
    """What switches or limits the supply of a metering point: a contactor, a valve.

    A row appears with the first command to a point; whether there is such a device the module
    knows. Once it says that there is none, commands are refused until somebody declares one.
    """

    __tablename__ = "actuator"
    __table_args__ = (
        UniqueConstraint("tenant_id", "point_id"),
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    point_id: Mapped[MeteringPointId]
    kind: Mapped[str]
    """contactor or valve"""

    declared: Mapped[bool] = mapped_column(server_default=text("false"))
    absent_since: Mapped[datetime | None]
    critical: Mapped[bool] = mapped_column(server_default=text("false"))
    """Somebody's life or health hangs on the supply."""

    notice_given_at: Mapped[datetime | None]
    """When the customer got the legal notice of a disconnection."""

    state: Mapped[str | None]
    switched_at: Mapped[datetime | None]
    switched_for: Mapped[str | None]
    """Cause of the last switch that was executed."""

    limit_w: Mapped[int | None] = mapped_column(BigInteger)


class Command(TenantOwned, Base):
    """One order to one actuator, and where it stands.

    The channel is that of the time of the order: when another meter hangs on it since, the
    command is not released. Point, channel and concentrator are copies, without keys of their own:
    the actuator is the one that the command belongs to.
    """

    __tablename__ = "command"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "actuator_id"], ["actuator.tenant_id", "actuator.id"]),
        Index("ix_command_tenant_id_point_id", "tenant_id", "point_id", "id"),
        Index("ix_command_tenant_id_batch", "tenant_id", "batch"),
        Index(
            "ix_command_outgoing",
            "tenant_id",
            "concentrator_id",
            postgresql_where=text("state IN ('queued', 'leased', 'delivered')"),
        ),
        Index(
            "ix_command_of_actuator",
            "tenant_id",
            "actuator_id",
            "sequence",
            postgresql_where=text("state IN ('queued', 'leased', 'delivered')"),
        ),
        Index(
            "ix_command_open",
            "tenant_id",
            "deadline",
            postgresql_where=text(
                "state IN ('draft', 'awaiting_approval', 'approved', 'queued', 'leased',"
                " 'delivered')"
            ),
        ),
        Index(
            "ix_command_disconnects",
            "tenant_id",
            "requested_at",
            postgresql_where=text("supply = 'off'"),
        ),
        Index(
            "ix_command_unverified",
            "tenant_id",
            "verify_hour",
            postgresql_where=text("verify_hour IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch: Mapped[int] = mapped_column(BigInteger)
    """Number of the order: one act may command many points."""

    kind: Mapped[str]
    point_id: Mapped[MeteringPointId]
    actuator_id: Mapped[int] = mapped_column(BigInteger)
    channel_id: Mapped[ChannelId]
    concentrator_id: Mapped[ConcentratorId]
    network: Mapped[int] = mapped_column(SmallInteger)
    address: Mapped[int]
    supply: Mapped[str | None]
    limit_w: Mapped[int | None] = mapped_column(BigInteger)
    cause: Mapped[str]
    reason: Mapped[str]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    second_person: Mapped[bool]
    """Whether somebody else must approve it; released only if they did."""

    good_for_s: Mapped[int]
    state: Mapped[str]
    not_before: Mapped[datetime]
    deadline: Mapped[datetime]
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    number: Mapped[int | None] = mapped_column(BigInteger)
    released_at: Mapped[datetime | None]
    executed_at: Mapped[datetime | None]
    verify_hour: Mapped[datetime | None]
    """First full hour after the execution, until consumption in it was looked at."""

    code: Mapped[str | None]
    counter: Mapped[int | None] = mapped_column(BigInteger)
    """What a requested reading brought."""


class CommandEvent(TenantOwned, Base):
    """One transition of a command; rows are only ever added."""

    __tablename__ = "command_event"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "command_id"], _OF_COMMAND),
        Index("ix_command_event_tenant_id_command_id", "tenant_id", "command_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    command_id: Mapped[int] = mapped_column(BigInteger)
    from_state: Mapped[str]
    to_state: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    code: Mapped[str | None]


class CommandApproval(TenantOwned, Base):
    """What a second person said of a command; rows are only ever added."""

    __tablename__ = "command_approval"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "command_id"], _OF_COMMAND),)

    command_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(primary_key=True)
    granted: Mapped[bool]
    note: Mapped[str | None]
    at: Mapped[datetime]


class ControlPolicy(TenantOwned, Base):
    """What a tenant allows of control; without a row nothing."""

    __tablename__ = "control_policy"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)

    enabled: Mapped[bool]
    stopped_at: Mapped[datetime | None]
    """The kill switch was pulled."""

    stopped_by: Mapped[str | None]
    four_eyes_from: Mapped[int]
    disconnects_per_hour: Mapped[int]
    tenant_share: Mapped[float] = mapped_column(Double)
    network_share: Mapped[float] = mapped_column(Double)
    reconnects_per_minute: Mapped[int]
    dwell_s: Mapped[int]
    notice_days: Mapped[int]
    night_from: Mapped[int] = mapped_column(SmallInteger)
    night_to: Mapped[int] = mapped_column(SmallInteger)
    heating_from: Mapped[int] = mapped_column(SmallInteger)
    heating_to: Mapped[int] = mapped_column(SmallInteger)
    holidays: Mapped[list[date]] = mapped_column(ARRAY(Date))
    gas_reconnect: Mapped[bool]
    residents_switch: Mapped[bool]
    switch_expiry_s: Mapped[int]
    load_limit_expiry_s: Mapped[int]
    reading_expiry_s: Mapped[int]
    approval_s: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class Breaker(TenantOwned, Base):
    """Disconnections of a tenant, or of one network, are frozen until a second person looked."""

    __tablename__ = "breaker"
    __table_args__ = (
        CheckConstraint("(concentrator_id IS NULL) = (network IS NULL)", "whole_network"),
        ForeignKeyConstraint(
            ["tenant_id", "concentrator_id"], ["concentrator.tenant_id", "concentrator.id"]
        ),
        Index(
            "uq_breaker_open",
            "tenant_id",
            "concentrator_id",
            "network",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    concentrator_id: Mapped[ConcentratorId | None]
    network: Mapped[int | None] = mapped_column(SmallInteger)
    tripped_at: Mapped[datetime]
    tripped_by: Mapped[str]
    disconnects: Mapped[int]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]


class DownlinkBell(Base):
    """A concentrator has commands waiting: rung in the transaction that queues them.

    Global and without customer data, so that one look a process finds what waits for all polls
    that it holds.
    """

    __tablename__ = "downlink_bell"

    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True, autoincrement=False)
    concentrator_id: Mapped[ConcentratorId] = mapped_column(primary_key=True, autoincrement=False)
    rung_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ControlStop(Base):
    """The kill switch of the whole installation: what was ordered before it is never released."""

    __tablename__ = "control_stop"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    stopped_at: Mapped[datetime] = mapped_column(server_default=func.now())
    stopped_by: Mapped[str]
    reason: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
