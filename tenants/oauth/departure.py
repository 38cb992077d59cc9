"""Signing out of the browser's login session (OpenID Connect RP-Initiated Logout)."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import InvalidError
from tenants.oauth.forms import read_form, read_query
from tenants.oauth.pages import Look, Page, Pages, locale_for
from tenants.oauth.service import OAuthService

_PATH = "/logout"


class Departure:
    """The end-session endpoint of one service.

    It ends the browser's session only. A client ends its own tokens at the revocation endpoint.
    """

    def __init__(self, service: OAuthService, pages: Pages) -> None:
        self._service = service
        self._pages = pages

    async def __call__(self, request: Request) -> Response:
        """Ask, since a link alone must not sign anyone out; then do it."""
        look = Look(locale_for(request))
        try:
            fields = read_query(request)
            form = await read_form(request) if request.method == "POST" else None
        except InvalidError as error:
            return self._pages.render(look, Page("broken.html", {"reason": error.message}, 400))
        browser = self._service.browser
        session = browser.session(request)
        target = await self._target(fields)
        if session.user_id is not None and (
            form is None or not browser.sent_by(session, form.get("form_token"))
        ):
            values = {
                "action": f"{_PATH}?{urlencode(fields)}",
                "form_token": browser.form_token(session),
            }
            return self._pages.render(look, Page("logout.html", values, leads_to=target))
        response = (
            RedirectResponse(target, 303)
            if target is not None
            else self._pages.render(look, Page("left.html"))
        )
        browser.forget(response)
        return response

    async def _target(self, fields: dict[str, str]) -> str | None:
        """Where to go then: only where the client itself may be sent."""
        client = await self._service.client(fields.get("client_id", ""))
        uri = fields.get("post_logout_redirect_uri")
        if client is None or uri is None or not client.check_redirect_uri(uri):
            return None
        state = fields.get("state")
        if state is None:
            return uri
        return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state})}"
