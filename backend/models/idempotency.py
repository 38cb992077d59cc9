"""Keys under which clients repeat a request without repeating its effect."""

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.orm import Base, TenantOwned


class IdempotencyKey(TenantOwned, Base):
    """One key of one actor for one operation: what was asked, and what was answered."""

    __tablename__ = "idempotency_key"

    actor: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
