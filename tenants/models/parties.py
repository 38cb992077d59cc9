"""Partners, tenants, people, and who may do what where."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Sequence,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import PartnerId, SiteId, TenantId, UserId
from tenants.orm import Base, TenantOwned

TENANT_IDS = Sequence("tenant_id_seq", data_type=Integer())
PARTNER_IDS = Sequence("partner_id_seq", data_type=Integer())


class Status(StrEnum):
    """Whether a tenant or an account may be used."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


_KNOWN_STATUS = "status IN ('active', 'suspended', 'closed')"


class Partner(Base):
    """A reseller, who brings tenants and administers them without reading their meters.

    Its office is a tenant without meters: its administrators have their seats there, and what they
    do stands in the audit trail of the office.
    """

    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("name"),
        UniqueConstraint("office_id"),
        CheckConstraint(_KNOWN_STATUS, "status"),
    )

    id: Mapped[PartnerId] = mapped_column(
        PARTNER_IDS, server_default=PARTNER_IDS.next_value(), primary_key=True
    )
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=Status.ACTIVE)
    office_id: Mapped[TenantId | None] = mapped_column(ForeignKey("tenant.id", use_alter=True))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Tenant(Base):
    """A utility or a housing association: the owner of rows, whom no other tenant can see.

    ``parent_id`` makes it a part of a bigger utility. The brand is what its people see instead
    of ours: a name, two colours (#RRGGBB) and a logo.
    """

    __tablename__ = "tenant"
    __table_args__ = (
        CheckConstraint(_KNOWN_STATUS, "status"),
        CheckConstraint("parent_id <> id", "not_its_own_parent"),
        CheckConstraint("brand_colour ~ '^#[0-9A-Fa-f]{6}$'", "brand_colour"),
        CheckConstraint("brand_colour_dark ~ '^#[0-9A-Fa-f]{6}$'", "brand_colour_dark"),
        CheckConstraint("brand_logo_url ~ '^https://'", "brand_logo_url"),
        CheckConstraint("map_tiles ~ '^https://'", "map_tiles"),
        Index("ix_tenant_partner_id", "partner_id"),
        Index("ix_tenant_parent_id", "parent_id"),
    )

    id: Mapped[TenantId] = mapped_column(
        TENANT_IDS, server_default=TENANT_IDS.next_value(), primary_key=True
    )
    partner_id: Mapped[PartnerId | None] = mapped_column(ForeignKey("partner.id"))
    parent_id: Mapped[TenantId | None] = mapped_column(ForeignKey("tenant.id"))
    name: Mapped[str]
    timezone: Mapped[str]
    locale: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=Status.ACTIVE)
    plan: Mapped[str] = mapped_column(server_default="standard")
    quotas: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    brand_name: Mapped[str | None]
    brand_colour: Mapped[str | None]
    brand_colour_dark: Mapped[str | None]
    brand_logo_url: Mapped[str | None]
    map_tiles: Mapped[str | None]
    """Template of the map's pictures, or a PMTiles archive of them; ours are borders alone."""

    map_attribution: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UserAccount(Base):
    """A person, known by e-mail or by the account code printed on their bill, or by both.

    ``email`` is kept in lower case and ``account_code`` in upper case, as login compares them.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("account_code"),
        CheckConstraint(_KNOWN_STATUS, "status"),
        CheckConstraint("email = lower(email)", "email_lower"),
        CheckConstraint("account_code = upper(account_code)", "account_code_upper"),
        CheckConstraint("num_nonnulls(email, account_code) > 0", "has_a_login"),
    )

    id: Mapped[UserId] = mapped_column(Identity(), primary_key=True)
    email: Mapped[str | None]
    account_code: Mapped[str | None]
    password_hash: Mapped[str | None]
    name: Mapped[str]
    locale: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=Status.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Membership(TenantOwned, Base):
    """One role of one person in one tenant, on one part of its site tree or on all of it.

    ``site_id`` empty means the whole tenant. Besides the tenant's policy the table has one that
    lets a person read their own rows in every tenant, which is how login finds the choices.
    """

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "user_id",
            "role",
            "site_id",
            "valid_from",
            name="uq_membership_tenant_id_user_id_role_site_id_valid_from",
            postgresql_nulls_not_distinct=True,
        ),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("valid_to > valid_from", "period"),
        Index("ix_membership_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str]
    site_id: Mapped[SiteId | None]
    valid_from: Mapped[datetime] = mapped_column(server_default=func.now())
    valid_to: Mapped[datetime | None]
