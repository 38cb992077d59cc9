"""Findings as programs are told of them."""

from backend.services.notifications.events import Thing
from backend.store.findings.finding_lists import FindingRow


def thing_of(row: FindingRow) -> Thing:
    """A finding with what is known of it at once."""
    facts = {
        "kind": row.kind.upper(),
        "state": row.state.upper(),
        "verdict": None if row.verdict is None else row.verdict.upper(),
        "since": row.since.isoformat(),
        "openedAt": row.opened_at.isoformat(),
    }
    return Thing("Finding", row.id, facts)
