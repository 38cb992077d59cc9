"""Global tables that name a tenant because they are read before the tenant is known."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import TenantId
from tenants.orm import Base


class DeviceKind(StrEnum):
    """Devices whose serial belongs to one tenant only."""

    CONCENTRATOR = "concentrator"
    MODULE = "module"


class DeviceDirectory(Base):
    """Whose device a serial is: the gateway asks before it can open the tenant's session.

    ``device_id`` is the id of the concentrator or module inside that tenant. The secret itself
    is derived from the master key, the serial and ``secret_generation``; a new generation is a
    new secret. Besides it the one that the device used last is good, until it uses the new one.
    """

    __tablename__ = "device_directory"
    __table_args__ = (
        CheckConstraint("kind IN ('concentrator', 'module')", "kind"),
        CheckConstraint("secret_generation > 0", "secret_generation"),
        CheckConstraint(
            "used_generation > 0 AND used_generation <= secret_generation", "used_generation"
        ),
        Index("ix_device_directory_tenant_id_kind_device_id", "tenant_id", "kind", "device_id"),
    )

    serial: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenant.id"))
    device_id: Mapped[int] = mapped_column(BigInteger)
    secret_generation: Mapped[int] = mapped_column(Integer, server_default="1")
    used_generation: Mapped[int] = mapped_column(Integer, server_default="1")


class WorkBell(Base):
    """Work is due: one row rung inside the transaction that made it, without customer data.

    Workers of all tenants take bells from here, then open the tenant's session and do the work
    that waits there. ``key`` tells apart jobs of a kind, and ringing twice is one bell.
    """

    __tablename__ = "work_bell"
    __table_args__ = (Index("ix_work_bell_kind_due_at", "kind", "due_at"),)

    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


class CronRun(Base):
    """A periodic job ran for this time: whoever inserts the row first is the one to run it."""

    __tablename__ = "cron_run"

    name: Mapped[str] = mapped_column(primary_key=True)
    scheduled_at: Mapped[datetime] = mapped_column(primary_key=True)
