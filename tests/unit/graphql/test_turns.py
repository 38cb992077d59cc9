"""Loading what siblings ask for together."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from backend.graphql.turns import Loader, Turns


class Store:
    """Remembers what it was asked, in the order of the calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[int]]] = []
        self.turns = Turns()
        self.called = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    def loader(self, name: str, *, last: bool = False) -> Loader[int, str]:
        async def load(keys: Sequence[int]) -> Mapping[int, str]:
            self.calls.append((name, sorted(keys)))
            self.called.set()
            await self.open.wait()
            if 13 in keys:
                raise ValueError(name)
            return {key: f"{name} {key}" for key in keys if key < 100}

        return Loader(self.turns, load, last=last)


async def test_what_siblings_ask_is_loaded_at_once_and_only_once() -> None:
    store = Store()
    loader = store.loader("site")
    found = await asyncio.gather(*(loader.load(key) for key in (1, 2, 1, 100)))
    assert found == ["site 1", "site 2", "site 1", None]
    assert await loader.load(2) == "site 2"
    assert store.calls == [("site", [1, 2, 100])]


async def test_the_costly_loader_waits_for_all_levels_of_a_tree() -> None:
    store = Store()
    children, hours = store.loader("children"), store.loader("hours", last=True)

    async def node(depth: int, key: int) -> None:
        async def below() -> None:
            await children.load(key)
            if depth:
                await asyncio.gather(*(node(depth - 1, 10 * key + at) for at in (1, 2)))

        await asyncio.gather(hours.load(key), below())

    await node(2, 1)
    assert store.calls == [
        ("children", [1]),
        ("children", [11, 12]),
        ("children", [111, 112, 121, 122]),
        ("hours", [1, 11, 12, 111, 112, 121, 122]),
    ]


async def test_a_failure_is_told_to_all_who_asked_and_to_nobody_else() -> None:
    store = Store()
    good, bad = store.loader("good"), store.loader("bad")
    found = await asyncio.gather(bad.load(13), bad.load(1), good.load(1), return_exceptions=True)
    assert [type(one) for one in found] == [ValueError, ValueError, str]
    assert await bad.load(2) == "bad 2"


async def test_an_asker_that_is_cancelled_takes_nobody_along() -> None:
    store = Store()
    loader = store.loader("site")
    first, second = (asyncio.ensure_future(loader.load(1)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "site 1"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_closing_ends_the_load_under_way_and_begins_no_other() -> None:
    store = Store()
    store.open.clear()
    one, other = store.loader("one"), store.loader("other", last=True)
    asked = [asyncio.ensure_future(loader.load(1)) for loader in (one, other)]
    await store.called.wait()
    closing = asyncio.ensure_future(store.turns.close())
    await asyncio.sleep(0)
    assert not closing.done()
    store.open.set()
    await closing
    assert store.calls == [("one", [1])]
    assert await asked[0] == "one 1"
    with pytest.raises(asyncio.CancelledError):
        await asked[1]
