"""A walk through a face of the product in a real browser, and what it is told."""

import asyncio
import json
import os
import sys
from pathlib import Path

from runtime.demo import accounts_file
from tests.flows.product import Product

APPS = Path(__file__).parents[2] / "apps"
PATIENCE_S = 900
LONG_S = 3600
"""For walks that somebody asks for: every look, every state."""


async def walk(
    folder: str, name: str, product: Product, chromium: str, script: str = "walk", **more: object
) -> None:
    """Walk through ``apps/<folder>``; ``<NAME>_SCREENSHOTS=all`` keeps pictures of every look.

    ``script`` is the walk's own name. What it prints is shown by ``pytest -s``; ``more`` is what
    it is told besides.
    """
    face = APPS / folder
    assert (face / "dist" / "index.html").exists(), f"`make {name}` builds it"
    shots = face / "artifacts"
    shots.mkdir(exist_ok=True)
    accounts = json.loads(accounts_file(product.home).read_text())
    needed = {
        "url": product.url,
        "gateway": product.gateway_url,
        "chromium": chromium,
        "shots": str(shots),
        "people": accounts["people"],
        "tenants": accounts["tenants"],
        "everything": os.environ.get(f"{name.upper()}_SCREENSHOTS") == "all",
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        "node",
        f"e2e/{script}.mjs",
        cwd=face,
        env={**os.environ, name.upper(): json.dumps(needed)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    long = needed["everything"] or script != "walk"
    async with asyncio.timeout(LONG_S if long else PATIENCE_S):
        printed, _ = await process.communicate()
    sys.stdout.write(printed.decode())
    assert process.returncode == 0, printed.decode()
