"""Setting the terms of a tenant's alerts, and what follows of it for rules and open alerts."""

from datetime import datetime

from backend.services.alerts import raising
from backend.services.alerts.raising import Outcome
from backend.store.alerts import terms
from domain.alert_terms import AlertTerms
from domain.alerts import USUAL_LIMIT, AlertKind
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
    await audit.record(session, "alerts.terms", "alerts", _words(before, wanted))
    return told


def _words(before: AlertTerms, wanted: AlertTerms) -> dict[str, audit.Word]:
    """Each term that is another one now, as it was and as it is."""
    terms_of = {
        "hysteresis": AlertTerms.hysteresis_of,
        "cool_down_h": AlertTerms.cool_down_of,
        "limit": AlertTerms.limit_of,
    }
    changes = {
        f"{kind} {name}": (of(before, kind), of(wanted, kind))
        for name, of in terms_of.items()
        for kind in AlertKind
    }
    changes["escalates_after_h"] = before.escalates_after_h, wanted.escalates_after_h
    return {name: f"{old} -> {new}" for name, (old, new) in changes.items() if old != new}
