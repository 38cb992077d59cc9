"""The console in a real browser on the real product with its demo, by the journeys of each role."""

from tests.e2e.walking import walk
from tests.flows.product import Product


async def test_walk(chromium: str, demo: Product) -> None:
    await walk("console", "console", demo, chromium)
