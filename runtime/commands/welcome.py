"""What `balance up` says once everything serves: where, as whom, and what to try first."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from backend.settings import Settings
from runtime.commands.output import page
from runtime.demo import accounts_file

FIRST_QUERY = (
    "{ viewer { tenant { id name }"
    " meteringPoints(first: 3) { edges { node { id name commodity } } } } }"
)


def welcome(settings: Settings) -> None:
    """Print addresses, the demo's accounts, and a request that works when pasted."""
    base = settings.public_url
    page.print("\n[bold]BALANCE runs[/bold]  (Ctrl-C stops it and keeps the data)\n")
    table = Table.grid(padding=(0, 2))
    table.add_row("GraphQL", f"{base}/graphql")
    if settings.graphiql:
        table.add_row("GraphiQL", f"{base}/graphiql")
    table.add_row("Gateway", f"{base}/gateway/v1/frames")
    table.add_row("Gateway alone", f"http://{settings.host}:{settings.gateway_port}")
    table.add_row("Data and logs", str(settings.home))
    page.print(table)
    accounts = _accounts(settings.home)
    client = accounts.get("client")
    if accounts.get("people"):
        page.print("\n[bold]Demo accounts[/bold]")
        table = Table.grid(padding=(0, 2))
        for person in accounts["people"]:
            cells = (person["login"], person["password"], person["role"], person["tenant"])
            table.add_row(*(escape(str(cell)) for cell in cells))
        page.print(table)
    page.print("\n[bold]A first request[/bold]")
    if client is None:
        page.print("balance tenant create --name Mine --json", markup=False)
        client = {"client_id": "CLIENT_ID", "client_secret": "CLIENT_SECRET"}
    page.print(first_request(base, client), markup=False, soft_wrap=True)
    page.print()


def first_request(base: str, client: Mapping[str, str]) -> str:
    """Shell commands that get a token and ask the first question."""
    login = shlex.quote(f"{client['client_id']}:{client['client_secret']}")
    body = shlex.quote(json.dumps({"query": FIRST_QUERY}))
    take = "import json,sys; print(json.load(sys.stdin)['access_token'])"
    return (
        f"TOKEN=$(curl -s -u {login} -d grant_type=client_credentials {base}/oauth/token"
        f" | python3 -c {shlex.quote(take)})\n"
        f'curl -s {base}/graphql -H "Authorization: Bearer $TOKEN"'
        f" -H 'Content-Type: application/json' -d {body}"
    )


def _accounts(home: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(accounts_file(home).read_text())
    except FileNotFoundError:
        return {}
    return found
