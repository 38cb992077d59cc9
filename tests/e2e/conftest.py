"""The browser of this machine, for all tests of pages."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest

from runtime.state import free_port
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


class Providers(NamedTuple):
    """Push and mail servers of our own, and the settings that point the product to the push."""

    firebase: str
    settings: dict[str, str]


@pytest.fixture(scope="package")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Providers]:
    """They run for all walks of a process."""
    account = tmp_path_factory.mktemp("providers") / "account.json"
    push, mail = free_port(), free_port()
    url = f"http://127.0.0.1:{push}"
    process = subprocess.Popen(  # noqa: S603 - our own module
        [
            *(sys.executable, "-m", "simulator.providers"),
            *("--fcm-port", str(push), "--smtp-port", str(mail), "--account", str(account)),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        await_answer(f"{url}/messages", process)
        settings = {"BALANCE_FCM_CREDENTIALS": str(account), "BALANCE_FCM_URL": url}
        yield Providers(url, settings)
    finally:
        process.terminate()
        process.wait(10)


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server of ours answers."""
    for _ in range(600):
        assert process.poll() is None, "the providers ended"
        try:
            httpx.get(url, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{url} does not answer")


@pytest.fixture(scope="package")
def demo(providers: Providers) -> Iterator[Product]:
    """One product with its demo for all walks of a process; ask for the browser first."""
    with product() as made:
        # an older version of the app is served, too, so that one can be told of the newer one
        made.more = providers.settings | {"BALANCE_APP_OLDEST_VERSION": "0.9.0"}
        made.start()
        yield made
