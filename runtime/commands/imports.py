"""Commands that bring files into a tenant."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backend.master_key import load_master_key
from backend.settings import get_settings
from domain.errors import InvalidError, NotFoundError
from domain.identity import Scope, TenantId
from runtime.commands.output import AsJson, page, result
from runtime.commands.tenancy import on_the_installation

if TYPE_CHECKING:
    from backend.services.metering_import import Imported
    from tenants.session import Database

_TENANTS = range(1, 2**31)

group = typer.Typer(no_args_is_help=True, help="Bring files into a tenant.")


@group.command("metering")
def metering(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV in UTF-8.")
    ],
    *,
    tenant: Annotated[int, typer.Option(help="Number of the tenant.")],
    as_json: AsJson = False,
) -> None:
    """Import sites, metering points, meters and their channels: the whole file, or nothing.

    Secrets of concentrators that the file makes known are shown this once. The same file again
    changes nothing.

    For example:

        balance import metering --tenant 1 meters.csv

        balance import metering --tenant 1 meters.csv --json > devices.json
    """
    text = _text_of(file)
    imported = on_the_installation(lambda database: _import(database, tenant, text))
    devices = [{"serial": one.serial, "secret": one.secret} for one in imported.devices]
    counts = {"rows": imported.rows, **imported.created, "updated": imported.updated}
    if as_json:
        result({**counts, "devices": devices}, as_json=True)
        return
    result(counts, as_json=False)
    for device in devices:
        page.print(f"{device['serial']}  {device['secret']}", markup=False)


async def _import(database: "Database", tenant: int, text: str) -> "Imported":
    from sqlalchemy import select  # noqa: PLC0415 - this and what follows: loads half the product

    from backend.services.metering_import import import_metering  # noqa: PLC0415
    from tenants.models import Tenant  # noqa: PLC0415

    if tenant not in _TENANTS:
        raise NotFoundError("tenant", tenant)
    async with database.session(Scope(TenantId(tenant), actor="cli")) as session:
        if await session.scalar(select(Tenant.id).where(Tenant.id == tenant)) is None:
            raise NotFoundError("tenant", tenant)
        return await import_metering(session, text, load_master_key(get_settings()))


def _text_of(file: Path) -> str:
    """The file's text; a byte order mark, as spreadsheets write it, is no part of it."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidError(
            f"{file}: line {line} is no UTF-8 (byte 0x{content[error.start]:02x}); save the file"
            " as CSV in UTF-8",
            code="NOT_UTF8",
            field="file",
        ) from error


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="import", rich_help_panel="Tenants and people")
