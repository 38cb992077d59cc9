"""Passwords of people: argon2id, computed beside the event loop, a few at a time."""

import asyncio
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import InvalidError, LimitError

MIN_LENGTH = 10
MAX_LENGTH = 200
_WAITING = 64

T = TypeVar("T")


def check_length(password: str) -> None:
    """Refuse a new password that is too short or too long.

    Raises
    ------
    InvalidError
        PASSWORD_LENGTH
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidError(
            f"password: {len(password)} characters; between {MIN_LENGTH} and {MAX_LENGTH}"
            " are allowed",
            code="PASSWORD_LENGTH",
            field="password",
        )


class Passwords:
    """Hashes and verifies passwords.

    Each computation takes 64 MiB and tens of milliseconds of a core by design, so only
    ``parallel`` of them run and only a few more may wait: a flood of logins is refused instead
    of taking the memory and the time of everyone else.
    """

    def __init__(self, hasher: PasswordHasher | None = None, *, parallel: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(parallel)
        self._inside = 0
        # Hashed once; an unknown account is compared with it, at the cost of a known one.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Hash a new password.

        Raises
        ------
        InvalidError
            PASSWORD_LENGTH: it is shorter than 10 or longer than 200 characters.
        """
        check_length(password)
        return await self._in_turn(partial(self._hasher.hash, password))

    async def verify(self, known: str | None, password: str) -> bool:
        """Tell whether ``password`` is the one behind ``known``; False when nothing is known.

        The work is the same in both cases, so the time of the answer tells nothing.
        """
        attempt = password[: MAX_LENGTH + 1]
        right = await self._in_turn(partial(self._matches, known or self._nobody, attempt))
        return right and known is not None

    def _matches(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: "partial[T]") -> T:
        if self._inside >= _WAITING:
            raise LimitError("too many logins at this moment", code="BUSY", retry_after_s=2)
        self._inside += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._inside -= 1
