"""Found the demo: its partner, tenants, people and clients, and the meters of its town.

Every step finds what an interrupted run made before and adds what is missing. It runs as a process
of its own (``python -m runtime.demo_founding``), since the metering import and the town need
memory that a supervisor should not keep.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.master_key import load_master_key
from backend.services.findings.inspecting import set_price
from backend.services.gateway.devices import Devices
from backend.services.metering_import import import_metering
from backend.settings import Settings, get_settings
from domain.errors import ConflictError
from domain.identity import Scope, TenantId, UserId
from domain.quantities import Commodity
from runtime import demo_homes, demo_networks
from runtime.commands.output import people as notices
from runtime.commands.refusals import report
from runtime.demo import DemoPerson, DemoRecord, DemoTenant, devices_file, homes_cache
from runtime.state import write_private
from simulator.metering import metering_csv
from simulator.town import Town, TownTenant, demo_town, founding_monday
from tenants import clients, credentials, provisioning
from tenants.models import OAuthClient, Partner, Tenant, UserAccount
from tenants.permissions import Role
from tenants.session import Database

PARTNER = "Demo Partner"
ACTOR = "demo"


@dataclass(frozen=True, slots=True)
class Part:
    """Who plays a role in the demo, and where."""

    name: str
    login: str
    role: Role
    tenants: tuple[str, ...]
    locale: str = "en"


CAST = (
    Part("Irina Munteanu", "admin@riverside.example", Role.TENANT_ADMIN, ("Riverside",)),
    Part("Victor Rusu", "operator@riverside.example", Role.OPERATOR, ("Riverside",)),
    Part("Elena Ceban", "manager@riverside.example", Role.MANAGER, ("Riverside",)),
    Part("Oleg Popa", "dispatcher@riverside.example", Role.DISPATCHER, ("Riverside",)),
    Part("Ana Lungu", "auditor@riverside.example", Role.AUDITOR, ("Riverside",)),
    Part("Mihai Rotaru", "operator@northwater.example", Role.OPERATOR, ("Northwater",)),
    Part("Daria Moraru", "partner@demo.example", Role.PARTNER_ADMIN, ("Riverside", "Northwater")),
    *(
        Part(one.name, one.login, one.role, ("Riverside",), one.locale)
        for one in demo_homes.DWELLERS
    ),
)

CURRENCY = "MDL"
PRICES = {
    Commodity.ELECTRICITY: Decimal("3.45"),
    Commodity.WATER_COLD: Decimal("15.60"),
    Commodity.GAS: Decimal("14.90"),
}
"""Of a kWh or m3; what losses are worth."""


async def found(database: Database, settings: Settings) -> None:
    """Make the demo's tenants and everything in them that does not come from concentrators."""
    record = await _record(database, settings)
    town = demo_town(record.founded_on, cache=homes_cache(settings.home))
    for tenant in town.tenants:
        made = await _tenant(database, settings, record, tenant)
        notices.print(f"demo: importing the meters of {tenant.name}", style="dim")
        async with database.session(Scope(TenantId(made.tenant), actor=ACTOR)) as session:
            await import_metering(session, metering_csv(tenant), load_master_key(settings))
            await demo_networks.tell(session)
            for commodity, price in PRICES.items():
                await set_price(session, commodity, price, CURRENCY)
    users = {person.login: await _person(database, record, person) for person in record.people}
    await _office(database, record, users)
    await _households(database, settings, record, users)
    await _write_devices(database, settings, town)


async def _record(database: Database, settings: Settings) -> DemoRecord:
    """The record, begun before anything it names is there."""
    record = DemoRecord.load(settings.home)
    if record is None:
        async with database.global_session() as session:
            logins = [part.login for part in CAST]
            if await session.scalar(select(UserAccount.id).where(UserAccount.email.in_(logins))):
                raise ConflictError(
                    f"the database has the demo already, but its record in {settings.home} is"
                    " missing; restore it, or forget the data with `make clean-data`",
                    code="DEMO_RECORD_MISSING",
                )
        monday = founding_monday(datetime.now(UTC))
        record = DemoRecord(
            monday=monday.isoformat(),
            first_hour=demo_town(monday, cache=homes_cache(settings.home)).origin,
            people=[
                DemoPerson(
                    part.name,
                    part.login,
                    str(part.role),
                    list(part.tenants),
                    credentials.readable_password(),
                )
                for part in CAST
            ],
        )
        record.save(settings.home)
    try:
        await provisioning.create_partner(database, name=PARTNER, actor=ACTOR)
    except ConflictError as known:
        if known.code != "PARTNER_EXISTS":
            raise
    return record


