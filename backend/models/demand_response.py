"""Demand response: programs, events with their targets and steps, and the homes they reach."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import BalanceGroupId, PremiseId, SiteId, UserId
from tenants.orm import Base, TenantOwned

_OF_EVENT = ["dr_event.tenant_id", "dr_event.id"]


class DrProgram(TenantOwned, Base):
    """What events belong to: OpenADR's ``program``."""

    __tablename__ = "dr_program"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[str]


class DrEvent(TenantOwned, Base):
    """A time in which less is asked for: OpenADR's ``event`` with one interval, payload SIMPLE."""

    __tablename__ = "dr_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "program_id"], ["dr_program.tenant_id", "dr_program.id"]
        ),
        CheckConstraint("ends_at > starts_at", "times"),
        CheckConstraint("level BETWEEN 1 AND 3", "level"),
        CheckConstraint("state IN ('scheduled', 'active', 'completed', 'cancelled')", "state"),
        Index("ix_dr_event_tenant_id_program_id", "tenant_id", "program_id"),
        Index(
            "ix_dr_event_open",
            "tenant_id",
            "starts_at",
            postgresql_where=text("state IN ('scheduled', 'active')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    commodity: Mapped[str | None]
    level: Mapped[int] = mapped_column(SmallInteger)
    priority: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str]
    revision: Mapped[int]
    """Counts the times it was called for; an answer is to one of them."""

    messages: Mapped[dict[str, str]] = mapped_column(JSONB)
    timezone: Mapped[str]
    """Of its first target: where nobody's home says otherwise, times are told in it."""

    created_at: Mapped[datetime]
    created_by: Mapped[str]


class DrTarget(TenantOwned, Base):
    """A node of the tree that an event is about: a site, or a group that somebody drew."""

    __tablename__ = "dr_target"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "event_id"], _OF_EVENT, ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "group_id"], ["balance_group.tenant_id", "balance_group.id"]
        ),
        CheckConstraint("num_nonnulls(site_id, group_id) = 1", "node"),
        Index("ix_dr_target_tenant_id_event_id", "tenant_id", "event_id"),
        Index("ix_dr_target_tenant_id_site_id", "tenant_id", "site_id"),
        Index("ix_dr_target_tenant_id_group_id", "tenant_id", "group_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)
    site_id: Mapped[SiteId | None]
    group_id: Mapped[BalanceGroupId | None]


class DrEventStep(TenantOwned, Base):
    """One transition of an event; rows are only ever added."""

    __tablename__ = "dr_event_step"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "event_id"], _OF_EVENT, ondelete="CASCADE"),
        Index("ix_dr_event_step_tenant_id_event_id", "tenant_id", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    revision: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    at: Mapped[datetime]
    actor: Mapped[str]
    note: Mapped[str | None]


class DrParticipation(TenantOwned, Base):
    """A home that an event reaches, fixed when it is called, and what its household answered."""

    __tablename__ = "dr_participation"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "event_id"], _OF_EVENT, ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "premise_id"], ["premise.tenant_id", "premise.id"]),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", "answered"),
        Index("ix_dr_participation_tenant_id_premise_id", "tenant_id", "premise_id"),
        Index("ix_dr_participation_answered_by", "answered_by"),
    )

    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    premise_id: Mapped[PremiseId] = mapped_column(primary_key=True, autoincrement=False)
    answer: Mapped[bool | None]
    revision: Mapped[int | None]
    """Of the event that was answered."""

    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
