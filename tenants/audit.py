"""The audit trail: one row an administrative act, in the act's own transaction.

Rows of a tenant form a chain. Each holds the SHA-256 of its content and of the hash before it, so
a row changed or taken out later shows, even when someone with the owner's rights did it. The app
role may insert and read only.
"""

import hashlib
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.identity import TenantId
from tenants.models.trail import AuditEntry, PlatformAuditEntry
from tenants.session import TenantSession

Word = str | int | bool | Sequence[str] | None
Entry = AuditEntry | PlatformAuditEntry
E = TypeVar("E", AuditEntry, PlatformAuditEntry)

BEGINNING = bytes(32)
"""What the first row of a chain names as the hash before it."""

_AUDIT_LOCK = 0x42A1
_PLATFORM = TenantId(0)
_PAGE = 1000


async def record(
    session: TenantSession, action: str, subject: str, detail: Mapping[str, Word] | None = None
) -> AuditEntry:
    """Add an act inside the session's tenant, done by the session's actor.

    The chain is locked until the transaction ends: acts of one tenant are rare, and two rows
    cannot follow the same one.
    """
    tenant = session.scope.tenant_id
    await _lock(session, tenant)
    newest = (
        select(AuditEntry)
        .where(AuditEntry.tenant_id == tenant)
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    )
    entry = AuditEntry(
        tenant_id=tenant,
        at=datetime.now(UTC),
        actor=session.scope.actor,
        action=action,
        subject=subject,
        detail=dict(detail or {}),
    )
    return _link(session, entry, await session.scalar(newest))


async def record_on_platform(
    session: AsyncSession,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Word] | None = None,
) -> PlatformAuditEntry:
    """Add an act that belongs to no tenant."""
    await _lock(session, _PLATFORM)
    newest = select(PlatformAuditEntry).order_by(PlatformAuditEntry.sequence.desc()).limit(1)
    entry = PlatformAuditEntry(
        at=datetime.now(UTC),
        actor=actor,
        action=action,
        subject=subject,
        detail=dict(detail or {}),
    )
    return _link(session, entry, await session.scalar(newest))


def first_broken(chain: Iterable[Entry]) -> int | None:
    """Sequence of the first row that does not follow the one before it; None when all do."""
    previous, expected = BEGINNING, 1
    for entry in chain:
        if (
            entry.sequence != expected
            or entry.previous_hash != previous
            or entry.hash != _hash(entry)
        ):
            return expected
        previous, expected = entry.hash, expected + 1
    return None


async def export(session: TenantSession) -> AsyncGenerator[bytes]:
    """Give the tenant's trail as lines of JSON, oldest first, with hashes to verify it by."""
    last = 0
    while True:
        page = (
            await session.scalars(
                select(AuditEntry)
                .where(AuditEntry.sequence > last)
                .order_by(AuditEntry.sequence)
                .limit(_PAGE)
            )
        ).all()
        for entry in page:
            hashes = {"previous_hash": entry.previous_hash.hex(), "hash": entry.hash.hex()}
            yield orjson.dumps(_content(entry) | hashes, option=orjson.OPT_APPEND_NEWLINE)
        if len(page) < _PAGE:
            return
        last = page[-1].sequence


async def _lock(session: AsyncSession, tenant: TenantId) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(_AUDIT_LOCK, int(tenant))))


def _link(session: AsyncSession, entry: E, newest: Entry | None) -> E:
    entry.sequence = newest.sequence + 1 if newest else 1
    entry.previous_hash = newest.hash if newest else BEGINNING
    entry.hash = _hash(entry)
    session.add(entry)
    return entry


def _content(entry: Entry) -> dict[str, object]:
    return {
        "tenant": entry.tenant_id if isinstance(entry, AuditEntry) else None,
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }


def _hash(entry: Entry) -> bytes:
    content = orjson.dumps(_content(entry), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(entry.previous_hash + content).digest()
