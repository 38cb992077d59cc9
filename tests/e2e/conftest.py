"""The browser of this machine, for all tests of pages."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.flows.product import Product, product

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser; only SKIP_BROWSER=1 excuses that there is none, or no Node to drive it."""
    if os.environ.get("SKIP_BROWSER") == "1":
        pytest.skip("SKIP_BROWSER=1")
    found = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(
            "no chromium is installed (Debian: apt-get install chromium); SKIP_BROWSER=1 skips"
        )
    if shutil.which("npm") is None:
        pytest.fail("Node.js and npm are not installed, and they drive the browser")
    return found


@pytest.fixture(scope="package")
def demo() -> Iterator[Product]:
    """One product with its demo for all walks of a process; ask for the browser first."""
    with product() as made:
        made.start()
        yield made
