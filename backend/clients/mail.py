"""E-mail by SMTP, through aiosmtplib: text and HTML, one connection for what goes out together."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import structlog
from aiosmtplib import SMTP, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from backend.clients.parcels import Delivery, Outcome, Parcel

TIMEOUT_S = 15
PERMANENT = range(500, 600)

log = structlog.get_logger(__name__)


class SmtpMail:
    """Sends through one server: ``smtp://`` with STARTTLS where offered, ``smtps://`` in TLS."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "localhost", parts.port
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"
        self._sender = sender

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        """Hand all to the server over one connection; what it refuses tells of that one alone."""
        found: list[Delivery] = []
        try:
            async with self._client() as client:
                for one in parcels:
                    found.append(await self._one(client, one))  # noqa: PERF401 - kept when the next one fails
        except (SMTPException, OSError, TimeoutError, ssl.SSLError) as error:
            log.warning("mail server failed", error=str(error))
            rest = len(parcels) - len(found)
            found += [Delivery(Outcome.LATER, f"{type(error).__name__}: {error}")] * rest
        return found

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._tls,
            timeout=TIMEOUT_S,
        )

    async def _one(self, client: SMTP, one: Parcel) -> Delivery:
        try:
            _, said = await client.send_message(letter(one, self._sender))
        except SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            permanent = all(code in PERMANENT for code in codes)
            return Delivery(Outcome.REFUSED if permanent else Outcome.LATER, str(error))
        except SMTPResponseException as error:
            permanent = error.code in PERMANENT
            said = f"{error.code} {error.message}"
            return Delivery(Outcome.REFUSED if permanent else Outcome.LATER, said)
        return Delivery(Outcome.SENT, said)

    async def close(self) -> None:
        """Nothing is held between deliveries."""


def letter(one: Parcel, sender: str) -> EmailMessage:
    """An e-mail in text and HTML; its id is the same for every attempt."""
    message = EmailMessage()
    _, address = parseaddr(sender)
    domain = address.rpartition("@")[2] or "localhost"
    message["From"], message["To"] = sender, one.address
    message["Subject"] = one.subject.replace("\n", " ").replace("\r", " ")
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{one.tenant}.{one.number}@{domain}>"
    message["Content-Language"] = one.locale
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(one.text)
    if one.html:
        message.add_alternative(one.html, subtype="html")
    return message
