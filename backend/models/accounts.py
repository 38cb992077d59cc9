"""Who pays for a premise, and who lives there from when to when."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import PremiseId, UserId
from tenants.orm import Base, TenantOwned


class Account(TenantOwned, Base):
    """The supply contract of a premise; stays when residents change."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        ForeignKeyConstraint(["tenant_id", "premise_id"], ["premise.tenant_id", "premise.id"]),
        Index("ix_account_tenant_id_premise_id", "tenant_id", "premise_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    premise_id: Mapped[PremiseId]
    number: Mapped[str]


class Resident(TenantOwned, Base):
    """A household on an account, from moving in until moving out."""

    __tablename__ = "resident"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint("moved_out_at > moved_in_at", "period"),
        Index("ix_resident_tenant_id_account_id", "tenant_id", "account_id"),
        Index("ix_resident_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str]
    persons: Mapped[int | None]
    moved_in_at: Mapped[datetime]
    moved_out_at: Mapped[datetime | None]


class HomeMember(TenantOwned, Base):
    """Somebody who sees the meters of a home, as its resident or as a delegate, from .. until.

    Every session of a household reads these rows (:mod:`tenants.homes`): what ends here ends at
    once, whatever tokens there are.
    """

    __tablename__ = "home_member"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "resident_id"], ["resident.tenant_id", "resident.id"]),
        ForeignKeyConstraint(["tenant_id", "premise_id"], ["premise.tenant_id", "premise.id"]),
        CheckConstraint("role IN ('resident', 'resident-delegate')", "role"),
        CheckConstraint("until >= since", "period"),
        Index("ix_home_member_tenant_id_user_id", "tenant_id", "user_id"),
        Index("ix_home_member_tenant_id_premise_id", "tenant_id", "premise_id"),
        Index("ix_home_member_tenant_id_resident_id", "tenant_id", "resident_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    resident_id: Mapped[int] = mapped_column(BigInteger)
    premise_id: Mapped[PremiseId]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Invitation(TenantOwned, Base):
    """A code by which somebody becomes a member of a home; good once, for some weeks.

    Only a SHA-256 of the code is kept. ``email`` is where it was sent, and no login yet.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code_hash"),
        ForeignKeyConstraint(["tenant_id", "resident_id"], ["resident.tenant_id", "resident.id"]),
        CheckConstraint("role IN ('resident', 'resident-delegate')", "role"),
        Index("ix_invitation_tenant_id_resident_id", "tenant_id", "resident_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code_hash: Mapped[bytes]
    resident_id: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]
    locale: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    revoked_at: Mapped[datetime | None]


class Consent(TenantOwned, Base):
    """What a person agreed to: which text, in which language, when. Rows are only ever added."""

    __tablename__ = "consent"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        Index("ix_consent_tenant_id_user_id", "tenant_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    text_version: Mapped[str]
    locale: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(server_default=func.now())
