"""Opaque credentials: what they look like, whose they are, and what is kept of them.

A credential is a letter for its kind, the tenant's number in the clear and 256 random bits, as in
``c42_Zm9v...``. The number is no secret; it lets a look-up open that tenant's session before
anything else is known. Only a SHA-256 is stored: random bits need no slow hash.
"""

import hashlib
import re
import secrets
from enum import StrEnum

from domain.identity import TenantId

_BYTES = 32
_MAX_TENANT = 2**31 - 1
_SHAPE = re.compile(r"([a-z])([1-9][0-9]{0,9})_([A-Za-z0-9_-]{16,64})", re.ASCII)
_TYPED = re.compile(r"([1-9][0-9]{0,9})([a-z2-9]{16})", re.ASCII)
# Without the letters and digits that people mistake for one another.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class Kind(StrEnum):
    """Kinds of credentials, by their first letter."""

    CLIENT_ID = "c"
    CLIENT_SECRET = "s"  # noqa: S105 - the letter, not a secret
    AUTHORIZATION_CODE = "a"
    REFRESH_TOKEN = "r"  # noqa: S105 - the letter, not a token


def issue(kind: Kind, tenant: TenantId) -> str:
    """Make a new credential of ``tenant``."""
    size = _BYTES // 2 if kind is Kind.CLIENT_ID else _BYTES
    return f"{kind}{tenant}_{secrets.token_urlsafe(size)}"


def tenant_in(kind: Kind, credential: str) -> TenantId | None:
    """Tenant a credential claims to belong to, or None when it has not the shape of its kind.

    Examples
    --------
    >>> tenant_in(Kind.CLIENT_ID, "c42_AAAAAAAAAAAAAAAAAAAAAA")
    42
    >>> tenant_in(Kind.CLIENT_ID, "r42_AAAAAAAAAAAAAAAAAAAAAA") is None
    True
    """
    found = _SHAPE.fullmatch(credential)
    if found is None or found[1] != kind or int(found[2]) > _MAX_TENANT:
        return None
    return TenantId(int(found[2]))


def digest(credential: str) -> bytes:
    """Make the SHA-256 of a credential, which is what the database keeps."""
    return hashlib.sha256(credential.encode()).digest()


def readable_password(groups: int = 4) -> str:
    """Make a password for people to copy, 20 bits a group: ``k7wd-m2xp-9fqh-tz4c``."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(groups))


def invitation_code(tenant: TenantId) -> str:
    """Make a code for people to type: the tenant's number and 80 random bits."""
    return f"{tenant}-{readable_password()}".upper()


def invited_to(code: str) -> tuple[TenantId, bytes] | None:
    """Tenant that a typed code claims to be of, and the digest to look it up by.

    Examples
    --------
    >>> invited_to(" 42-k7wd m2xp-9fqh-tz4c ") == invited_to("42-K7WD-M2XP-9FQH-TZ4C")
    True
    >>> invited_to("42") is None
    True
    """
    plain = re.sub(r"[\s-]+", "", code[:80]).lower()
    found = _TYPED.fullmatch(plain)
    if found is None or int(found[1]) > _MAX_TENANT:
        return None
    return TenantId(int(found[1])), digest(f"invitation {found[1]} {found[2]}")
