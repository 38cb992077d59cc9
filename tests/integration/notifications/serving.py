"""Servers of tests on real sockets, and parcels for them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

from backend.clients.parcels import Parcel


@asynccontextmanager
async def served(application: Starlette) -> AsyncIterator[str]:
    """An application on a port of its own."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(application, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


def parcel(number: int, address: str, **more: Any) -> Parcel:
    told = {"subject": "Scurgere", "text": "Flat 1: apă rece.", "locale": "ro", **more}
    return Parcel(number=number, tenant=3, address=address, key=f"alert {number}", **told)
