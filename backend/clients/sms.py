"""SMS through whatever gateway speaks plain HTTP: one JSON object a message.

``POST URL {"to", "text", "id"}`` with ``Authorization: Bearer TOKEN``; 2xx is sent, 4xx but 408 and
429 is refused, anything else is tried again. ``Idempotency-Key`` is the same for every attempt. A
provider with another way of its own is a class with the same method.
"""

import asyncio
from collections.abc import Sequence

import httpx

from backend.clients.parcels import Delivery, Outcome, Parcel

TIMEOUT_S = 10
AT_ONCE = 10
LONGEST = 480
"""Three parts of a text in Cyrillic and more: what is longer is cut, the app has all of it."""

AGAIN = frozenset({408, 425, 429})


class HttpSms:
    """Sends through an HTTP gateway."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S
        )
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        """Hand all to the gateway, some at a time."""
        return list(await asyncio.gather(*(self._one(one) for one in parcels)))

    async def _one(self, one: Parcel) -> Delivery:
        key = f"{one.tenant}-{one.number}"
        text = f"{one.subject}. {one.text}"
        content = {"to": one.address, "text": text[:LONGEST], "id": key}
        try:
            async with self._turns:
                answer = await self._client.post(
                    self._url, json=content, headers={"Idempotency-Key": key}
                )
        except (httpx.HTTPError, OSError) as error:
            return Delivery(Outcome.LATER, f"{type(error).__name__}: {error}")
        return judged(answer.status_code, answer.text)

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.aclose()


def judged(status: int, said: str) -> Delivery:
    """What an HTTP status says of a parcel."""
    response = f"{status} {said[:500]}"
    if 200 <= status < 300:
        return Delivery(Outcome.SENT, response)
    if status == 410:
        return Delivery(Outcome.GONE, response)
    if 400 <= status < 500 and status not in AGAIN:
        return Delivery(Outcome.REFUSED, response)
    return Delivery(Outcome.LATER, response)
