"""What was done to the administration, by whom: rows that are only ever added, hash to hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.orm import Base, TenantOwned


class _Link:
    """One act, chained to the one before it by SHA-256; ``sequence`` runs 1, 2, 3 without gaps."""

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class AuditEntry(_Link, TenantOwned, Base):
    """An act inside one tenant. The app role may insert and read, and nothing else."""

    __tablename__ = "audit_log"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)


class PlatformAuditEntry(_Link, Base):
    """An act that belongs to no tenant: a new partner, a new account, a new signing key."""

    __tablename__ = "platform_audit_log"
