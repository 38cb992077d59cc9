"""Signing keys: made here, sealed in the database, several alive while one follows another.

The private part is sealed with AES-256-GCM under a key derived from the master key, which lies in
a file or in the environment. So all processes of an installation share the keys, and a copy of
the database alone cannot sign. A new key is published an hour before it signs, for the sake of
those who cache the key set; an old one is published until the last token it signed has expired.
"""

import hashlib
import hmac
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import ECKey
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import UnavailableError
from tenants import audit
from tenants.models.clients import SigningKey
from tenants.session import Database

ALGORITHM = "ES256"
PUBLISHED_BEFORE = timedelta(hours=1)
PUBLISHED_AFTER = timedelta(hours=1)
LIFETIME = timedelta(days=90)
_RELOAD_S = 60.0
_NONCE_BYTES = 12
_KEYS_LOCK = 0x42A2


def derive(master_key: bytes, purpose: str) -> bytes:
    """Derive a 32-byte key for one purpose from the master key (HKDF-SHA256, RFC 5869)."""
    salted = hmac.new(b"balance", master_key, hashlib.sha256).digest()
    return hmac.new(salted, purpose.encode() + b"\x01", hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A published key; ``private`` is None when another master key sealed it."""

    kid: str
    public: ECKey
    private: ECKey | None
    signs_from: datetime
    retires_at: datetime | None


class KeyRing:
    """The keys of this installation, held in memory and read again now and then."""

    def __init__(self, database: Database, master_key: bytes) -> None:
        self._database = database
        self._cipher = AESGCM(derive(master_key, "signing keys"))
        self._keys: dict[str, LiveKey] = {}
        self._loaded_at = -_RELOAD_S

    async def refresh(self, *, max_age_s: float = _RELOAD_S) -> None:
        """Read the keys when they were last read longer ago; make one when it is time to."""
        if time.monotonic() - self._loaded_at < max_age_s:
            return
        async with self._database.global_session() as session:
            await self._load(session)
            if self._signer(datetime.now(UTC) + PUBLISHED_BEFORE, LIFETIME) is None:
                await self._succeed(session, "system")

    async def rotate(self, actor: str) -> None:
        """Let a new key follow the present one, ahead of time."""
        async with self._database.global_session() as session:
            await self._load(session)
            await self._succeed(session, actor, wanted=True)

    def signer(self) -> ECKey:
        """Key to sign with now."""
        live = self._signer(datetime.now(UTC))
        if live is None or live.private is None:
            raise UnavailableError("there is no signing key yet")
        return live.private

    def public_key(self, kid: str) -> ECKey | None:
        """Key of that id, if it is published."""
        live = self._keys.get(kid)
        if live is None or (live.retires_at is not None and live.retires_at <= datetime.now(UTC)):
            return None
        return live.public

    def jwks(self) -> dict[str, object]:
        """Make the key set as published (RFC 7517)."""
        published = (self.public_key(kid) for kid in self._keys)
        return {"keys": [key.as_dict(private=False) for key in published if key is not None]}

    def _signer(self, now: datetime, younger_than: timedelta | None = None) -> LiveKey | None:
        """Newest key with a private part that signs at ``now`` and is not too old by then."""
        ready = [
            key
            for key in self._keys.values()
            if key.private is not None
            and key.signs_from <= now
            and (key.retires_at is None or key.retires_at > now)
            and (younger_than is None or now - key.signs_from < younger_than)
        ]
        return max(ready, key=lambda key: key.signs_from, default=None)

    async def _load(self, session: AsyncSession) -> None:
        now = datetime.now(UTC)
        unretired = or_(SigningKey.retires_at.is_(None), SigningKey.retires_at > now)
        rows = await session.scalars(select(SigningKey).where(unretired))
        self._keep(rows.all())

    def _keep(self, rows: Iterable[SigningKey]) -> None:
        self._keys = {row.kid: self._opened(row) for row in rows}
        self._loaded_at = time.monotonic()

    async def _succeed(self, session: AsyncSession, actor: str, *, wanted: bool = False) -> None:
        """Make the next key, unless another process just did."""
        await session.execute(select(func.pg_advisory_xact_lock(_KEYS_LOCK)))
        await self._load(session)
        now = datetime.now(UTC)
        if not wanted and self._signer(now + PUBLISHED_BEFORE, LIFETIME) is not None:
            return
        signs_from = now if self._signer(now) is None else now + PUBLISHED_BEFORE
        row = self._new(signs_from)
        await session.execute(
            update(SigningKey)
            .where(SigningKey.retires_at.is_(None))
            .values(retires_at=signs_from + PUBLISHED_AFTER)
        )
        session.add(row)
        await audit.record_on_platform(session, actor, "signing-key.create", f"key:{row.kid}")
        await session.flush()
        session.expire_all()
        await self._load(session)

    def _new(self, signs_from: datetime) -> SigningKey:
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM})
        kid = key.thumbprint()
        private = orjson.dumps(key.as_dict(private=True, kid=kid))
        nonce = os.urandom(_NONCE_BYTES)
        return SigningKey(
            kid=kid,
            public_jwk=key.as_dict(private=False, kid=kid),
            sealed_private=nonce + self._cipher.encrypt(nonce, private, kid.encode()),
            signs_from=signs_from,
        )

    def _opened(self, row: SigningKey) -> LiveKey:
        nonce, sealed = row.sealed_private[:_NONCE_BYTES], row.sealed_private[_NONCE_BYTES:]
        try:
            jwk = self._cipher.decrypt(nonce, sealed, row.kid.encode())
        except InvalidTag:
            private = None
        else:
            private = ECKey.import_key(orjson.loads(jwk))
        public = ECKey.import_key(dict(row.public_jwk))
        return LiveKey(row.kid, public, private, row.signs_from, row.retires_at)
