"""The requests a tenant has in a minute: counted together, and alone while Valkey is away."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from backend.graphql.transport.budget import Budgets
from domain.errors import LimitError
from domain.identity import TenantId
from runtime.state import free_port

MINE, OTHERS = TenantId(1), TenantId(2)


class Clock:
    now = 1_000_000_020.0

    def __call__(self) -> float:
        return self.now


@pytest_asyncio.fixture
async def valkey(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url)
    await client.flushdb()
    yield client
    await client.aclose()


async def test_a_budget_ends_and_begins_again() -> None:
    clock = Clock()
    budgets = Budgets(3, clock=clock)
    for left in (2, 1, 0):
        budgets.spend(MINE, 1)
        assert budgets.allowance(MINE).remaining == left
    with pytest.raises(LimitError) as refused:
        budgets.spend(MINE, 1)
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.retry_after_s is not None
    budgets.spend(OTHERS, 1)
    clock.now += refused.value.retry_after_s
    budgets.spend(MINE, 1)
    assert budgets.allowance(MINE).remaining == 2


async def test_a_large_request_fits_a_whole_budget_and_ends_it() -> None:
    budgets = Budgets(3, clock=Clock())
    budgets.spend(MINE, 50)
    assert budgets.allowance(MINE).remaining == 0
    with pytest.raises(LimitError):
        budgets.spend(MINE, 1)


async def test_processes_learn_what_the_others_spent(valkey: Redis) -> None:
    clock = Clock()
    one, two = Budgets(10, valkey, clock), Budgets(10, valkey, clock)
    one.spend(MINE, 6)
    two.spend(MINE, 3)
    for budgets in (one, two, one):
        budgets.spend(OTHERS, 1)
        await budgets.tell()
    one.spend(MINE, 1)
    await one.tell()
    assert one.allowance(MINE).remaining == 0
    with pytest.raises(LimitError):
        one.spend(MINE, 1)
    await one.close()
    await two.close()


async def test_without_valkey_each_counts_alone() -> None:
    away: Redis = Redis.from_url(f"redis://127.0.0.1:{free_port()}/0", socket_connect_timeout=0.2)
    budgets = Budgets(2, away, Clock())
    budgets.spend(MINE, 1)
    await budgets.tell()
    budgets.spend(MINE, 1)
    await budgets.tell()
    with pytest.raises(LimitError):
        budgets.spend(MINE, 1)
    await budgets.close()
    await away.aclose()
