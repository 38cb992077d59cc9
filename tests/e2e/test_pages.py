"""The landing page and GraphiQL in a real browser, on the real API."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from backend.app import create_app
from backend.settings import read_settings
from runtime.state import free_port
from tenants import clients, provisioning
from tenants.passwords import Passwords
from tenants.permissions import Role
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant, place
from tests.live import live

HERE = Path(__file__).parent
SHOTS = HERE.parents[1] / "test-artefacts" / "pages"

FLATS = [
    {"premise": "1", "meter_serial": "M1"},
    {"premise": "2", "meter_serial": "M2", "channel": "2"},
    {"role": "inlet", "meter_serial": "IN", "channel": "9"},
]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Path:
    """The walk through the pages, with what it needs installed as locked."""
    directory = tmp_path_factory.mktemp("pages")
    for name in ("package.json", "package-lock.json", "pages.mjs"):
        shutil.copy(HERE / name, directory)
    subprocess.run(
        ["npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts", "--prefer-offline"],  # noqa: S607 - found above
        cwd=directory,
        check=True,
        capture_output=True,
        timeout=180,
    )
    return directory / "pages.mjs"


@pytest_asyncio.fixture(scope="module")
async def known(
    database: Database, database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, object]]:
    """Where the API is, and who may come in."""
    scope = await make_tenant(database, "Lime Street 4")
    await place(database, scope, *FLATS)
    async with database.session(scope) as session:
        client = await clients.add_client(session, name="Pages")
    person = await provisioning.create_user(
        database,
        name="Ana",
        email="ana@example.org",
        password="a long enough password",
        passwords=Passwords(),
    )
    await provisioning.add_membership(
        database, tenant=scope.tenant_id, user=person.user, role=Role.OPERATOR
    )
    port = free_port()
    settings = read_settings(
        home=tmp_path_factory.mktemp("home"),
        database_url=database_url,
        redis_url=redis_url,
        master_key=MASTER_KEY.hex(),
        port=port,
        demo=True,
    )
    async with live(create_app(settings), port) as url:
        yield {
            "url": url,
            "client": {"id": client.client_id, "secret": client.client_secret},
            "person": {"login": "ana@example.org", "password": "a long enough password"},
        }


async def test_walk(walk: Path, chromium: str, known: dict[str, object]) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    needed = {**known, "chromium": chromium, "shots": str(SHOTS)}
    process = await asyncio.create_subprocess_exec(
        "node",
        str(walk),
        env={**os.environ, "PAGES": json.dumps(needed)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(180):
        printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
