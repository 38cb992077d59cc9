"""Every page of the console when things are not as they should be: minutes, so asked for alone."""

import os

import pytest

from tests.e2e.walking import walk
from tests.flows.product import Product

ASKED = os.environ.get("CONSOLE_STATES") == "all"


@pytest.mark.skipif(not ASKED, reason="`make states` walks them")
async def test_states(chromium: str, demo: Product) -> None:
    await walk("console", "console", demo, chromium, script="states")
