"""Telling of alerts: who hears of a new one, over which channels, and when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from analytics.alerts.telling import Habits, When, in_time, moment_of
from backend.services.alerts import sentences
from backend.services.alerts.words import words_of
from backend.services.notifications import hooks
from backend.services.notifications.posting import post
from backend.store.alerts import alert_lists, rules
from backend.store.alerts.alert_lists import AlertRow
from backend.store.alerts.alerts import Raised
from backend.store.notifications import outbox, recipients
from backend.store.notifications.outbox import Letter, Way
from backend.store.notifications.recipients import Device, Person
from domain.alerts import DANGERS, AlertKind, Channel, Mode, Severity
from domain.identity import UserId
from tenants.session import TenantSession

OPENED, CLOSED = "alert.opened", "alert.closed"


@dataclass(frozen=True, slots=True)
class Reach:
    """How to reach some people, and what they wish."""

    people: Mapping[UserId, Person]
    modes: Mapping[tuple[UserId, AlertKind, Channel], Mode]
    devices: Mapping[UserId, Sequence[Device]]

    def addresses(self, person: Person, channel: Channel) -> Iterator[tuple[str, int | None]]:
        """Where a channel reaches a person; each with its device."""
        match channel:
            case Channel.PUSH:
                for device in self.devices.get(person.id, ()):
                    yield device.token, device.id
            case Channel.EMAIL if person.email:
                yield person.email, None
            case Channel.SMS if person.phone:
                yield person.phone, None
            case _:
                pass


async def reach_of(session: TenantSession, users: Sequence[UserId]) -> Reach:
    """How to reach some people."""
    return Reach(
        await recipients.people(session, users),
        await recipients.modes(session, users),
        await recipients.devices(session, users),
    )


async def tell_of(
    session: TenantSession,
    opened: Mapping[int, Raised],
    behind: Mapping[int, Sequence[int]],
    now: datetime,
) -> None:
    """Tell whoever has a rule behind each new alert, and the webhooks of those of the staff."""
    rows = await alert_lists.all_alerts(session, list(opened))
    letters = await _to_people(session, rows, behind, "opened", now)
    letters += await hooks.letters(session, OPENED, list(rows.values()), now)
    await post(session, letters, now)


async def tell_again(
    session: TenantSession, behind: Mapping[int, Sequence[int]], turn: str, now: datetime
) -> None:
    """Tell whoever has a rule behind each alert what became of it; a turn is told once.

    What waits to tell of it as it was is taken back.
    """
    await outbox.withdraw(session, list(behind))
    rows = await alert_lists.all_alerts(session, list(behind))
    await post(session, await _to_people(session, rows, behind, turn, now), now)


async def tell_called_off(
    session: TenantSession, behind: Mapping[int, Sequence[int]], now: datetime
) -> None:
    """Tell whoever heard of each alert, on the ways on which they did, that it is called off."""
    unheard = await outbox.withdraw(session, list(behind))
    rows = await alert_lists.all_alerts(session, list(behind))
    letters = await _to_people(session, rows, behind, "cancelled", now)
    heard = [
        one
        for one in letters
        if Way(one.alert_id, one.user_id, one.channel, one.address) not in unheard
    ]
    await post(session, heard, now)


async def _to_people(
    session: TenantSession,
    rows: Mapping[int, AlertRow],
    behind: Mapping[int, Sequence[int]],
    turn: str,
    now: datetime,
) -> list[Letter]:
    asked = sorted({rule for some in behind.values() for rule in some if rule})
    ways = await rules.channels_of(session, asked) if asked else {}
    reach = await reach_of(session, sorted({user for user, _ in ways.values()}))
    letters: list[Letter] = []
    for number, row in rows.items():
        wished: dict[UserId, set[Channel]] = {}
        for rule in behind[number]:
            if rule in ways:
                user, channels = ways[rule]
                wished.setdefault(user, set()).update(channels)
        for user, some in wished.items():
            if user in reach.people:
                letters += _letters(row, reach.people[user], sorted(some), reach, now, turn)
    return letters


def _letters(  # noqa: PLR0913, PLR0917 - an alert, and how to reach whom
    row: AlertRow,
    person: Person,
    channels: Sequence[Channel],
    reach: Reach,
    now: datetime,
    turn: str,
    lead: str = "",
) -> Iterator[Letter]:
    own = row.user_id is not None
    danger = bool(lead) or row.kind in DANGERS or row.severity is Severity.CRITICAL
    habits = Habits(person.zone, person.quiet_from, person.quiet_until, person.digest_at)
    for channel in channels:
        mode = reach.modes.get((person.id, row.kind, channel), Mode.NOW)
        moment = moment_of(mode, now, habits, danger=danger)
        if row.event is not None and moment.at > row.event.starts_at:
            moment = in_time(moment, now)
        if moment.when is When.NEVER:
            continue
        said = sentences.say(row, person.locale, own=own)
        body = " ".join(word for word in (lead, said.body, said.advice) if word)
        for address, device in reach.addresses(person, channel):
            yield Letter(
                user_id=person.id,
                webhook_id=None,
                device_id=device,
                alert_id=row.id,
                channel=channel,
                address=address,
                kind=row.kind,
                dedup_key=f"alert {row.id} {turn}",
                manner=moment.when,
                locale=words_of(person.locale).locale,
                subject=said.title,
                body=body,
                data={"path": _page(row), "severity": row.severity, "name": person.name},
                due_at=moment.at,
            )


def _page(row: AlertRow) -> str:
    """Where the alert, or what it is about, is to be seen."""
    if row.event is not None:
        page = "/app/event/" if row.user_id is not None else "/console/demand-response/"
        return page + quote(hooks.reference(row.event.id, "DrEvent"), safe="")
    page = "/app/alerts/" if row.user_id is not None else "/console/alarms?alert="
    return page + quote(hooks.reference(row.id), safe="")


async def tell_closed(session: TenantSession, closed: Sequence[int], now: datetime) -> None:
    """Tell the webhooks that alerts are over; people see it in their inbox."""
    if closed:
        rows = await alert_lists.all_alerts(session, closed)
        await post(session, await hooks.letters(session, CLOSED, list(rows.values()), now), now)


async def tell_administrators(
    session: TenantSession, escalated: Sequence[int], now: datetime, after: timedelta
) -> None:
    """Tell the administrators of critical alerts that nobody took note of."""
    if not escalated:
        return
    reach = await reach_of(session, await recipients.administrators(session, now))
    rows = await alert_lists.all_alerts(session, escalated)
    hours = round(after.total_seconds() / 3600)
    letters: list[Letter] = []
    for row in rows.values():
        for person in reach.people.values():
            lead = words_of(person.locale).escalated.format(hours=hours)
            channels = (Channel.PUSH, Channel.EMAIL)
            letters += _letters(row, person, channels, reach, now, "escalated", lead)
    await post(session, letters, now)
