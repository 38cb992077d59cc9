"""Setting the terms of a tenant's alerts, and what follows of it for rules and open alerts."""

from datetime import datetime

from backend.services.alerts import raising
from backend.services.alerts.raising import Outcome
from backend.store.alerts import terms
from domain.alert_terms import AlertTerms
from domain.alerts import USUAL_LIMIT
from tenants import audit
from tenants.session import TenantSession


async def change(session: TenantSession, wanted: AlertTerms, now: datetime) -> list[int]:
    """Let terms be as wanted; ids of alerts that ended since their limit is no usual one any more.

    What is still beyond the new limit opens anew when it is judged next.
    """
    before = await terms.load(session)
    await terms.save(session, wanted, now)
    over: set[int] = set()
    for kind in USUAL_LIMIT:
        old, new = before.limit_of(kind), wanted.limit_of(kind)
        if old is not None and new is not None and old != new:
            over.update(await terms.follow(session, kind, old, new))
    told = await raising.settle(session, Outcome(closed=over), now)
    words: dict[str, audit.Word] = {
        name: f"{getattr(before, name)} -> {getattr(wanted, name)}"
        for name in ("hysteresis", "cool_down_h", "limits", "escalates_after_h")
        if getattr(before, name) != getattr(wanted, name)
    }
    await audit.record(session, "alerts.terms", "alerts", words)
    return told
