"""The app in a real browser of a telephone's size on the real product, by a resident's journeys."""

import asyncio
import json
import os
from pathlib import Path

from runtime.demo import accounts_file
from tests.flows.product import Product

APP = Path(__file__).parents[2] / "apps" / "mobile"
PATIENCE_S = 900


async def test_walk(chromium: str, demo: Product) -> None:
    assert (APP / "dist" / "index.html").exists(), "`make app` builds the app"
    shots = APP / "artifacts"
    shots.mkdir(exist_ok=True)
    # In a fresh installation nobody is switched off from afar until somebody says so.
    demo.command("tenant", "control", "--tenant", "1", "--on")
    accounts = json.loads(accounts_file(demo.home).read_text())
    needed = {
        "url": demo.url,
        "chromium": chromium,
        "shots": str(shots),
        "people": accounts["people"],
        "tenants": accounts["tenants"],
        "everything": os.environ.get("APP_SCREENSHOTS") == "all",
    }
    process = await asyncio.create_subprocess_exec(
        "node",
        "e2e/walk.mjs",
        cwd=APP,
        env={**os.environ, "APP": json.dumps(needed)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE_S):
        printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
