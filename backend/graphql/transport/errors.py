"""Errors as GraphQL says them: what we refuse by its code, everything else without a word.

The codes are listed in docs/errors.md.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import structlog
from graphql import GraphQLError

from backend.outage import RETRY_AFTER_S, is_outage
from domain.errors import BalanceError, LimitError, UnavailableError

INTERNAL = "INTERNAL"
SYNTAX = "DOCUMENT_SYNTAX"
INVALID = "DOCUMENT_INVALID"
VARIABLES = "VARIABLES_INVALID"

log = structlog.get_logger(__name__)

Errors = list[dict[str, Any]]


class Told(NamedTuple):
    """Errors in the form of the response, and what they mean for the request as a whole."""

    errors: Errors
    unavailable: bool = False


def of_balance(error: BalanceError) -> dict[str, Any]:
    """Tell an error that we raise on purpose."""
    extensions: dict[str, Any] = {"code": error.code}
    if error.field:
        extensions["field"] = error.field
    if isinstance(error, LimitError) and error.retry_after_s is not None:
        extensions["retryAfter"] = error.retry_after_s
    return {"message": error.message, "extensions": extensions}


def plain(message: str, code: str, **extensions: object) -> dict[str, Any]:
    """Tell a refusal of the transport."""
    return {"message": message, "extensions": {"code": code, **extensions}}


def of_document(errors: Iterable[GraphQLError], code: str) -> Errors:
    """Tell what is wrong with a document or with its variables: the caller's own text."""
    told = []
    for error in errors:
        cause = _cause(error)
        one: dict[str, Any] = dict(error.formatted)
        known = of_balance(cause)["extensions"] if isinstance(cause, BalanceError) else {}
        one["extensions"] = {"code": code, **known, **(error.extensions or {})}
        told.append(one)
    return told


def of_execution(errors: Iterable[GraphQLError], request: str) -> Told:
    """Tell what went wrong in resolvers."""
    told, unavailable = [], False
    for error in errors:
        one = of_cause(_cause(error), request, error)
        if error.locations:
            one["locations"] = [dict(place.formatted) for place in error.locations]
        if error.path:
            one["path"] = error.path
        unavailable = unavailable or one["extensions"]["code"] == UnavailableError.code
        told.append(one)
    return Told(told, unavailable)


def of_cause(
    cause: BaseException | None, request: str, error: GraphQLError | None = None
) -> dict[str, Any]:
    """Tell one failure; what nobody meant to say is logged and only its number is told."""
    if isinstance(cause, BalanceError):
        return of_balance(cause)
    if is_outage(cause):
        log.warning("store away", reason=type(cause).__name__)
        return plain(
            "the store is away, please come back",
            UnavailableError.code,
            retryAfter=RETRY_AFTER_S,
        )
    # An argument that its scalar refuses is located in the document; a result that its scalar
    # refuses is not, and may hold what the caller must not see.
    if error is not None and (cause is None or (isinstance(cause, GraphQLError) and cause.nodes)):
        return plain(error.message, VARIABLES)
    log.error("internal error", error_id=request, exc_info=cause)
    return plain("internal error", INTERNAL, id=request)


def _cause(error: GraphQLError) -> BaseException | None:
    """What a resolver raised, under the layers that the executor put around it."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause
