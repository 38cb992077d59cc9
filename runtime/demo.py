"""Where the demo keeps what it made: accounts and devices of the town."""

from pathlib import Path


def accounts_file(home: Path) -> Path:
    """Generated accounts: ``{"client": {..}, "people": [{login, password, role, tenant}]}``."""
    return home / "demo-accounts.json"


def devices_file(home: Path) -> Path:
    """Concentrators of the town and their secrets, as the metering import printed them."""
    return home / "demo-devices.json"
