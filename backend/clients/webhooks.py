"""Webhooks: signed JSON to endpoints of integrators, and to no inner address.

An endpoint is a name that somebody else controls. So its addresses are looked up once, each must be
a public one, and the connection goes to the address that was judged, not to a name that may mean
another by then; redirects are not followed, and only the beginning of an answer is read.
"""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import httpx

from backend.clients.parcels import Delivery, Outcome, Parcel
from backend.clients.sms import judged

TIMEOUT_S = 10
AT_ONCE = 10
LONGEST_ANSWER = 2_000

Lookup = Callable[[str, int], Awaitable[list[str]]]
Sign = Callable[[str, int, int, bytes], str]


class InnerAddressError(ValueError):
    """An endpoint lies in a network that is not the public one."""


async def look_up(host: str, port: int) -> list[str]:
    """Addresses of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """Whether an address is of the public Internet.

    Examples
    --------
    >>> [is_public(one) for one in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1", "169.254.169.254")]
    [True, False, False, False]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if mapped is not None:
        found = mapped
    return found.is_global and not found.is_multicast


class Webhooks:
    """Posts to endpoints; ``private`` lets it reach inner ones, for tests and closed networks."""

    def __init__(self, sign: Sign, *, private: bool = False, lookup: Lookup = look_up) -> None:
        self._sign, self._private, self._lookup = sign, private, lookup
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        """Post all, some at a time."""
        return list(await asyncio.gather(*(self._one(one) for one in parcels)))

    async def _one(self, one: Parcel) -> Delivery:
        try:
            async with self._turns:
                request = await self._request(one)
                answer = await self._client.send(request, stream=True)
                try:
                    said = await _beginning(answer)
                finally:
                    await answer.aclose()
        except InnerAddressError as error:
            return Delivery(Outcome.REFUSED, str(error))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Delivery(Outcome.LATER, f"{type(error).__name__}: {error}")
        if answer.is_redirect:
            return Delivery(Outcome.REFUSED, f"{answer.status_code} redirects are not followed")
        return judged(answer.status_code, said)

    async def _request(self, one: Parcel) -> httpx.Request:
        parts = urlsplit(one.address)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = await self._lookup(host, port)
        if not addresses:
            raise OSError(f"{host} has no address")
        if not self._private and not all(is_public(address) for address in addresses):
            raise InnerAddressError(f"{host} is not in the public Internet")
        now = int(time.time())
        mark = self._sign(one.secret, one.number, now, one.body)
        return self._client.build_request(
            "POST",
            httpx.URL(one.address).copy_with(host=addresses[0], port=port),
            content=one.body,
            headers={
                "Host": parts.netloc.rpartition("@")[2],
                "Content-Type": "application/json",
                "User-Agent": "BALANCE-Webhooks/1",
                "X-Balance-Delivery": str(one.number),
                "X-Balance-Timestamp": str(now),
                "X-Balance-Signature": f"sha256={mark}",
            },
            extensions={"sni_hostname": host},
        )

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.aclose()


async def _beginning(answer: httpx.Response) -> str:
    found = b""
    async for some in answer.aiter_bytes():
        found += some
        if len(found) >= LONGEST_ANSWER:
            break
    return found[:LONGEST_ANSWER].decode(errors="replace")
