"""Whether a failure means that the database is away, or that we made a mistake."""

from tenants.outages import OUTAGES

RETRY_AFTER_S = 5
"""When a caller is asked to come back."""

_CLASSES_OF_OUTAGE = frozenset({"08", "40", "53", "57", "58"})
_READ_ONLY = "25006"


def is_outage(error: BaseException | None) -> bool:
    """Whether the same request may succeed later without anybody correcting it.

    A wrapped database error tells by its SQLSTATE: a lost connection, a full disk or a server
    that shuts down are outages; a broken constraint or a wrong statement is ours to mend.
    """
    if not isinstance(error, OUTAGES):
        return False
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state is None or state[:2] in _CLASSES_OF_OUTAGE or state == _READ_ONLY
