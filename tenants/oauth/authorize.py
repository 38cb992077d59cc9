"""The authorization endpoint: sign in, choose a seat, agree, and go back with a code.

Every page is a function of the address, which carries the client's whole request, and of the
cookie. A form posts back to the address it was shown at and is answered by a redirect.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from authlib.oauth2.rfc6749 import OAuth2Error
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import InvalidError, LimitError
from tenants.models.parties import UserAccount
from tenants.oauth.accounts import (
    SeatChoice,
    account_for,
    account_of,
    brand_of,
    choice_named,
    choices_of,
    login_key,
    suspended_of,
)
from tenants.oauth.browser import LoginSession, logged_in
from tenants.oauth.forms import read_form, read_query
from tenants.oauth.grants import protocol_server
from tenants.oauth.pages import PRODUCT, Look, Page, Pages, locale_for
from tenants.oauth.parties import Client
from tenants.oauth.records import OneClient
from tenants.oauth.server import ProtocolRequest, ProtocolServer
from tenants.oauth.service import OAuthService
from tenants.oauth.throttle import login_attempts

_PATH = "/oauth/authorize"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a client that was found sound."""

    fields: dict[str, str]
    client: Client
    scope: str
    redirect_uri: str
    look: Look

    @property
    def prompts(self) -> frozenset[str]:
        """Which pages the client insists on."""
        return frozenset(self.fields.get("prompt", "").split())

    def address(self, *, without: Sequence[str] = (), **changed: str) -> str:
        """Address of this request, with some fields changed."""
        kept = {key: value for key, value in self.fields.items() if key not in without}
        return f"{_PATH}?{urlencode(kept | changed)}"

    def protocol_request(self) -> ProtocolRequest:
        """Make the request as authlib reads it."""
        return ProtocolRequest("GET", _PATH, self.fields, {})


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a browser, in the middle of an authorization."""

    asked: Asked
    session: LoginSession
    account: UserAccount | None
    form: dict[str, str] | None
    address: str


class Authorization:
    """The authorization endpoint of one service."""

    def __init__(self, service: OAuthService, pages: Pages) -> None:
        self._service = service
        self._pages = pages

    async def __call__(self, request: Request) -> Response:
        """Answer a GET of a client's link, or a POST of one of the forms."""
        try:
            asked = await self._asked(request, read_query(request))
            form = await read_form(request) if request.method == "POST" else None
        except InvalidError as error:
            return self._broken(request, error.message)
        except OAuth2Error as error:
            if error.redirect_uri:
                return RedirectResponse(error()[2][0][1], 303)
            return self._broken(request, str(error.description))
        session = self._service.browser.session(request)
        account = await account_of(self._service.database, session)
        if account is not None:
            asked = replace(asked, look=replace(asked.look, locale=_locale_of(account, asked)))
        visit = Visit(
            asked, session, account, form, request.client.host if request.client else "unknown"
        )
        response = await self._posted(visit) if form is not None else await self._shown(visit)
        if session.user_id is None and "set-cookie" not in response.headers:
            self._service.browser.keep(response, session)
        return response

    async def _asked(self, request: Request, fields: dict[str, str]) -> Asked:
        """Check the client's request with authlib before anyone is shown anything."""
        client = await self._service.client(fields.get("client_id", ""))
        if client is None:
            raise InvalidError("The client is not known here")
        server = protocol_server(OneClient(Session(), client), self._service.mint)
        asked = ProtocolRequest("GET", _PATH, fields, {})
        grant = server.get_consent_grant(asked)
        brand = await brand_of(self._service.database, client.tenant_id)
        return Asked(
            fields=fields,
            client=client,
            scope=asked.scope,
            redirect_uri=grant.redirect_uri,
            look=Look(locale_for(request, fields.get("ui_locales")), brand or PRODUCT),
        )

    async def _shown(self, visit: Visit) -> Response:
        """Show the next page that is needed, or go back to the client."""
        asked, account = visit.asked, visit.account
        if account is None or self._must_log_in_again(visit):
            return self._unless_silent(asked, "login_required") or self._login(visit)
        choices = await self._choices(visit)
        if not choices:
            return self._unless_silent(asked, "access_denied") or await self._no_access(visit)
        choice = choice_named(choices, asked.fields.get("seat"))
        if choice is None or "select_account" in asked.prompts:
            silent = self._unless_silent(asked, "account_selection_required")
            return silent or self._choose(visit, choices)
        if asked.client.tenant_id is not None or "consent" in asked.prompts:
            silent = self._unless_silent(asked, "consent_required")
            return silent or self._consent(visit, choice, several=len(choices) > 1)
        return await self._give_code(visit, choice, agreed=True)

    async def _posted(self, visit: Visit) -> Response:
        """Take a form."""
        form = visit.form or {}
        if not self._service.browser.sent_by(visit.session, form.get("form_token")):
            return self._login(visit, problem="form_expired", status=403)
        step = form.get("step")
        if step == "login":
            return await self._log_in(visit, form)
        if visit.account is None:
            return self._login(visit)
        choices = await self._choices(visit)
        choice = choice_named(choices, form.get("seat"))
        if choice is None:
            return RedirectResponse(visit.asked.address(without=["seat"]), 303)
        if step == "consent":
            return await self._give_code(visit, choice, agreed=form.get("decision") == "allow")
        return RedirectResponse(_past(visit.asked, "select_account", seat=choice.seat.key), 303)

    async def _log_in(self, visit: Visit, form: dict[str, str]) -> Response:
        """Check login and password; whatever is wrong, the answer is the same."""
        login, password = form.get("login", "")[:254], form.get("password", "")
        attempts = login_attempts(login_key(login), visit.address)
        service = self._service
        try:
            await service.throttle.check(attempts)
            account = await account_for(service.database, service.passwords, login, password)
        except LimitError as error:
            response = self._login(visit, login=login, problem="login_too_many", status=429)
            response.headers["Retry-After"] = str(int(error.retry_after_s or 60))
            return response
        if account is None or account.password_hash is None:
            await service.throttle.count(attempts)
            return self._login(visit, login=login, problem="login_wrong", status=401)
        response = RedirectResponse(_past(visit.asked, "login"), 303)
        service.browser.keep(response, logged_in(account.id, account.password_hash))
        return response

    async def _give_code(self, visit: Visit, choice: SeatChoice, *, agreed: bool) -> Response:
        """Go back to the client with a code, or with the news that the person said no."""
        account, at = visit.account, visit.session.authenticated_at
        if account is None or at is None:
            return self._login(visit)
        request = visit.asked.protocol_request()
        roles = [str(role) for role in choice.seat.roles]

        def protocol(server: ProtocolServer) -> Response:
            person = server.records.person(account.id, roles, at) if agreed else None
            grant = server.get_consent_grant(request, end_user=person)
            response: Response = server.create_authorization_response(
                request, grant_user=person, grant=grant
            )
            return response

        response = await self._service.run(choice.seat.tenant_id, protocol)
        if visit.asked.client.tenant_id is None:
            self._service.browser.keep_tenant(response, choice.seat.tenant_id)
        return response

    async def _choices(self, visit: Visit) -> list[SeatChoice]:
        assert visit.account is not None
        return await choices_of(
            self._service.database, visit.account.id, visit.asked.client.tenant_id
        )

    @staticmethod
    def _must_log_in_again(visit: Visit) -> bool:
        """Whether the client insists on a fresh login."""
        at, max_age = visit.session.authenticated_at, visit.asked.fields.get("max_age", "")
        if at is None or "login" in visit.asked.prompts:
            return True
        if not (max_age.isascii() and max_age.isdigit()):
            return False
        return datetime.now(UTC) - at > timedelta(seconds=min(int(max_age[:9]), 10**8))

    @staticmethod
    def _unless_silent(asked: Asked, error: str) -> Response | None:
        """Tell a client that wants no page (prompt=none) that one is needed."""
        if "none" not in asked.prompts:
            return None
        refusal = OAuth2Error(error=error, redirect_uri=asked.redirect_uri)
        refusal.state = asked.fields.get("state")
        return RedirectResponse(refusal()[2][0][1], 303)

    def _login(
        self, visit: Visit, *, login: str = "", problem: str | None = None, status: int = 200
    ) -> Response:
        values = self._form_values(visit) | {
            "login": login or visit.asked.fields.get("login_hint", ""),
            "problem": problem,
        }
        return self._page(visit.asked, Page("login.html", values, status))

    def _choose(self, visit: Visit, choices: list[SeatChoice]) -> Response:
        values = self._form_values(visit) | {"choices": choices}
        return self._page(visit.asked, Page("choose.html", values))

    def _consent(self, visit: Visit, choice: SeatChoice, *, several: bool) -> Response:
        values = self._form_values(visit) | {
            "choice": choice,
            "several": several,
            "scopes": visit.asked.scope.split(),
        }
        return self._page(visit.asked, Page("consent.html", values))

    async def _no_access(self, visit: Visit) -> Response:
        """Say that there is no seat, or that those there are wait for the provider."""
        assert visit.account is not None
        shut = await suspended_of(
            self._service.database, visit.account.id, visit.asked.client.tenant_id
        )
        values = self._form_values(visit) | {"suspended": shut}
        return self._page(visit.asked, Page("no_access.html", values, 403))

    def _form_values(self, visit: Visit) -> dict[str, object]:
        asked = visit.asked
        return {
            "action": asked.address(),
            "form_token": self._service.browser.form_token(visit.session),
            "client": asked.client.name,
            "person": visit.account.name if visit.account else None,
            "other_account": asked.address(without=["seat"], prompt="login"),
            "other_seat": asked.address(without=["seat"], prompt="select_account"),
        }

    def _page(self, asked: Asked, page: Page) -> Response:
        return self._pages.render(asked.look, replace(page, leads_to=asked.redirect_uri))

    def _broken(self, request: Request, reason: str) -> Response:
        """Show that the link is wrong; nowhere is safe to go back to."""
        return self._pages.render(
            Look(locale_for(request)), Page("broken.html", {"reason": reason}, 400)
        )


def _past(asked: Asked, prompt: str, **changed: str) -> str:
    """Address of the request without a prompt that has been answered."""
    left = " ".join(sorted(asked.prompts - {prompt}))
    return asked.address(without=["prompt"], **({"prompt": left} if left else {}), **changed)


def _locale_of(account: UserAccount, asked: Asked) -> str:
    """Language of a known person, unless the client asked for another."""
    return asked.look.locale if "ui_locales" in asked.fields else account.locale
