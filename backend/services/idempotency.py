"""Doing a thing once, however often a client that lost the answer asks for it."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from backend.models.idempotency import IdempotencyKey
from domain.errors import ConflictError, InvalidError
from tenants.session import TenantSession

LONGEST_KEY = 200

Answer = dict[str, Any]


async def once(
    session: TenantSession,
    operation: str,
    key: str,
    request: bytes,
    act: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Answer of ``act``, or the one it gave when the same was asked before under this key.

    Raises
    ------
    ConflictError
        The key was used for another request.
    InvalidError
        The key is empty or too long.
    """
    if not 1 <= len(key) <= LONGEST_KEY:
        raise InvalidError(
            f"idempotencyKey must have 1 to {LONGEST_KEY} characters", field="idempotencyKey"
        )
    digest = hashlib.sha256(request).digest()
    place = {
        "tenant_id": session.scope.tenant_id,
        "actor": session.scope.actor,
        "operation": operation,
        "key": key,
    }
    known = await session.get(IdempotencyKey, place)
    if known is not None:
        if known.request_hash != digest:
            raise ConflictError(
                "the idempotency key was used for another request",
                code="IDEMPOTENCY_CONFLICT",
                field="idempotencyKey",
            )
        return known.answer
    answer = await act()
    session.add(IdempotencyKey(**place, request_hash=digest, answer=answer))
    await session.flush()
    return answer
