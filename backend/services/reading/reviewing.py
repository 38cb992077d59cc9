"""Looking at what validation flagged: a reading may be odd, and right."""

from datetime import datetime

from backend.store import validation
from backend.store.validation import FlagRow
from domain.errors import NotFoundError
from domain.findings import checked_note
from tenants import audit
from tenants.session import TenantSession


async def confirm(session: TenantSession, number: int, note: str | None, now: datetime) -> FlagRow:
    """Keep that flagged hours are right, by whom and why; no value changes.

    Raises
    ------
    NotFoundError
        There is no such flag in sight.
    InvalidError
        The note is too long.
    """
    text = checked_note(note)
    reviewed = await validation.review(session, number, text, now)
    if reviewed is None:
        raise NotFoundError("flag", number)
    point, flag = reviewed
    told: dict[str, audit.Word] = {"rule": flag.rule, "from": flag.began_at.isoformat()}
    await audit.record(session, "readings.confirm", f"point {point}", told | {"note": text})
    return flag
