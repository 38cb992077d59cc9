"""One refresh token used twice within moments: the same answer, and not the end of the session.

Each use of a refresh token gives the next one, and a second use ends all of them, since one of both
is a thief's. But a phone in a lift loses answers, and two tabs wake up at once: they repeat what
they sent. For half a minute the answer is kept in memory and given again. A thief gains nothing
that the first answer did not hold, and is found out when the next token is used twice.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenants import credentials

KEPT_S = 30.0
MOST_KEPT = 20_000

Tokens = Mapping[str, Any]


@dataclass
class Rotations:
    """Answers of this process, by the digest of the token they were given for."""

    clock: Callable[[], float] = time.monotonic
    _given: OrderedDict[bytes, tuple[float, asyncio.Future[Tokens]]] = field(
        default_factory=OrderedDict
    )

    async def once(self, token: str, rotate: Callable[[], Awaitable[Tokens]]) -> Tokens:
        """Answer of ``rotate``, or the one it gave a moment ago; a refusal is not kept."""
        self._forget()
        digest = credentials.digest(token)
        known = self._given.get(digest)
        if known is not None:
            return await asyncio.shield(known[1])
        made: asyncio.Future[Tokens] = asyncio.get_running_loop().create_future()
        self._given[digest] = (self.clock() + KEPT_S, made)
        try:
            tokens = await rotate()
        except BaseException as error:
            self._given.pop(digest, None)
            refused = isinstance(error, Exception)
            made.set_exception(error if refused else RuntimeError("the request was cancelled"))
            made.exception()  # nobody may be waiting
            raise
        made.set_result(tokens)
        return tokens

    def _forget(self) -> None:
        now = self.clock()
        while self._given:
            until, _ = next(iter(self._given.values()))
            if until > now and len(self._given) < MOST_KEPT:
                return
            self._given.popitem(last=False)
