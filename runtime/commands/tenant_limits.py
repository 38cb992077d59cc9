"""The command that shows and sets what a tenant may use."""

from typing import TYPE_CHECKING, Annotated

import typer

from domain.identity import Scope, TenantId
from runtime.commands.output import AsJson, result
from runtime.commands.tenancy import on_the_installation, tenant
from tenants.permissions import Permission

if TYPE_CHECKING:
    from tenants.session import Database

Figure = Annotated[int | None, typer.Option(min=0, help="0 goes back to the default.")]


@tenant.command("limits")
def tenant_limits(  # noqa: PLR0913 - one option for each limit
    *,
    number: Annotated[int, typer.Option("--tenant", help="Number of the tenant.")],
    readings_per_hour: Figure = None,
    requests_per_minute: Figure = None,
    cost_per_minute: Figure = None,
    storage_months: Figure = None,
    as_json: AsJson = False,
) -> None:
    """Show what a tenant may use, or set it; running processes follow within half a minute.

    For example:

        balance tenant limits --tenant 1

        balance tenant limits --tenant 1 --readings-per-hour 100000 --requests-per-minute 600
    """
    from tenants import limits  # noqa: PLC0415 - loads the models

    given = {
        "readings_per_hour": readings_per_hour,
        "requests_per_minute": requests_per_minute,
        "cost_per_minute": cost_per_minute,
        "storage_months": storage_months,
    }
    changes = {name: value or None for name, value in given.items() if value is not None}
    scope = Scope(TenantId(number), "cli", frozenset({str(Permission.PLATFORM_ADMIN)}))

    async def work(database: "Database") -> dict[str, int]:
        return await limits.set_limits(database, scope, changes)

    result({"tenant": number, **on_the_installation(work)}, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Nothing to add: the command belongs to the group of tenants."""
    assert app.registered_groups
