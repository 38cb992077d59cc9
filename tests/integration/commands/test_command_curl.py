"""The walk-through of docs/gateway.md, executed as it stands there."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from backend.clients.events import Events
from backend.services.devices import Devices
from backend.tasks.queue import SilentQueue
from ingestion.app import application
from ingestion.commands import Polls
from ingestion.downlink import Downlink
from ingestion.gateway import Gateway
from ingestion.replay_windows import ReplayWindows
from tenants.session import Database
from tests.factories import MASTER_KEY
from tests.integration.commands.conftest import OFF, House
from tests.live import live

PAGE = (Path(__file__).parents[3] / "docs/gateway.md").read_text(encoding="utf-8")
SNIPPETS = [found for found in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "curl" in found]


async def run(script: str) -> list[Any]:
    process = await asyncio.create_subprocess_exec(
        "bash", "-euc", script, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in out.decode().splitlines() if line]


@pytest.mark.skipif(
    shutil.which("curl") is None or shutil.which("openssl") is None, reason="no curl or openssl"
)
async def test_the_walk_through_of_the_gateway_works(
    house: House, database: Database, downlink: Downlink, events: Events, redis_url: str
) -> None:
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue(), downlink)
    windows = ReplayWindows(redis_url)
    app = application(gateway, Polls(gateway, downlink, windows, events))
    push, poll, ack = SNIPPETS
    async with live(app) as url:
        who = f"SERIAL={house.device.serial} SECRET={house.device.secret} URL={url}\n"
        push = re.sub(r"^SERIAL=.*\n", who, push)
        (pushed,) = await run(push)
        assert pushed["accepted"] == [1]
        command = await house.order(OFF)
        ack = ack.replace('"id":17', f'"id":{command}')
        pushed, polled, said = await run(
            "\n".join((push.replace("date +%s)", "date +%s)0"), "echo", poll, "echo", ack))
        )
    await windows.close()
    told = [*pushed["commands"], *polled["commands"]]
    assert {one["id"] for one in told} == {command}
    assert said["accepted"] == [command]
    assert await house.state(command) == "executed"