async def _tenant(
    database: Database, settings: Settings, record: DemoRecord, town: TownTenant
) -> DemoTenant:
    """A tenant of the town and its client, whose secret is in the record."""
    known = record.tenant_named(town.name)
    if known is not None:
        return known
    notices.print(f"demo: founding {town.name}", style="dim")
    async with database.global_session() as session:
        number = await _number_of(session, town.name)
    if number is None:
        fresh = await provisioning.create_tenant(
            database, name=town.name, partner=PARTNER, timezone=town.timezone, actor=ACTOR
        )
        made = DemoTenant(town.name, fresh.tenant, fresh.client_id, fresh.client_secret)
    else:
        made = await _with_new_secret(database, town.name, number)
    record.tenants.append(made)
    record.save(settings.home)
    return made


async def _number_of(session: AsyncSession, name: str) -> TenantId | None:
    """Number of a tenant of the demo partner that an interrupted run made."""
    partner = select(Partner.id).where(Partner.name == PARTNER).scalar_subquery()
    wanted = select(Tenant.id).where(Tenant.partner_id == partner, Tenant.name == name)
    return (await session.scalars(wanted)).first()


async def _with_new_secret(database: Database, name: str, number: TenantId) -> DemoTenant:
    """A tenant whose client's secret was lost before it could be written down."""
    async with database.session(Scope(number, actor=ACTOR)) as session:
        wanted = select(OAuthClient.id).where(OAuthClient.revoked_at.is_(None))
        client_id = (await session.scalars(wanted)).first()
        if client_id is None:
            made = await clients.add_client(session, name="Integrator")
        else:
            made = await clients.rotate_secret(session, client_id)
    return DemoTenant(name, number, made.client_id, made.client_secret or "")


async def _households(
    database: Database, settings: Settings, record: DemoRecord, users: dict[str, UserId]
) -> None:
    """Let the record's households live in their flats; an older record may have none."""
    riverside = record.tenant_named("Riverside")
    if riverside is None or not any(demo_homes.lives_somewhere(one) for one in record.people):
        return
    waits = record.invitation
    async with database.session(Scope(TenantId(riverside.tenant), actor=ACTOR)) as session:
        await demo_homes.settle(session, record, settings, users)
    if record.invitation != waits:
        record.save(settings.home)


async def _person(database: Database, record: DemoRecord, person: DemoPerson) -> UserId:
    try:
        made = await provisioning.create_user(
            database,
            name=person.name,
            email=person.login,
            password=person.password,
            locale=_locale(person.login),
            actor=ACTOR,
        )
        user = made.user
    except ConflictError as known:
        if known.code != "ACCOUNT_EXISTS":
            raise
        user = await _user_of(database, person.login)
    if demo_homes.lives_somewhere(person):
        return user  # their seat follows from where they live
    for name in person.tenants:
        tenant = record.tenant_named(name)
        assert tenant is not None
        await _seat(database, TenantId(tenant.tenant), user, person.role)
    return user


async def _office(database: Database, record: DemoRecord, users: dict[str, UserId]) -> None:
    """Seat those who administer the partner in its office."""
    async with database.global_session() as session:
        office = await session.scalar(select(Partner.office_id).where(Partner.name == PARTNER))
    assert office is not None
    for person in record.people:
        if person.role == Role.PARTNER_ADMIN:
            await _seat(database, office, users[person.login], person.role)


async def _seat(database: Database, tenant: TenantId, user: UserId, role: str) -> None:
    try:
        await provisioning.add_membership(
            database, tenant=tenant, user=user, role=role, actor=ACTOR
        )
    except ConflictError as known:
        if known.code != "MEMBERSHIP_EXISTS":
            raise


def _locale(login: str) -> str:
    return next((part.locale for part in CAST if part.login == login), "en")


async def _user_of(database: Database, login: str) -> UserId:
    async with database.global_session() as session:
        wanted = select(UserAccount.id).where(UserAccount.email == login)
        return (await session.scalars(wanted)).one()


async def _write_devices(database: Database, settings: Settings, town: Town) -> None:
    """Write the devices file for all tenants; secrets are derived, so none can be lost."""
    known = Devices(database, load_master_key(settings))
    devices = []
    for serial in town.devices:
        entry = await known.find(serial)
        assert entry is not None
        devices.append({"serial": serial, "secret": entry[1]})
    write_private(devices_file(settings.home), json.dumps({"devices": devices}, indent=2) + "\n")


async def _found_here() -> None:
    settings = get_settings()
    database = Database.connect(settings.database_url, pool_size=2, application="balance-demo")
    try:
        await found(database, settings)
    finally:
        await database.close()


def main() -> None:
    """Found the demo in the installation that the environment names."""
    with report():
        asyncio.run(_found_here())


if __name__ == "__main__":
    main()
