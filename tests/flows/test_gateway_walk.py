"""The walk of docs/gateway.md, executed as it stands there against a running product."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.authenticity import signature
from tests.flows.product import Product, product

PAGE = (Path(__file__).parents[2] / "docs/gateway.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
PATIENCE_S = 150


@pytest.fixture(scope="module")
def running() -> Iterator[Product]:
    with product("--no-demo") as made:
        made.start()
        yield made
        made.stop()


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text())


def walk(running: Product, folder: Path) -> None:
    script = "set -euo pipefail\n" + "\n".join(BLOCKS)
    own = Path(sys.executable).parent
    environment = running.environment | {
        "URL": running.url,
        "PATH": f"{own}:{os.environ['PATH']}",
    }
    ended = subprocess.run(  # noqa: S603 - the page's own blocks
        ["bash", "-c", script],  # noqa: S607 - the reader's own bash
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.skipif(
    shutil.which("curl") is None or shutil.which("openssl") is None, reason="no curl or openssl"
)
def test_the_walk_goes_as_the_page_says(running: Product, tmp_path: Path) -> None:
    walk(running, tmp_path)
    pushed = read(tmp_path, "pushed")
    assert (pushed["accepted"], pushed["rejected"]) == ([1, 2, 3, 4], [])
    assert (tmp_path / "status.txt").read_text().strip() == "304"
    config, filled = read(tmp_path, "config"), read(tmp_path, "filled")
    assert config["last_sequence"] == 4
    (network,) = config["networks"]
    assert [one["channel"] for one in network["channels"]] == [101, 102]
    (gap,) = config["gaps"]
    assert (gap["network"], gap["channels"]) == (1, [101, 102])
    assert (filled["accepted"], filled["gaps"]) == ([5], [])
    assert read(tmp_path, "topology")["accepted"] == [6]
    told = read(tmp_path, "told")["data"]["viewer"]
    concentrator = told["concentrators"]["edges"][0]["node"]
    assert [(one["module"], one["parent"]) for one in concentrator["topology"]] == [
        ("D100-1", None),
        ("D100-2", "D100-1"),
    ]
    events = told["meteringPoints"]["edges"][0]["node"]["events"]["edges"]
    assert [edge["node"]["kind"] for edge in events] == ["MAGNET"]
    claimed = read(tmp_path, "claimed")["data"]["claimConcentrator"]
    assert claimed["errors"] == []
    assert read(tmp_path, "manual")["accepted"] == [1]
    (command,) = read(tmp_path, "commands")["commands"]
    assert command["kind"] == "request_reading"
    assert read(tmp_path, "acked")["accepted"] == [command["id"]]
    answers = [(tmp_path / f"{name}.txt").read_text().strip() for name in ("old", "new", "gone")]
    assert answers == ["200", "200", "401"]


def test_the_page_shows_the_codes_and_the_vector() -> None:
    vector = "test-secret", "POST", "/gateway/v1/frames", "J100-000001", 1
    mark = signature(*vector, "2026-11-22T10:00:41Z", b'{"frames":[]}')
    assert mark in PAGE
    for code in ("BAD_FRAME", "SEQUENCE_CONFLICT", "HOUR_IN_FUTURE", "DEVICE_LIMIT"):
        assert f"`{code}`" in PAGE
