"""The authorization server of one request: authlib's protocol over our records and tokens.

authlib's core is synchronous. A request opens its tenant's session asynchronously and runs the
whole protocol inside ``run_sync``; an instance lives for that long and knows that tenant only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidScopeError,
    OAuth2Error,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from starlette.responses import JSONResponse, RedirectResponse, Response

from tenants.models.clients import AuthorizationCode, RefreshToken
from tenants.oauth.parties import IDENTITY_SCOPES, SCOPES, Client, Person
from tenants.oauth.records import Records
from tenants.oauth.tokens import ACCESS_TOKEN_S, Grant, Mint, subject_of
from tenants.permissions import Role

NOT_CACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class ProtocolRequest(OAuth2Request):  # type: ignore[misc]  # authlib has no types
    """A request as authlib reads it: the fields of its form or query, each given once."""

    def __init__(
        self, method: str, path: str, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> None:
        # authlib wants to see TLS in the address. Whether there is TLS is for the proxy in front
        # to see to, and a local installation has none.
        super().__init__(method, f"https://localhost{path}", headers=headers)
        self._fields = dict(fields)
        self.payload = BasicOAuth2Payload(self._fields)

    @property
    def form(self) -> dict[str, str]:
        """Fields of the form."""
        return self._fields

    @property
    def args(self) -> dict[str, str]:
        """Fields of the query."""
        return self._fields


@dataclass(frozen=True, slots=True)
class Act:
    """Something for the audit trail."""

    action: str
    subject: str
    detail: dict[str, str] = field(default_factory=dict)


class ProtocolServer(AuthorizationServer):  # type: ignore[misc]  # authlib has no types
    """OAuth 2 over the records of one tenant."""

    def __init__(self, records: Records, mint: Mint) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        self.records = records
        self.mint = mint
        self.acts: list[Act] = []
        self.read_ahead: Grant | None = None

    def query_client(self, client_id: str) -> Client | None:
        """Client of that id."""
        return self.records.client(client_id)

    def generate_token(  # noqa: PLR0913, PLR0917 - authlib's protocol
        self,
        grant_type: str,  # noqa: ARG002 - authlib's protocol
        client: Client,
        user: Person | None = None,
        scope: str | None = None,
        expires_in: int | None = None,  # noqa: ARG002 - authlib's protocol
        include_refresh_token: bool = True,  # noqa: ARG002, FBT001, FBT002 - authlib's protocol
    ) -> dict[str, Any]:
        """Make an access token for a person in their seat, or for the client itself."""
        allowed = client.get_allowed_scope(scope)
        if allowed is None:
            raise InvalidScopeError
        if user is None:
            allowed = " ".join(word for word in allowed.split() if word not in IDENTITY_SCOPES)
        grant = Grant(
            tenant_id=self.records.tenant,
            subject=subject_of(user.user_id) if user else client.id,
            client_id=client.id,
            roles=user.seat.roles if user else (Role.INTEGRATOR,),
            scopes=tuple(allowed.split()),
            sites=user.seat.sites if user else None,
        )
        return {
            "access_token": self.mint.access_token(grant),
            "token_type": "Bearer",
            "expires_in": ACCESS_TOKEN_S,
            "scope": allowed,
        }

    def save_token(self, token: dict[str, Any], request: ProtocolRequest) -> None:
        """Add what belongs to a person's token: the next refresh token, and who logged in."""
        held = request.authorization_code or request.refresh_token
        source: AuthorizationCode | RefreshToken | None = held and held.row
        person: Person | None = request.user
        if source is None or person is None:
            return
        client: Client = request.client
        if client.check_grant_type("refresh_token"):
            follows = source.generation if isinstance(source, RefreshToken) else 0
            refresh = self.records.next_refresh_token(
                client=client,
                person=person,
                scope=source.scope,
                family=source.family,
                generation=follows + 1,
            )
            if refresh is not None:
                token["refresh_token"] = refresh
        words = str(token["scope"]).split()
        if "openid" in words:
            token["id_token"] = self.mint.id_token(
                audience=client.id,
                profile=profile_of(person, words),
                authenticated_at=person.authenticated_at,
                nonce=source.nonce if isinstance(source, AuthorizationCode) else None,
                access_token=token["access_token"],
            )

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        """Take the request as it is: it was made for authlib already."""
        return request

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody: what matters goes to the audit trail."""

    def handle_response(
        self,
        status: int,
        body: Any,  # noqa: ANN401 - authlib's protocol
        headers: list[tuple[str, str]],
    ) -> Response:
        """Make a response of authlib's parts."""
        given = dict(headers)
        if "Location" in given:
            # 303, so that a form's POST is followed by a GET and never sent on.
            return RedirectResponse(given["Location"], 303, headers=NOT_CACHED)
        given.pop("Content-Type", None)
        return JSONResponse(body, status, headers=given | NOT_CACHED)

    def handle_error_response(self, request: ProtocolRequest, error: OAuth2Error) -> Response:
        """Answer as RFC 6749, 5.2; of a client only that it was not recognised, never why."""
        if error.error == "invalid_client":
            error.status_code = 401
            error.description = "The client is unknown or its credentials are wrong"
        elif error.error == "unsupported_token_type":
            error.status_code = 400
        response: Response = super().handle_error_response(request, error)
        return response


def profile_of(person: Person, scopes: list[str]) -> dict[str, object]:
    """Claims about a person that these scopes open."""
    claims: dict[str, object] = {
        "sub": subject_of(person.user_id),
        "tid": person.seat.tenant_id,
        "roles": [str(role) for role in person.seat.roles],
    }
    if "profile" in scopes:
        claims |= {"name": person.name, "locale": person.locale}
    if "email" in scopes and person.email is not None:
        claims["email"] = person.email
    return claims
