"""An installation with two tiny parts, for the tests of the supervisor to start and hurt.

Usage: tiny_installation.py HOME PORT
"""

import sys
import time
from pathlib import Path

from backend.settings import read_settings
from runtime.commands.refusals import report
from runtime.supervisor import Part
from runtime.up import up


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(home: Path, port: int) -> None:
    web = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    parts = [
        Part("web", web, ready_url=f"http://127.0.0.1:{port}/"),
        Part("idler", [sys.executable, "-c", "import time; time.sleep(3600)"], stage=1),
        Part("sleeper", ["a", "sleeper"], entry=lambda: time.sleep(3600), stage=1),
    ]
    with report():
        up(
            read_settings(home=home, port=port),
            announce=say,
            prepare=lambda _: parts,
            when_ready=lambda addresses: say(f"ready {addresses.database_url}"),
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
