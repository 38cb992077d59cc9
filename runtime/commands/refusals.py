"""How a command ends that was refused."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from domain.errors import BalanceError, RowsError
from runtime.up import PortTakenError

_DRIVER_LOST = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
)


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
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as lost:
        if not _means_no_database(lost):
            raise
        cause = getattr(lost, "orig", None) or lost
        sys.stderr.write(f"error DATABASE_UNREACHABLE: {cause}; `balance doctor` says more\n")
        raise SystemExit(1) from None


def _means_no_database(error: Exception) -> bool:
    if isinstance(error, _DRIVER_LOST):
        return True
    from sqlalchemy.exc import InterfaceError, OperationalError  # noqa: PLC0415 - most end well

    return isinstance(error, InterfaceError | OperationalError)
