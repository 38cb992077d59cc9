"""Programs that may ask for tokens, and what they were given. Secrets are kept as hashes only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKey, ForeignKeyConstraint, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import UserId
from tenants.orm import Base, TenantOwned


class OAuthClient(TenantOwned, Base):
    """A program of one tenant. Its ``id`` starts with the tenant's number in the clear.

    ``secret_hash`` is SHA-256: the secret is 256 random bits, which no slow hash makes safer.
    A client without one is public, and lives by PKCE alone.
    """

    __tablename__ = "oauth_client"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes | None]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    grant_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    redirect_uris: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    secret_changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]


class AuthorizationCode(TenantOwned, Base):
    """One consent on its way from the login page to the client; good once, for a minute.

    ``client_id`` is no foreign key, because the product's own apps are clients of no tenant.
    A code used twice revokes ``family``, the tokens its first use gave (RFC 6749, 4.1.2).
    """

    __tablename__ = "authorization_code"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        Index(
            "ix_authorization_code_sign_in",
            "tenant_id",
            "user_id",
            "authenticated_at",
        ),
    )

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    scope: Mapped[str]
    redirect_uri: Mapped[str]
    redirect_uri_sent: Mapped[bool]
    code_challenge: Mapped[str]
    nonce: Mapped[str | None]
    family: Mapped[UUID]
    authenticated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RefreshToken(TenantOwned, Base):
    """One link of a chain of refresh tokens; using it gives the next, using it again ends all."""

    __tablename__ = "refresh_token"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        Index("ix_refresh_token_tenant_id_family", "tenant_id", "family"),
        Index("ix_refresh_token_tenant_id_user_id", "tenant_id", "user_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    family: Mapped[UUID]
    generation: Mapped[int] = mapped_column(BigInteger)
    client_id: Mapped[str]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    scope: Mapped[str]
    authenticated_at: Mapped[datetime]
    issued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SigningKey(Base):
    """A key that signs access tokens; several live at once while one follows another.

    The private part is sealed with the master key, which is not in the database: a dump of the
    tables cannot mint tokens, and every process of an installation still finds the same keys.
    """

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    public_jwk: Mapped[dict[str, str]] = mapped_column(JSONB)
    sealed_private: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    signs_from: Mapped[datetime]
    retires_at: Mapped[datetime | None]
