"""Webhooks of integrators: what they hear of alerts, signed by a secret that lies nowhere."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend.services.alerts import sentences
from backend.store.alerts.alert_lists import AlertRow
from backend.store.notifications import recipients
from backend.store.notifications.outbox import Letter
from domain.hours import instant_of
from domain.identity import TenantId
from tenants.session import TenantSession

WEBHOOK = "webhook"


def secret_of(master_key: bytes, tenant: TenantId, salt: bytes) -> str:
    """Secret of an endpoint, derived of the master key: it is shown once and kept nowhere."""
    purpose = b"webhook " + str(int(tenant)).encode() + b" " + salt
    return "whsec_" + hmac.new(master_key, purpose, hashlib.sha256).hexdigest()


def signature(secret: str, number: int, moment: int, body: bytes) -> str:
    """Signature of a delivery: HMAC-SHA256 over its number, the second it was sent, and its body.

    Examples
    --------
    >>> signature("whsec_x", 7, 1764000000, b"{}")[:12]
    '89ea78122835'
    """
    signed = f"{number}.{moment}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def reference(number: int, kind: str = "Alert") -> str:
    """A global id, as the API gives and takes it."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


async def letters(
    session: TenantSession, event: str, rows: Sequence[AlertRow], now: datetime
) -> list[Letter]:
    """What the tenant's endpoints hear of alerts of the staff; a household's are nobody else's."""
    told = [row for row in rows if row.user_id is None]
    if not told:
        return []
    endpoints = await recipients.endpoints(session)
    return [
        Letter(
            user_id=None,
            webhook_id=endpoint.id,
            device_id=None,
            alert_id=row.id,
            channel=WEBHOOK,
            address=endpoint.url,
            kind=row.kind,
            dedup_key=f"{event} {row.id} {now.timestamp():.3f} {endpoint.id}",
            manner="now",
            locale="en",
            subject=event,
            body="",
            data=payload(event, row),
            due_at=now,
        )
        for row in told
        for endpoint in endpoints
        if not endpoint.kinds or str(row.kind) in endpoint.kinds
    ]


def payload(event: str, row: AlertRow) -> dict[str, Any]:
    """An alert as programs read it."""
    said = sentences.say(row, "en", own=False)
    return {
        "event": event,
        "alert": {
            "id": reference(row.id),
            "kind": row.kind.upper(),
            "severity": row.severity.upper(),
            "cause": row.cause,
            "openedAt": row.opened_at.isoformat(),
            "closedAt": None if row.closed_at is None else row.closed_at.isoformat(),
            "period": None if row.period is None else instant_of(row.period).isoformat(),
            "commodity": None if row.commodity is None else row.commodity.upper(),
            "site": row.site_path,
            "premise": row.premise or None,
            "name": row.name,
            "value": row.value,
            "limit": row.threshold,
            "unit": sentences.unit_word(row.kind, row.commodity, row.energy_kind),
            "text": said.body,
        },
    }
