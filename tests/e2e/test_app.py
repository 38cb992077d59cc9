"""The app in a real browser of a telephone's size on the real product, by a resident's journeys."""

import csv
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runtime.demo import accounts_file
from tests.e2e.conftest import Providers
from tests.e2e.walking import walk
from tests.flows.product import Client, Product

FLATS = 7
STREET = "Willow Row 9"
KIND = "query Kind($path: String!) { viewer { site(path: $path) { kind } } }"


async def test_walk(chromium: str, demo: Product, providers: Providers, tmp_path: Path) -> None:
    # In a fresh installation nobody is switched off from afar until somebody says so.
    tenant = json.loads(accounts_file(demo.home).read_text())["tenants"][0]
    demo.command("tenant", "control", "--tenant", str(tenant["tenant"]), "--on")
    device = house_of_its_own(demo, tenant, tmp_path / "meters.csv")
    more = {"firebase": providers.firebase, "gateway": demo.gateway_url, "device": device}
    await walk("mobile", "app", demo, chromium, **more)


def house_of_its_own(demo: Product, tenant: dict[str, str], file: Path) -> dict[str, str]:
    """A house that no other walk knows, whose concentrator the walk speaks for; its device."""
    with closing(demo.client(tenant)) as client:
        town = "/".join(client.points()[0]["site"]["path"].split("/")[:3])
        town_kinds = kinds(client, town)
    installed = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=40)
    rows = [
        {
            "site_path": f"{town}/{STREET}",
            "site_kinds": "/".join([*town_kinds, "house"]),
            "premise": f"Flat {flat}",
            "commodity": "electricity",
            "role": "consumer",
            "meter_serial": f"WILLOW-{flat}",
            "pulse_constant": "1000",
            "installed_at": installed.isoformat(),
            "initial_index": "0",
            "concentrator": "J100-WILLOW-9",
            "network": "1",
            "channel": str(100 + flat),
        }
        for flat in range(1, FLATS + 1)
    ]
    with file.open("w", newline="") as output:
        writer = csv.DictWriter(output, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    number = str(tenant["tenant"])
    (device,) = demo.command("import", "metering", "--tenant", number, str(file))["devices"]
    return {"serial": device["serial"], "secret": device["secret"]}


def kinds(client: Client, path: str) -> list[str]:
    """What each place of a path is, from the top."""
    places = path.split("/")
    above = ["/".join(places[: at + 1]) for at in range(len(places))]
    return [client.ask(KIND, path=one)["viewer"]["site"]["kind"].lower() for one in above]
