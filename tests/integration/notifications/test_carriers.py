"""What the carriers hand over, and what they make of answers, on real sockets."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.clients.mail import SmtpMail
from backend.clients.parcels import Outcome
from backend.clients.sms import HttpSms
from backend.clients.webhooks import Webhooks
from backend.services.notifications import hooks
from simulator.providers.mail import MailServer
from tests.integration.notifications.serving import parcel, served


async def test_mail_has_text_and_html_and_one_id() -> None:
    server = MailServer()
    port = await server.start()
    carrier = SmtpMail(f"smtp://127.0.0.1:{port}", "BALANCE <alerts@riverside.example>")
    one = parcel(7, "ana@example.org", html="<p>apă rece</p>", subject="Scurgere\nBcc: x@y.z")
    server.refuses["nobody@example.org"] = "550 no such mailbox"
    server.refuses["full@example.org"] = "452 mailbox full"
    found = await carrier.deliver(
        [one, parcel(8, "nobody@example.org"), parcel(9, "full@example.org"), one]
    )
    assert [one.outcome for one in found] == [
        Outcome.SENT,
        Outcome.REFUSED,
        Outcome.LATER,
        Outcome.SENT,
    ]
    first, again = server.letters
    assert first["Message-ID"] == again["Message-ID"] == "<3.7@riverside.example>"
    assert first["To"] == "ana@example.org"
    assert first["Subject"] == "Scurgere Bcc: x@y.z"
    assert first["Bcc"] is None
    text = first.get_body(("plain",))
    html = first.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "apă rece" in text.get_content()
    assert "<p>apă rece</p>" in html.get_content()
    await server.stop()
    (down,) = await carrier.deliver([one])
    assert down.outcome is Outcome.LATER


async def test_what_went_out_before_a_server_failed_is_known() -> None:
    server = MailServer(drops_after_data=True)
    port = await server.start()
    carrier = SmtpMail(f"smtp://127.0.0.1:{port}", "balance@localhost")
    found = await carrier.deliver([parcel(1, "a@example.org"), parcel(2, "b@example.org")])
    assert [one.outcome for one in found] == [Outcome.LATER, Outcome.LATER]
    await server.stop()


class Endpoint:
    """An integrator's server."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[], Response] = lambda: JSONResponse({"ok": True})

    async def hook(self, request: Request) -> Response:
        self.heard.append((dict(request.headers), await request.body()))
        return self.answer()

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/hook", self.hook, methods=["POST"])])


async def test_webhooks_are_signed_and_never_redirected() -> None:
    endpoint = Endpoint()
    secret = hooks.secret_of(bytes(32), 3, b"salt")  # type: ignore[arg-type]  # a tenant
    async with served(endpoint.application()) as url:
        carrier = Webhooks(hooks.signature, private=True)
        one = parcel(7, f"{url}/hook", body=b'{"event": "alert.opened"}', secret=secret)
        (found,) = await carrier.deliver([one])
        assert found.outcome is Outcome.SENT
        ((headers, body),) = endpoint.heard
        assert json.loads(body) == {"event": "alert.opened"}
        signed = f"7.{headers['x-balance-timestamp']}.".encode() + body
        mark = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["x-balance-signature"] == f"sha256={mark}"
        for status, outcome in ((500, Outcome.LATER), (400, Outcome.REFUSED), (429, Outcome.LATER)):
            endpoint.answer = lambda status=status: Response("x" * 9999, status)
            (found,) = await carrier.deliver([one])
            assert found.outcome is outcome
            assert len(found.response) < 600
        endpoint.answer = lambda: Response(status_code=302, headers={"Location": f"{url}/other"})
        (found,) = await carrier.deliver([one])
        assert found.outcome is Outcome.REFUSED
        await carrier.close()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "100.64.0.1"],
)
async def test_webhooks_reach_no_inner_address_by_whatever_name(address: str) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["93.184.215.14", address]

    carrier = Webhooks(hooks.signature, lookup=lookup)
    (found,) = await carrier.deliver([parcel(1, "https://hooks.example.org/in", secret="s")])
    assert found.outcome is Outcome.REFUSED
    assert "public" in found.response
    await carrier.close()


async def test_sms_goes_to_the_gateway_once_by_its_key() -> None:
    heard: list[tuple[dict[str, str], Any]] = []

    async def take(request: Request) -> Response:
        heard.append((dict(request.headers), await request.json()))
        return JSONResponse({"id": "1"}, 202)

    application = Starlette(routes=[Route("/send", take, methods=["POST"])])
    async with served(application) as url:
        carrier = HttpSms(f"{url}/send", "token")
        (found,) = await carrier.deliver([parcel(7, "+37369123456")])
        assert found.outcome is Outcome.SENT
        await carrier.close()
    ((headers, content),) = heard
    assert headers["authorization"] == "Bearer token"
    assert headers["idempotency-key"] == "3-7"
    assert content["to"] == "+37369123456"
    assert content["text"].startswith("Scurgere. Flat 1")
