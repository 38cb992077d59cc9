"""Firmware of radio modules: releases, and the stages of their roll-out."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKeyConstraint,
    Identity,
    LargeBinary,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.orm import Base, TenantOwned


class FirmwareRelease(TenantOwned, Base):
    """A signed image for one hardware generation of modules."""

    __tablename__ = "firmware_release"
    __table_args__ = (UniqueConstraint("tenant_id", "generation", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    generation: Mapped[str]
    version: Mapped[str]
    manifest: Mapped[str]
    """What is signed, to the letter."""

    signature: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[str]
    halted_at: Mapped[datetime | None]
    halt_reason: Mapped[str | None]


class FirmwareStage(TenantOwned, Base):
    """From when on a release is offered to the first so many percent of the modules."""

    __tablename__ = "firmware_stage"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "release_id"], ["firmware_release.tenant_id", "firmware_release.id"]
        ),
        CheckConstraint("percent > 0 AND percent <= 100", "percent"),
    )

    release_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    percent: Mapped[float] = mapped_column(Double, primary_key=True, autoincrement=False)
    began_at: Mapped[datetime] = mapped_column(server_default=func.now())
    began_by: Mapped[str]
