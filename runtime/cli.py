"""The command line ``balance``: one group of commands a file in runtime/commands/."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy.exc import InterfaceError, OperationalError

from domain.errors import BalanceError, RowsError
from runtime.commands import diagnosis, imports, lifecycle, parts, seeding, tenancy, town
from runtime.up import PortTakenError

app = typer.Typer(
    name="balance",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Hourly metering, balances and loss analytics for utilities and housing associations.",
)

for group in (lifecycle, parts, tenancy, imports, seeding, town, diagnosis):
    group.register(app)


@contextmanager
def report() -> Iterator[None]:
    """Turn a refusal into ``error CODE: message`` on standard error and an exit status.

    1 is a refusal, 2 a taken port or a wrong usage, 130 an interruption.
    """
    try:
        yield
    except RowsError as refused:
        for row in refused.errors:
            where = f"line {row.line}, {row.field} = {row.value!r}"
            sys.stderr.write(f"error {row.code}: {where}: {row.message}\n")
        raise SystemExit(1) from None
    except BalanceError as refused:
        sys.stderr.write(f"error {refused.code}: {refused.message}\n")
        raise SystemExit(2 if isinstance(refused, PortTakenError) else 1) from None
    except (ConnectionError, InterfaceError, OperationalError) as lost:
        cause = getattr(lost, "orig", None) or lost
        sys.stderr.write(f"error DATABASE_UNREACHABLE: {cause}; `balance doctor` says more\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def main() -> None:
    """Entry point of the command ``balance``."""
    with report():
        app()


if __name__ == "__main__":
    main()
