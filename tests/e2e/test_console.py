"""The console in a real browser on the real product with its demo, by the journeys of each role."""

import asyncio
import json
import os
from pathlib import Path

from runtime.demo import accounts_file
from tests.flows.product import Product

CONSOLE = Path(__file__).parents[2] / "apps" / "console"
PATIENCE_S = 900


async def test_walk(chromium: str, demo: Product) -> None:
    assert (CONSOLE / "dist" / "index.html").exists(), "`make console` builds the console"
    shots = CONSOLE / "artifacts"
    shots.mkdir(exist_ok=True)
    accounts = json.loads(accounts_file(demo.home).read_text())
    needed = {
        "url": demo.url,
        "chromium": chromium,
        "shots": str(shots),
        "people": accounts["people"],
        "tenants": accounts["tenants"],
        "everything": os.environ.get("CONSOLE_SCREENSHOTS") == "all",
    }
    process = await asyncio.create_subprocess_exec(
        "node",
        "e2e/walk.mjs",
        cwd=CONSOLE,
        env={**os.environ, "CONSOLE": json.dumps(needed)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE_S):
        printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
