"""Fixtures of all tests. Only tests that ask for a server pay for one."""

import os
from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio
import redis.asyncio
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from runtime import roles
from runtime.servers import Servers
from tenants.session import Database
from tests import servers as shared

# How long an example takes says something of the machine, and nothing of the code.
settings.register_profile("balance", deadline=None)
settings.load_profile("balance")

_numbers = count(1)

collect_ignore = ["golden"]
"""Scripts there make reference solutions with packages of their own."""


PRODUCTS = ("tests/e2e/", "tests/faults/", "tests/flows/")
"""Tests of whole products, of which one runs at a time: one worker does them all, and the other one
does everything else meanwhile. It is done long before the walks begin, which are timed by people's
patience and want the machine for themselves."""
WALKS = "tests/e2e/"


class ByFile(LoadFileScheduling):
    """Gives whole files to workers, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return "products" if nodeid.startswith(PRODUCTS) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    config.option.loadscopereorder = False  # which looks at how many there are, not how long
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.nodeid.startswith(WALKS))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let products go first: they are asked to be quick, and are in nobody's way for long."""
    beside = "PYTEST_XDIST_WORKER" in os.environ and not item.nodeid.startswith(PRODUCTS)
    if beside and os.nice(0) == 0:
        os.nice(10)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shared.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        shared.leave_running()
    else:
        shared.end_run()


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session")
def servers() -> Servers:
    """The run's PostgreSQL and Valkey."""
    return shared.shared_servers()


@pytest_asyncio.fixture(scope="module")
async def database_name(servers: Servers) -> AsyncIterator[str]:
    """A migrated database of this module's own."""
    name = f"test_{_worker()}_{next(_numbers)}"
    postgres = shared.postgres_of(servers)
    await shared.clone(postgres, name)
    yield name
    await shared.drop(postgres, name)


@pytest_asyncio.fixture
async def blank_migration_url(servers: Servers) -> AsyncIterator[str]:
    """A database that no migration has touched, as the migrating role."""
    name = f"blank_{_worker()}_{next(_numbers)}"
    postgres = shared.postgres_of(servers)
    await shared.blank(postgres, name)
    yield postgres.url(roles.MIGRATOR, postgres.state.migrator_password, name)
    await shared.drop(postgres, name)


@pytest.fixture(scope="module")
def database_url(servers: Servers, database_name: str) -> str:
    """The module's database as the app role."""
    postgres = shared.postgres_of(servers)
    return postgres.url(roles.APP, postgres.state.app_password, database_name)


@pytest.fixture(scope="module")
def migration_url(servers: Servers, database_name: str) -> str:
    """The module's database as the migrating role, for `SET ROLE balance_owner`."""
    postgres = shared.postgres_of(servers)
    return postgres.url(roles.MIGRATOR, postgres.state.migrator_password, database_name)


@pytest_asyncio.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """Sessions on the module's database, as the product opens them."""
    opened = Database.connect(database_url, pool_size=5, application="balance-test")
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module")
async def redis_url(servers: Servers) -> str:
    """An empty Valkey database of this worker."""
    number = int(_worker().removeprefix("gw")) % 16
    url = f"{servers.addresses().redis_url.rpartition('/')[0]}/{number}"
    client = redis.asyncio.from_url(url)
    await client.flushdb()
    await client.aclose()
    return url
