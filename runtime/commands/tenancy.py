"""Commands that bring partners, tenants and people into being."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from backend.settings import get_settings
from domain.errors import InvalidError, NotFoundError
from domain.identity import Scope, TenantId
from runtime.commands.output import AsJson, result
from runtime.installation import installation
from tenants.permissions import Role

if TYPE_CHECKING:
    from tenants.session import Database

T = TypeVar("T")

tenant = typer.Typer(no_args_is_help=True, help="Utilities and associations.")
user = typer.Typer(no_args_is_help=True, help="People who sign in.")
partner = typer.Typer(no_args_is_help=True, help="Resellers, who look after tenants.")

Name = Annotated[str, typer.Option(help="Name as people read it.")]
Locale = Annotated[str, typer.Option(help="Language of texts: en, ru or ro.")]


def on_the_installation(work: "Callable[[Database], Awaitable[T]]") -> T:
    """Run ``work`` on the database of this installation."""

    async def run() -> T:
        async with installation(get_settings()) as database:
            return await work(database)

    return asyncio.run(run())


@tenant.command("create")
def create_tenant(
    *,
    name: Name,
    partner: Annotated[str | None, typer.Option(help="Name of the partner it belongs to.")] = None,
    timezone: Annotated[
        str, typer.Option(help="Zone of its days and months; offsets of whole hours only.")
    ] = "Europe/Chisinau",
    locale: Locale = "en",
    as_json: AsJson = False,
) -> None:
    """Create a tenant and its first client program, whose secret is shown this once.

    For example:

        balance tenant create --name Riverside --timezone Europe/Chisinau

        balance tenant create --name Riverside --partner "Demo Partner" --json
    """
    from tenants import provisioning  # noqa: PLC0415 - loads the models

    made = on_the_installation(
        lambda database: provisioning.create_tenant(
            database, name=name, partner=partner, timezone=timezone, locale=locale
        )
    )
    result(
        {
            "tenant": made.tenant,
            "client_id": made.client_id,
            "client_secret": made.client_secret,
        },
        as_json=as_json,
    )


@tenant.command("control")
def set_control(
    *,
    tenant: Annotated[int, typer.Option(help="Number of the tenant.")],
    enabled: Annotated[
        bool, typer.Option("--on/--off", help="Whether its devices may be controlled at all.")
    ],
    as_json: AsJson = False,
) -> None:
    """Turn remote control of a tenant's devices on or off; off calls back what has not left.

    It is off until somebody turns it on. The other terms of the policy are set over GraphQL.

    For example:

        balance tenant control --tenant 1 --on
    """
    from backend.services.commands import control  # noqa: PLC0415 - loads the models
    from tenants.models import Tenant  # noqa: PLC0415 - as above

    async def act(database: "Database") -> int:
        async with database.session(Scope(TenantId(tenant), actor="cli")) as session:
            if await session.get(Tenant, tenant) is None:
                raise NotFoundError("tenant", tenant)
            _, called_back = await control.set_policy(
                session, {"enabled": enabled}, datetime.now(UTC)
            )
            return len(called_back)

    called_back = on_the_installation(act)
    result({"tenant": tenant, "enabled": enabled, "called_back": called_back}, as_json=as_json)


@partner.command("create")
def create_partner(*, name: Name, as_json: AsJson = False) -> None:
    """Create a partner and its office, in which its administrators work.

    For example:

        balance partner create --name "Demo Partner"

        balance user create --name Ana --email ana@example.org --tenant 3 --role partner-admin
    """
    from tenants import provisioning  # noqa: PLC0415 - loads the models

    made = on_the_installation(lambda database: provisioning.create_partner(database, name=name))
    result({"partner": made.partner, "office": made.office}, as_json=as_json)


@user.command("create")
def create_user(  # noqa: PLR0913 - what a person is created from
    *,
    name: Name,
    email: Annotated[str | None, typer.Option(help="Signs in with this.")] = None,
    account_code: Annotated[str | None, typer.Option(help="Or with this.")] = None,
    tenant: Annotated[int | None, typer.Option(help="Tenant to act in; needs --role.")] = None,
    role: Annotated[Role | None, typer.Option(help="What the person may do there.")] = None,
    until: Annotated[
        datetime | None, typer.Option(help="When the membership ends, UTC; open if not given.")
    ] = None,
    locale: Locale = "en",
    as_json: AsJson = False,
) -> None:
    """Create the account of a person with a generated password, shown this once.

    For example:

        balance user create --name "Ana Rusu" --email ana@example.org --tenant 1 --role operator

        balance user create --name "Flat 12" --account-code 4711-12 --tenant 1 --role resident
    """
    if (tenant is None) != (role is None):
        raise InvalidError(
            "tenant, role: give both or neither", code="ROLE_WITHOUT_TENANT", field="role"
        )

    from tenants import provisioning  # noqa: PLC0415 - loads the models

    seat = None
    if tenant is not None and role is not None:
        end = None if until is None else until.replace(tzinfo=UTC)
        seat = provisioning.Seat(TenantId(tenant), role, valid_to=end)
    made = on_the_installation(
        lambda database: provisioning.create_user(
            database, name=name, email=email, account_code=account_code, locale=locale, seat=seat
        )
    )
    result({"user": made.user, "password": made.password}, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the groups."""
    for name, group in (("tenant", tenant), ("user", user), ("partner", partner)):
        app.add_typer(group, name=name, rich_help_panel="Tenants and people")
