"""The audits of GraphQL over HTTP that the npm package graphql-http makes: all 61."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.graphql_http.conftest import Door

HERE = Path(__file__).parents[2] / "graphql_audit"


@pytest.fixture(scope="module")
def audit_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The audits, installed as locked."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed, and the audits are an npm package")
    directory = tmp_path_factory.mktemp("graphql_audit")
    for name in ("package.json", "package-lock.json", "audit.mjs"):
        shutil.copy(HERE / name, directory)
    subprocess.run(
        ["npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts", "--prefer-offline"],  # noqa: S607 - found above
        cwd=directory,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return directory / "audit.mjs"


async def test_all_audits_pass(api: Door, audit_program: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        "node",
        str(audit_program),
        f"{api.url}/graphql",
        env={**os.environ, "AUDIT_TOKEN": api.token()},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    results = json.loads(printed)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
