"""The app in a real browser of a telephone's size on the real product, by a resident's journeys."""

from tests.e2e.walking import walk
from tests.flows.product import Product


async def test_walk(chromium: str, demo: Product) -> None:
    # In a fresh installation nobody is switched off from afar until somebody says so.
    demo.command("tenant", "control", "--tenant", "1", "--on")
    await walk("mobile", "app", demo, chromium)
