"""Outcomes of mutations: what was done, or typed errors, and then nothing was done."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from backend.graphql.context import Context
from domain.errors import (
    BalanceError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RowsError,
)
from tenants.permissions import Permission
from tenants.session import TenantSession

T = TypeVar("T")

EXPECTED = (InvalidError, NotFoundError, ConflictError, ForbiddenError)


@strawberry.type(description="Why a mutation did nothing.")
class UserError:
    """One refusal; docs/errors.md lists the codes."""

    code: str
    field: str | None = strawberry.field(description="Path of the input that is at fault.")
    message: str


def _errors_of(error: BalanceError) -> list[UserError]:
    if isinstance(error, RowsError):
        return [
            UserError(
                code=row.code,
                field=f"line {row.line}.{row.field}",
                message=f"{row.field} = {row.value!r}: {row.message}",
            )
            for row in error.errors
        ]
    return [UserError(code=error.code, field=error.field, message=error.message)]


async def attempt(
    context: Context, permission: Permission, act: Callable[[TenantSession], Awaitable[T]]
) -> tuple[T | None, list[UserError]]:
    """Result of ``act``, or why it was refused; a refused one leaves nothing behind."""
    context.require(permission)
    async with context.db() as session:
        try:
            async with session.begin_nested():
                await session.connection()  # the savepoint is made when it is first asked for
                return await act(session), []
        except EXPECTED as error:
            return None, _errors_of(error)
