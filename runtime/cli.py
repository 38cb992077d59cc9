"""Entry point of the command line ``balance``.

It loads nothing until an interruption is taken care of: loading takes a second or so.
"""

import os
import signal
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130


def main() -> None:
    """Run the command that the arguments name."""
    # A shell ignores Ctrl-C for what it runs in the background: that stays so.
    minded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if minded:
        # Nothing was begun yet, so nothing has to be unwound.
        signal.signal(signal.SIGINT, _leave)
    from runtime.commands.application import app  # noqa: PLC0415 - see above
    from runtime.commands.refusals import report  # noqa: PLC0415

    with report():
        if minded:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        app()


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
