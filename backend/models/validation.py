"""What the validation of hours flagged for people."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import MeteringPointId
from tenants.orm import Base, TenantOwned


class ValidationFinding(TenantOwned, Base):
    """A rule that does not hold at a point from .. to, and the figures that say so."""

    __tablename__ = "validation_finding"
    __table_args__ = (
        UniqueConstraint("tenant_id", "point_id", "rule", "began_at"),
        Index("ix_validation_finding_tenant_id_ended_at", "tenant_id", "ended_at"),
        ForeignKeyConstraint(
            ["tenant_id", "point_id"], ["metering_point.tenant_id", "metering_point.id"]
        ),
        CheckConstraint("ended_at > began_at", "period"),
        CheckConstraint(
            "(reviewed_at IS NULL) = (reviewer IS NULL)"
            " AND (review_note IS NULL OR reviewed_at IS NOT NULL)",
            "review",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    point_id: Mapped[MeteringPointId]
    rule: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    evidence: Mapped[dict[str, float]] = mapped_column(JSONB)
    found_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reviewed_at: Mapped[datetime | None]
    """When somebody found the reading right; a flag that grows later is to be looked at anew."""

    reviewer: Mapped[str | None]
    review_note: Mapped[str | None]
