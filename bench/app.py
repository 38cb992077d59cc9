"""How soon the residents' app shows its first chart, in a browser of a telephone's size.

A house of thirty real homes, a resident of one of them, the API in a process of its own, and the
web build as it serves it. ``first_chart_s`` is the median from opening the app to a chart on the
screen, signed in and with nothing of the home kept; ``fresh_first_chart_s`` the same in a browser
that has none of the app's files yet. At most 2.5 s is wanted. The last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import statistics
from pathlib import Path

from backend.clients.events import Events
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench.bff import settle
from bench.rig import homes
from bench.rig.installation import Installation, part, temporary_installation
from tenants.provisioning import create_user

APP = Path(__file__).parents[1] / "apps" / "mobile"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LOGIN = "ana@bench.example"


async def measure(installation: Installation, password: str, runs: int) -> dict[str, float]:
    """Open the app so many times."""
    settings = installation.settings
    chromium = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, BROWSERS)))
    told = {
        "url": settings.public_url,
        "chromium": chromium,
        "login": LOGIN,
        "password": password,
        "runs": runs,
    }
    with part(installation, "api", settings.port):
        process = await asyncio.create_subprocess_exec(
            "node",
            "e2e/started.mjs",
            cwd=APP,
            env={**os.environ, "APP": json.dumps(told)},
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the browser did not get to a chart")
    times = json.loads(printed.decode().splitlines()[-1])
    print(times)
    return {
        "first_chart_s": round(statistics.median(times["again"]) / 1000, 2),
        "worst_first_chart_s": round(max(times["again"]) / 1000, 2),
        "fresh_first_chart_s": round(statistics.median(times["first"]) / 1000, 2),
    }


async def main(runs: int) -> None:
    """Fill, measure and print."""
    if not (APP / "dist" / "index.html").exists():
        raise RuntimeError("the app is not built: make app")
    password = secrets.token_urlsafe(12)
    async with temporary_installation() as installation:
        events = Events(installation.settings.redis_url)
        work = Work(installation.database, SilentQueue(), events)
        made, _ = await homes.houses(installation, work, 1)
        person = await create_user(
            installation.database, name="Ana", email=LOGIN, password=password
        )
        await settle(installation.database, made.scope, person.user)
        print(json.dumps(await measure(installation, password, runs)))
        await events.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    asyncio.run(main(parser.parse_args().runs))
