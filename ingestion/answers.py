"""What the gateway answers when it refuses: one place maps errors to HTTP."""

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response

from backend.store.wire import TooLargeError
from domain.errors import (
    BalanceError,
    ConflictError,
    InvalidError,
    LimitError,
    UnauthenticatedError,
    UnavailableError,
)
from domain.replay import CounterUsedError

RETRY_AFTER_S = 5

STATUS: tuple[tuple[type[BalanceError], int], ...] = (
    (UnauthenticatedError, 401),
    (ConflictError, 409),
    (TooLargeError, 413),
    (LimitError, 429),
    (InvalidError, 422),
    (UnavailableError, 503),
)
"""The first class that fits decides."""

log = structlog.get_logger(__name__)


def json_answer(content: object, status: int = 200, **headers: str) -> Response:
    """Answer with JSON."""
    return Response(
        orjson.dumps(content), status, media_type="application/json", headers=headers or None
    )


async def refuse(_: Request, error: Exception) -> Response:
    """Answer for an error that the product raises on purpose."""
    assert isinstance(error, BalanceError)
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    content: dict[str, object] = {"code": error.code, "message": error.message}
    if error.field:
        content["field"] = error.field
    if isinstance(error, CounterUsedError):
        content["highest"] = error.highest
    wait = getattr(error, "retry_after_s", None) or RETRY_AFTER_S
    headers = {"Retry-After": str(int(wait))} if status in (429, 503) else {}
    return json_answer(content, status, **headers)


async def postpone(_: Request, error: Exception) -> Response:
    """Answer while the database is away: nothing was acknowledged, so nothing is lost."""
    log.warning("push postponed", reason=type(error).__name__)
    content = {"code": UnavailableError.code, "message": "the store is away, please come back"}
    return json_answer(content, 503, **{"Retry-After": str(RETRY_AFTER_S)})
