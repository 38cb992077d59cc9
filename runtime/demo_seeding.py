"""Fill an installation with the demo: when it is new, or when asked to."""

import os
import subprocess
import sys
from pathlib import Path

from backend.settings import Settings
from domain.errors import UnavailableError
from runtime.demo import DemoRecord, devices_file
from runtime.servers import Addresses
from runtime.supervisor import MARK


async def is_wanted(settings: Settings, addresses: Addresses) -> bool:
    """Whether the first start is to found the demo, or to finish founding it.

    An installation that has tenants of its own is left as it is.
    """
    if not settings.demo or devices_file(settings.home).exists():
        return False
    if DemoRecord.load(settings.home) is not None:
        return True
    from sqlalchemy import select  # noqa: PLC0415 - only a new installation is asked

    from tenants.models import Tenant  # noqa: PLC0415
    from tenants.session import Database  # noqa: PLC0415

    database = Database.connect(addresses.database_url, pool_size=1, application="balance-demo")
    try:
        async with database.global_session() as session:
            return await session.scalar(select(Tenant.id).limit(1)) is None
    finally:
        await database.close()


def found(settings: Settings, addresses: Addresses) -> None:
    """Make the demo's tenants, people and meters, in a process of its own.

    Raises
    ------
    UnavailableError
        DEMO_NOT_FOUNDED: that process failed; it has said why.
    """
    command = [sys.executable, "-m", "runtime.demo_founding"]
    environment = environment_of(settings.home, addresses) | {
        "BALANCE_MASTER_KEY_FILE": str(settings.master_key_file)
    }
    ended = subprocess.run(command, env=environment, check=False)  # noqa: S603 - our own module
    if ended.returncode:
        raise UnavailableError(
            f"the demo could not be founded (exit status {ended.returncode}); see above."
            " `balance up --no-demo` starts without it",
            code="DEMO_NOT_FOUNDED",
        )


def environment_of(home: Path, addresses: Addresses) -> dict[str, str]:
    """Environment of a helper process of the installation, marked as one of its parts."""
    return {
        **os.environ,
        "BALANCE_HOME": str(home),
        "BALANCE_DATABASE_URL": addresses.database_url,
        "BALANCE_REDIS_URL": addresses.redis_url,
        MARK: str(home),
    }
