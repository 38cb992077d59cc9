"""Sending the outbox: claimed, handed over, and noted; nothing is lost and little is told twice.

A letter is claimed in one transaction and noted in another, with the provider in between. Whoever
dies in between leaves a claim that ends, and the letter goes out again: at least once, with the
same message id, collapse key or idempotency key, by which a provider knows what it has delivered.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby

from prometheus_client import Counter, Histogram

from analytics.alerts.telling import retry_after_s
from backend.clients.parcels import Carrier, Delivery, NoCarrier, Outcome
from backend.services.notifications import hooks, letters
from backend.store import bells
from backend.store.notifications import outbox, webhooks, wishes
from backend.store.notifications.outbox import SEND, Claimed, Result
from domain.identity import Scope, TenantId
from tenants.session import Database, TenantSession

AT_ONCE = 200
CLAIM = timedelta(seconds=60)
"""Longer than any provider may take; after it somebody else may try."""

GIVES_UP = timedelta(days=3)
"""What could not be told for so long is no news any more."""

_TOLD = Counter("balance_notifications", "Notifications by what became of them", ["channel", "to"])
_WAITED = Histogram(
    "balance_notification_wait_seconds",
    "From being due to being handed over",
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
)


@dataclass(frozen=True, slots=True)
class Post:
    """Who delivers over which channel, and what letters need to know of the installation."""

    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    public_url: str = ""
    master_key: bytes = field(default=b"", repr=False)

    def carrier(self, channel: str) -> Carrier:
        """Who delivers over a channel."""
        return self.carriers.get(channel) or NoCarrier()

    async def close(self) -> None:
        """Let all carriers go."""
        for carrier in self.carriers.values():
            await carrier.close()


async def send_next(database: Database, tenant: TenantId, post: Post) -> bool:
    """Send the next letters of a tenant that are due; whether there may be more."""
    claimed = await claim_next(database, tenant)
    if claimed is None:
        return False
    await deliver(database, tenant, post, claimed)
    return claimed.more


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters that this sender has for itself, and what signs the webhooks among them."""

    letters: Sequence[Claimed]
    salts: Mapping[int, bytes] = field(repr=False)

    @property
    def more(self) -> bool:
        """Whether more may wait."""
        return len(self.letters) == AT_ONCE


async def claim_next(database: Database, tenant: TenantId) -> Batch | None:
    """Take the next letters of a tenant that are due; None where there are none."""
    scope = Scope(tenant, actor="sender")
    now = datetime.now(UTC)
    async with database.session(scope) as session:
        keys = await bells.heard(session, SEND)
        if not keys:
            return None
        await bells.answer(session, SEND, keys)
        claimed = await outbox.claim(session, now, now + CLAIM, AT_ONCE)
        if not claimed:
            await _ring_on(session)
            return None
        # whoever dies before the end has left this bell
        await bells.ring_later(session, SEND, "claimed", now + CLAIM)
        if len(claimed) == AT_ONCE:  # others may be sent while these are
            await bells.ring(session, SEND, "more")
        salts = await webhooks.salts(session, [one.webhook_id or 0 for one in claimed])
    return Batch(claimed, salts)


async def deliver(database: Database, tenant: TenantId, post: Post, batch: Batch) -> None:
    """Hand letters over, and note what became of them."""
    results, gone = await _send(batch.letters, tenant, post, batch.salts)
    async with database.session(Scope(tenant, actor="sender")) as session:
        await outbox.done(session, results)
        await wishes.prune(session, gone)
        await _ring_on(session)


async def _ring_on(session: TenantSession) -> None:
    due = await outbox.next_due(session)
    if due is not None:
        await bells.ring_later(session, SEND, "next", due)


async def _send(
    claimed: Sequence[Claimed], tenant: TenantId, post: Post, salts: Mapping[int, bytes]
) -> tuple[list[Result], list[str]]:
    """What became of each letter, and tokens of devices that are gone."""
    for one in claimed:
        _WAITED.observe(max(0.0, (datetime.now(UTC) - one.due_at).total_seconds()))
    channels = groupby(sorted(claimed, key=_by_channel), key=_by_channel)
    told = await asyncio.gather(
        *(_send_over(channel, list(same), tenant, post, salts) for channel, same in channels)
    )
    results = [result for some, _ in told for result in some]
    return results, [token for _, gone in told for token in gone]


async def _send_over(
    channel: str,
    same: Sequence[Claimed],
    tenant: TenantId,
    post: Post,
    salts: Mapping[int, bytes],
) -> tuple[list[Result], list[str]]:
    """The same over one channel: a slow mail server does not hold up a push."""
    together = list(_together(same))
    parcels = [
        letters.parcel_of(some, tenant, post.public_url, _secret(some[0], tenant, post, salts))
        for some in together
    ]
    results: list[Result] = []
    gone: list[str] = []
    answers = await post.carrier(channel).deliver(parcels)
    for some, answer in zip(together, answers, strict=True):
        results += [_result(one, answer) for one in some]
        _TOLD.labels(channel, answer.outcome).inc(len(some))
        if answer.outcome is Outcome.GONE and some[0].device_id is not None:
            gone.append(some[0].address)
    return results, gone


def _by_channel(one: Claimed) -> str:
    return one.channel


def _secret(one: Claimed, tenant: TenantId, post: Post, salts: Mapping[int, bytes]) -> str:
    salt = salts.get(one.webhook_id or 0)
    return "" if salt is None else hooks.secret_of(post.master_key, tenant, salt)


def _together(same: Sequence[Claimed]) -> Iterator[list[Claimed]]:
    """Letters of one channel: what was held or gathered for an address goes as one message."""
    gathered: dict[tuple[str, str], list[Claimed]] = {}
    for one in same:
        if one.manner == "now":
            yield [one]
        else:
            gathered.setdefault((one.address, one.manner), []).append(one)
    yield from gathered.values()


def _result(one: Claimed, answer: Delivery) -> Result:
    said = answer.response[:1000]
    match answer.outcome:
        case Outcome.SENT | Outcome.KEPT:
            return Result(one.id, str(answer.outcome), said, None)
        case Outcome.LATER if datetime.now(UTC) - one.created_at < GIVES_UP:
            again = datetime.now(UTC) + timedelta(seconds=retry_after_s(one.attempts))
            return Result(one.id, "waiting", said, again)
        case _:
            return Result(one.id, "failed", said, None)
