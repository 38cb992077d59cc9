"""The command line ``balance``: one group of commands a file in this directory.

What a command alone needs it loads when it runs: `balance up` starts the servers first of all.
"""

import typer

from runtime.commands import (
    devices,
    diagnosis,
    imports,
    lifecycle,
    parts,
    seeding,
    tenancy,
    tenant_limits,
    town,
)

app = typer.Typer(
    name="balance",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Hourly metering, balances and loss analytics for utilities and housing associations.",
)

for group in (lifecycle, parts, tenancy, tenant_limits, imports, devices, seeding, town, diagnosis):
    group.register(app)
