"""Every error the system raises on purpose.

An error knows what went wrong in the words of the field. It does not know HTTP, GraphQL or arq:
each edge maps ``code`` to its own protocol, in one place. docs/errors.md lists every code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class BalanceError(Exception):
    """Root of the hierarchy; never raised itself.

    A class has one ``code``; where one class covers several refusals of the same kind the
    raiser names the narrower code.
    """

    code: str = "INTERNAL"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class NotFoundError(BalanceError):
    """The thing does not exist, or belongs to another tenant: the caller cannot tell."""

    code = "NOT_FOUND"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"no {kind} {key}")
        self.kind, self.key = kind, key


class UnauthenticatedError(BalanceError):
    """Nobody vouches for the caller: no token, a bad signature, an unknown device."""

    code = "UNAUTHENTICATED"


class ForbiddenError(BalanceError):
    """The caller may see the thing but not do this to it."""

    code = "FORBIDDEN"


class InvalidError(BalanceError):
    """The input breaks a rule of the field; ``field`` names which input."""

    code = "INVALID"


class ShapeError(InvalidError):
    """Arrays that should describe the same hours or meters do not line up."""

    code = "SHAPE"


class ConflictError(BalanceError):
    """The request is sound but contradicts what is already known."""

    code = "CONFLICT"


class LimitError(BalanceError):
    """More was asked than is allowed now; ``retry_after_s`` says when to come back, if ever."""

    code = "LIMIT_EXCEEDED"

    def __init__(
        self, message: str, *, code: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class UnavailableError(BalanceError):
    """A part this needs is down or busy; the same request may succeed later."""

    code = "UNAVAILABLE"
    retryable = True


@dataclass(frozen=True, slots=True)
class RowError:
    """One refused cell of an imported file.

    ``line`` counts from 1 at the header, as an editor does.
    """

    line: int
    field: str
    value: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field} = {self.value!r}: {self.message} ({self.code})"


class RowsError(InvalidError):
    """A file was refused as a whole; every bad cell found is listed."""

    code = "ROWS_REFUSED"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__("; ".join(str(error) for error in errors[:20]))
        self.errors = tuple(errors)
