"""``python -m simulator``: the simulator as a process of its own, with a URL and a devices file."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from domain.errors import InvalidError
from domain.hours import instant_of, parse_instant, whole_hour
from simulator.run import Options, main

_EXAMPLES = """examples:
  python -m simulator --url http://127.0.0.1:8000 --devices devices.json
  python -m simulator --url http://127.0.0.1:8000 --devices devices.json --faults hostile \\
      --from 2026-10-05T00:00:00Z --to 2026-10-12T00:00:00Z --log truth.jsonl
"""


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line.

    Raises
    ------
    InvalidError
        ``--from`` or ``--to`` is not a whole hour with an offset.
    """
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A make-believe town whose concentrators push real frames over HTTP.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", required=True, help="where the gateway listens")
    parser.add_argument("--devices", required=True, type=Path, help="serials and secrets, JSON")
    parser.add_argument("--town", default="demo", help="which town (default: %(default)s)")
    parser.add_argument("--speed", default=1.0, type=float, help="hours of the town in an hour")
    parser.add_argument("--faults", default="none", help="none, normal, hostile or a JSON file")
    parser.add_argument("--seed", type=int, help="seed of the faults")
    parser.add_argument("--from", dest="start", help="first hour to push, RFC 3339")
    parser.add_argument("--to", dest="end", help="end of the last hour to push, RFC 3339")
    parser.add_argument("--log", type=Path, help="where to write what truly happened")
    parser.add_argument("--state", type=Path, help="where concentrators keep their numbers")
    parser.add_argument("--concurrency", default=4, type=int, help="requests under way at once")
    parser.add_argument(
        "--no-commands",
        dest="commands",
        action="store_false",
        help="do not listen for commands",
    )
    found = vars(parser.parse_args(arguments))
    for name, field in (("start", "from"), ("end", "to")):
        found[name] = _hour(found[name], field)
    return Options(**found)


def _hour(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    return instant_of(whole_hour(parse_instant(text, field), field))


def run(arguments: Sequence[str]) -> int:
    """Run the command; errors of the command line are said in the same words as all others."""
    try:
        options = parse(arguments)
    except InvalidError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        return 2
    return main(options)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
