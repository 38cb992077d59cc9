"""What `balance up` says once everything serves: where, as whom, and what to try first."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

from backend.settings import Settings
from runtime.commands.output import page
from runtime.demo import DemoRecord

FIRST_QUERY = (
    "{ viewer { tenant { id name }"
    " meteringPoints(first: 3) { edges { node { id name commodity } } } } }"
)


def welcome(settings: Settings) -> None:
    """Print addresses, the demo's accounts, and a request that works when pasted."""
    base = settings.public_url
    page.print("\n[bold]BALANCE runs[/bold]  (Ctrl-C stops it and keeps the data)\n")
    addresses = [
        ("Console", _face(settings.console_files, f"{base}/console/", "make console")),
        ("App", _face(settings.mobile_files, f"{base}/app/", "make app")),
        ("GraphQL", f"{base}/graphql"),
    ]
    if settings.graphiql:
        addresses.append(("GraphiQL", f"{base}/graphiql"))
    addresses += [
        ("Gateway", f"{base}/gateway/v1/frames"),
        ("Gateway alone", f"http://{settings.host}:{settings.gateway_port}"),
        ("Data and logs", str(settings.home)),
    ]
    _columns(addresses)
    record = DemoRecord.load(settings.home) if settings.demo else None
    client = ("CLIENT_ID", "CLIENT_SECRET")
    if record is not None and record.tenants:
        _show_accounts(record)
        client = record.tenants[0].client_id, record.tenants[0].client_secret
    page.print("\n[bold]A first request[/bold]")
    if record is None:
        _as_it_is("balance tenant create --name Mine --json")
    _as_it_is(first_request(base, *client))
    page.print()


def _face(files: Path, address: str, command: str) -> str:
    """Address of a built face, or how it is built."""
    built = (files / "index.html").exists()
    return address if built else f"not built; `{command}` does (Node.js 20)"


def _show_accounts(record: DemoRecord) -> None:
    page.print("\n[bold]Demo accounts[/bold]  (also in BALANCE_HOME/demo-accounts.json)")
    _columns(
        [
            (one.login, one.password, f"{one.role}, {' and '.join(one.tenants)}")
            for one in record.people
        ]
    )
    if record.invitation is not None:
        page.print("\n[bold]An open invitation[/bold]  (a household takes it in the app)")
        _as_it_is(record.invitation)
    page.print("\n[bold]Demo client programs[/bold]")
    _columns([(one.name, one.client_id, one.client_secret) for one in record.tenants])


def _columns(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; nothing is ever cut off, since people copy it."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        _as_it_is("  ".join(cells).rstrip())


def _as_it_is(text: str) -> None:
    page.print(text, markup=False, soft_wrap=True)


def first_request(base: str, client_id: str, client_secret: str) -> str:
    """Shell commands that get a token and ask the first question."""
    login = shlex.quote(f"{client_id}:{client_secret}")
    body = shlex.quote(json.dumps({"query": FIRST_QUERY}))
    take = "import json,sys; print(json.load(sys.stdin)['access_token'])"
    return (
        f"TOKEN=$(curl -s -u {login} -d grant_type=client_credentials {base}/oauth/token"
        f" | python3 -c {shlex.quote(take)})\n"
        f'curl -s {base}/graphql -H "Authorization: Bearer $TOKEN"'
        f" -H 'Content-Type: application/json' -d {body}"
    )
