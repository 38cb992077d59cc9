"""The console in a real browser on the real product with its demo, by the journeys of each role."""

import asyncio

from tests.e2e.aging import age_the_silent
from tests.e2e.walking import walk
from tests.flows.product import Product


async def test_walk(chromium: str, demo: Product) -> None:
    aging = asyncio.create_task(age_the_silent(demo))
    try:
        await walk("console", "console", demo, chromium)
        assert aging.done()
        await aging
    finally:
        aging.cancel()
