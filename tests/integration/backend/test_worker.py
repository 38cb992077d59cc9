"""The worker while Valkey is killed and comes back, and while it is told to stop."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from arq import func
from arq.connections import RedisSettings, create_pool

from backend.tasks.listening import listen
from backend.tasks.queue import INTERACTIVE
from runtime.state import RuntimeState
from runtime.valkey import ValkeyServer
from tests.servers import forget

WITHIN_S = 15


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A Valkey of the test's own, to be killed."""
    home = Path(tempfile.mkdtemp(prefix=f"balance-test-{os.getpid()}-"))
    home.chmod(0o711)
    server = ValkeyServer(home, RuntimeState())
    server.start()
    yield server
    server.stop()
    forget(home)


def kill(valkey: ValkeyServer) -> None:
    assert valkey.process is not None
    valkey.process.kill()
    valkey.process.wait()


async def announce(valkey: ValkeyServer, name: str) -> None:
    pool = await create_pool(RedisSettings.from_dsn(valkey.url))
    await pool.enqueue_job("note", name, _queue_name=INTERACTIVE)
    await pool.aclose()


async def test_it_listens_again_after_valkey_was_killed_and_ends_on_a_signal(
    valkey: ValkeyServer,
) -> None:
    noted: asyncio.Queue[str] = asyncio.Queue()
    busy, go_on = asyncio.Event(), asyncio.Event()

    async def note(_context: object, name: str) -> None:
        if name == "long":
            busy.set()
            await go_on.wait()
        await noted.put(name)

    listening = asyncio.create_task(
        listen([func(note, name="note", keep_result=0)], {}, redis_url=valkey.url, at_once=2)
    )
    async with asyncio.timeout(WITHIN_S):
        await announce(valkey, "before")
        assert await noted.get() == "before"

        await announce(valkey, "long")
        await busy.wait()
        kill(valkey)
        await asyncio.sleep(1.5)
        assert not listening.done()
        go_on.set()
        assert await noted.get() == "long"

    async with asyncio.timeout(WITHIN_S):
        await asyncio.to_thread(valkey.start)
        await announce(valkey, "after")
        while await noted.get() != "after":
            pass  # what Valkey remembered of the long one may be run again: it is told twice

    async with asyncio.timeout(WITHIN_S):
        os.kill(os.getpid(), signal.SIGTERM)
        await listening


async def test_a_signal_ends_it_while_valkey_is_away(valkey: ValkeyServer) -> None:
    kill(valkey)
    listening = asyncio.create_task(listen([func(announce)], {}, redis_url=valkey.url, at_once=1))
    await asyncio.sleep(0.3)
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(WITHIN_S):
        await listening
