"""What commands write: for people, or JSON and nothing else."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else on standard output.")
]

page = Console(highlight=False)
"""Results laid out for people, on standard output."""

people = Console(stderr=True, highlight=False)
"""Progress and notices: standard output stays clean for results."""


def result(values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what a command found or made; a None means there is nothing to say."""
    if as_json:
        sys.stdout.write(json.dumps(dict(values)) + "\n")
        return
    width = max(len(name) for name in values)
    for name, value in values.items():
        if value is not None:
            sys.stdout.write(f"{name.replace('_', ' '):<{width}}  {value}\n")
