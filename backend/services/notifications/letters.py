"""Letters as they go out: one message of one or of many notifications, in text and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from backend.clients.parcels import Parcel
from backend.services.alerts.words import words_of
from backend.services.alerts.words.shape import Words
from backend.store.notifications.outbox import Claimed
from domain.alerts import Channel, Severity

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

COLOURS = {Severity.CRITICAL: "#c02626", Severity.WARNING: "#9a6200", Severity.INFO: "#1470b8"}


@dataclass(frozen=True, slots=True)
class _Item:
    title: str
    body: str
    link: str


def parcel_of(some: Sequence[Claimed], tenant: int, public_url: str, secret: str = "") -> Parcel:
    """One message for notifications that go to one address together, the first one first."""
    first = some[0]
    words = words_of(first.locale)
    together = len(some) > 1
    subject = first.subject
    if together:
        title = words.held if first.manner == "held" else words.digest
        subject = title.format(count=len(some))
    items = [
        _Item(one.subject if together else "", one.body, _link(one, public_url)) for one in some
    ]
    text, html = _texts(first, subject, items, words, public_url)
    if first.channel in {Channel.PUSH, Channel.SMS}:
        text = "\n".join(f"{one.title}: {one.body}" if together else one.body for one in items)
    return Parcel(
        number=first.id,
        tenant=tenant,
        address=first.address,
        key=first.dedup_key,
        subject=subject,
        text=text,
        html=html,
        locale=first.locale,
        urgent=any(one.data.get("severity") == Severity.CRITICAL for one in some),
        data={"kind": first.kind, "path": str(first.data.get("path", ""))},
        body=orjson.dumps(dict(first.data)),
        secret=secret,
    )


def _texts(
    first: Claimed, subject: str, items: Sequence[_Item], words: Words, public_url: str
) -> tuple[str, str]:
    if first.channel != Channel.EMAIL:
        return "", ""
    name = str(first.data.get("name", ""))
    path = str(first.data.get("path", ""))
    settings = "/app/settings" if path.startswith("/app/") else "/console/alarms"
    values = {
        "locale": words.locale,
        "subject": subject,
        "greeting": words.greeting.format(name=name) if name else "",
        "items": items,
        "open_link": words.open_link,
        "settings": words.settings,
        "settings_link": f"{public_url}{settings}" if first.alert_id else "",
        "colour": COLOURS.get(
            Severity(first.data.get("severity", Severity.INFO)), COLOURS[Severity.INFO]
        ),
    }
    return (
        _PAGES.get_template("letter.txt").render(values).strip() + "\n",
        _PAGES.get_template("letter.html").render(values),
    )


def _link(one: Claimed, public_url: str) -> str:
    path = str(one.data.get("path", ""))
    return f"{public_url}{path}" if path.startswith("/") else path
