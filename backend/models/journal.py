"""The journal: what concentrators pushed, as received. It is the evidence and the replay log."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import ConcentratorId
from tenants.orm import Base, TenantOwned

frame = Table(
    "frame",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("received_at", DateTime(timezone=True), primary_key=True),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("concentrator_id", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("sequences", ARRAY(BigInteger), nullable=False),
    Column("content_type", Text, nullable=False),
    Column("content_encoding", Text),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (received_at)",
)
"""One row per push: the body on the wire, and the sequences of the frames accepted out of it."""


class FrameKey(TenantOwned, Base):
    """One row per accepted frame: decides new, duplicate or conflict."""

    __tablename__ = "frame_key"
    __table_args__ = (Index("ix_frame_key_tenant_id_received_at", "tenant_id", "received_at"),)

    concentrator_id: Mapped[ConcentratorId] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body_hash: Mapped[bytes]
    received_at: Mapped[datetime]
