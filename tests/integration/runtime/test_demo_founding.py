"""Founding the demo: once, however often and wherever it is interrupted."""

import json
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from backend.models.accounts import HomeMember, Invitation
from backend.settings import Settings, read_settings
from domain.errors import ConflictError
from domain.identity import Scope, TenantId
from runtime import demo, demo_founding
from runtime.demo import DemoRecord, accounts_file, devices_file
from runtime.demo_seeding import is_wanted
from runtime.servers import Addresses
from runtime.state import write_private
from tenants import credentials
from tenants.models import Membership, OAuthClient, Partner, Tenant, UserAccount
from tenants.oauth.accounts import account_for
from tenants.passwords import Passwords
from tenants.session import Database


@pytest.fixture(scope="module")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return read_settings(home=tmp_path_factory.mktemp("home"), database_url=database_url)


class PulledPlugError(Exception):
    """The process ended here."""


class OneWrite:
    """Writes one file; before the second the process dies."""

    def __init__(self) -> None:
        self._left = 1

    def __call__(self, path: Path, content: str) -> None:
        if not self._left:
            raise PulledPlugError
        self._left -= 1
        write_private(path, content)


@pytest_asyncio.fixture(scope="module")
async def founded(database: Database, settings: Settings) -> DemoRecord:
    """The demo, founded by processes that died between what they made and writing it down."""
    for deaths in range(20):
        with pytest.MonkeyPatch.context() as patch:
            writer = OneWrite()
            patch.setattr(demo, "write_private", writer)
            patch.setattr(demo_founding, "write_private", writer)
            try:
                await demo_founding.found(database, settings)
            except PulledPlugError:
                continue
        assert deaths == 4
        break
    record = DemoRecord.load(settings.home)
    assert record is not None
    return record


async def test_there_is_one_of_everything(database: Database, founded: DemoRecord) -> None:
    async with database.global_session() as session:
        names = (await session.scalars(select(Tenant.name).order_by(Tenant.id))).all()
        people = await session.scalar(select(func.count()).select_from(UserAccount))
    assert names == [demo_founding.PARTNER, "Riverside", "Northwater"]
    assert names[1:] == [one.name for one in founded.tenants]
    assert people == len(founded.people) == 10
    seats = []
    for one in founded.tenants:
        async with database.session(Scope(TenantId(one.tenant))) as session:
            seats.append((await session.scalars(select(Membership.role))).all())
            assert await session.scalar(select(func.count()).select_from(OAuthClient)) == 1
    assert sorted(seats[0]) == [
        *("auditor", "dispatcher", "manager", "operator", "partner-admin"),
        *("resident", "resident", "resident-delegate", "tenant-admin"),
    ]
    assert sorted(seats[1]) == ["operator", "partner-admin"]
    async with database.global_session() as session:
        office = await session.scalar(select(Partner.office_id))
    assert office is not None
    async with database.session(Scope(office)) as session:
        assert (await session.scalars(select(Membership.role))).all() == ["partner-admin"]


async def test_recorded_passwords_and_secrets_are_those_that_work(
    database: Database, founded: DemoRecord
) -> None:
    for person in founded.people:
        account = await account_for(database, Passwords(), person.login, person.password)
        assert account is not None, person.login
    for one in founded.tenants:
        async with database.session(Scope(TenantId(one.tenant))) as session:
            client = (await session.scalars(select(OAuthClient))).one()
        assert client.id == one.client_id
        assert client.secret_hash == credentials.digest(one.client_secret)


async def test_again_changes_nothing_and_all_devices_are_in_one_private_file(
    database: Database, settings: Settings, founded: DemoRecord
) -> None:
    files = (accounts_file(settings.home), devices_file(settings.home))
    before = [file.read_text() for file in files]
    await demo_founding.found(database, settings)
    assert [file.read_text() for file in files] == before
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    serials = [one["serial"] for one in json.loads(before[1])["devices"]]
    assert len(set(serials)) == 12


async def test_only_a_new_installation_is_filled_unasked(
    database_url: str, settings: Settings, founded: DemoRecord, tmp_path: Path
) -> None:
    addresses = Addresses(database_url, database_url, "")
    assert not await is_wanted(settings, addresses)
    elsewhere = settings.model_copy(update={"home": tmp_path})
    assert not await is_wanted(elsewhere, addresses)  # there are tenants already
    founded.save(tmp_path)
    assert await is_wanted(elsewhere, addresses)  # begun, but not done
    assert not await is_wanted(elsewhere.model_copy(update={"demo": False}), addresses)


async def test_a_lost_record_is_said_rather_than_guessed(
    database: Database, settings: Settings, founded: DemoRecord, tmp_path: Path
) -> None:
    elsewhere = settings.model_copy(update={"home": tmp_path})
    with pytest.raises(ConflictError) as refusal:
        await demo_founding.found(database, elsewhere)
    assert refusal.value.code == "DEMO_RECORD_MISSING"


async def test_two_households_of_one_house_see_a_home_each_and_a_third_is_invited(
    database: Database, founded: DemoRecord
) -> None:
    assert founded.invitation is not None
    assert "/app/invite/" in founded.invitation
    async with database.session(Scope(TenantId(founded.tenants[0].tenant))) as session:
        homes = (await session.scalars(select(HomeMember).order_by(HomeMember.id))).all()
        waiting = (await session.scalars(select(Invitation))).all()
    assert [one.role for one in homes] == ["resident", "resident-delegate", "resident"]
    assert len({one.premise_id for one in homes}) == 2
    assert [one.claimed_at for one in waiting if one.revoked_at is None] == [None]
