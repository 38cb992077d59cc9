"""Entry point of the command line ``balance``.

It loads nothing until an interruption is taken care of: loading takes a second or so.
"""

import contextlib
import os
import signal
import sys
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

    try:
        with report():
            if minded:
                signal.signal(signal.SIGINT, signal.default_int_handler)
            app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _end()
        raise


def _end() -> NoReturn:
    """End with our own status: everything is unwound by now.

    An interruption that came while Python executed text (a dataclass does when it is made) is
    never forgotten by the interpreter, and it would end itself by the signal at last.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(INTERRUPTED)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
