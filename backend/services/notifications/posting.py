"""Posting: letters go into the outbox with their cause, and whoever sends them is rung for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.store import bells
from backend.store.notifications import outbox
from backend.store.notifications.outbox import SEND, Letter
from domain.alerts import Channel
from domain.identity import UserId
from tenants.session import TenantSession


async def post(session: TenantSession, letters: Sequence[Letter], now: datetime) -> None:
    """Write letters, and ring for whoever sends them when they are due."""
    due = await outbox.add(session, letters)
    if any(moment <= now for moment in due):
        await ring_for_senders(session, now)
    later = [moment for moment in due if moment > now]
    if later:
        await bells.ring_later(session, SEND, "later", min(later))


async def ring_for_senders(session: TenantSession, now: datetime) -> None:
    """Have the outbox sent when this transaction commits."""
    await bells.ring(session, SEND, f"now {now.timestamp():.3f}")


async def notify(  # noqa: PLR0913 - a letter has many parts
    session: TenantSession,
    *,
    kind: str,
    address: str,
    subject: str,
    body: str,
    locale: str,
    dedup_key: str,
    now: datetime,
    channel: Channel = Channel.EMAIL,
    user: UserId | None = None,
    data: Mapping[str, str] | None = None,
) -> None:
    """Tell somebody something at once that is no alert, such as an invitation.

    It goes out when the transaction commits, however long the provider is away, and once: a letter
    of the same key over the same channel to the same address is not written again.
    """
    letter = Letter(
        user_id=user,
        webhook_id=None,
        device_id=None,
        alert_id=None,
        channel=channel,
        address=address,
        kind=kind,
        dedup_key=dedup_key,
        manner="now",
        locale=locale,
        subject=subject,
        body=body,
        data=data or {},
        due_at=now,
    )
    await post(session, [letter], now)
