"""Commands that tend the keys of devices."""

from typing import TYPE_CHECKING, Annotated

import typer

from backend.master_key import load_master_key
from backend.settings import get_settings
from domain.authenticity import claim_code
from domain.errors import NotFoundError
from domain.identity import Scope, TenantId
from runtime.commands.output import AsJson, result
from runtime.commands.tenancy import on_the_installation

if TYPE_CHECKING:
    from backend.services.gateway.device_keys import NewKey
    from tenants.session import Database

group = typer.Typer(no_args_is_help=True, help="Keys and claim codes of concentrators.")

Serial = Annotated[str, typer.Argument(help="Serial of the concentrator.")]


@group.command("rotate")
def rotate(serial: Serial, *, as_json: AsJson = False) -> None:
    """Give a concentrator a new secret, shown this once.

    The one before it is good until the concentrator uses the new one.

    For example:

        balance device rotate J100-000001
    """
    made = on_the_installation(lambda database: _rotate(database, serial))
    told = {"serial": made.serial, "generation": made.generation, "secret": made.secret}
    result(told, as_json=as_json)


async def _rotate(database: "Database", serial: str) -> "NewKey":
    from sqlalchemy import select  # noqa: PLC0415 - this and what follows: loads half the product

    from backend.services.gateway import device_keys  # noqa: PLC0415
    from tenants.models import DeviceDirectory, DeviceKind  # noqa: PLC0415

    async with database.global_session() as session:
        tenant = await session.scalar(
            select(DeviceDirectory.tenant_id).where(
                DeviceDirectory.serial == serial,
                DeviceDirectory.kind == DeviceKind.CONCENTRATOR,
            )
        )
    if tenant is None:
        raise NotFoundError("concentrator", serial)
    async with database.session(Scope(TenantId(tenant), actor="cli")) as opened:
        return await device_keys.rotate(opened, serial, load_master_key(get_settings()))


@group.command("claim-code")
def show_claim_code(serial: Serial, *, as_json: AsJson = False) -> None:
    """Show the code for the label of a device, by which its owner makes it known.

    For example:

        balance device claim-code J100-000001
    """
    code = claim_code(load_master_key(get_settings()), serial)
    result({"serial": serial, "claim_code": code}, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="device", rich_help_panel="Tenants and people")
