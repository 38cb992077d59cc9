"""The three ways to a token, and the ways to end one and to ask about one, on authlib's core."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, UnsupportedTokenTypeError
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from tenants import credentials
from tenants.credentials import Kind
from tenants.models.clients import AuthorizationCode, RefreshToken
from tenants.oauth.parties import Client, Person
from tenants.oauth.records import Records, is_live
from tenants.oauth.server import Act, ProtocolRequest, ProtocolServer
from tenants.oauth.tokens import Grant, Mint, subject_of

_SECRET = ["client_secret_basic", "client_secret_post"]


class HeldCode:
    """An authorization code as authlib asks about it."""

    def __init__(self, row: AuthorizationCode) -> None:
        self.row = row
        self.code_challenge = row.code_challenge

    def get_redirect_uri(self) -> str | None:
        """Redirect URI that must come again, when one was sent."""
        return self.row.redirect_uri if self.row.redirect_uri_sent else None

    def get_scope(self) -> str:
        """Scope that was consented to."""
        return self.row.scope


class HeldAccessToken:
    """A verified access token as authlib asks about it."""

    def __init__(self, grant: Grant) -> None:
        self.grant = grant

    def is_expired(self) -> bool:
        """No: reading it would have failed."""
        return False

    def is_revoked(self) -> bool:
        """No: it cannot be."""
        return False


class HeldRefreshToken:
    """A refresh token as authlib asks about it."""

    def __init__(self, row: RefreshToken) -> None:
        self.row = row

    def check_client(self, client: Client) -> bool:
        """Whether it was given to this client."""
        return self.row.client_id == client.id

    def get_scope(self) -> str:
        """Scope that was consented to."""
        return self.row.scope

    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.row.expires_at <= datetime.now(UTC)

    def is_revoked(self) -> bool:
        """Whether it was ended, or used for the next one."""
        return self.row.revoked_at is not None or self.row.used_at is not None


class ProgramGrant(ClientCredentialsGrant):  # type: ignore[misc]  # authlib has no types
    """A program in its own name."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = _SECRET


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # authlib has no types
    """A person who logged in and agreed. The code works once, within a minute."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = [*_SECRET, "none"]

    request: ProtocolRequest
    server: ProtocolServer

    def generate_authorization_code(self) -> str:
        """Make a code that names its tenant."""
        return credentials.issue(Kind.AUTHORIZATION_CODE, self.server.records.tenant)

    def save_authorization_code(self, code: str, request: ProtocolRequest) -> None:
        """Keep what was agreed; the trail tells of it once a sign-in, not at each reload.

        One of our own apps comes back with the browser's login session and nobody is asked
        anything. A tenant's client is agreed to on a page each time, so each time is an act.
        """
        fields = request.payload.data
        records, client, person = self.server.records, request.client, request.user
        renewed = client.tenant_id is None and records.was_signed_in(client, person, request.scope)
        records.save_code(
            code,
            client=client,
            person=person,
            scope=request.scope,
            redirect_uri=fields.get("redirect_uri") or client.get_default_redirect_uri(),
            redirect_uri_sent="redirect_uri" in fields,
            code_challenge=fields["code_challenge"],
            nonce=fields.get("nonce"),
        )
        if not renewed:
            told = {"client": client.id, "scope": request.scope}
            self.server.acts.append(Act("authorization.grant", subject_of(person.user_id), told))

    def query_authorization_code(self, code: str, client: Client) -> HeldCode | None:
        """Code of this client; one used before ends every token it gave (RFC 6749, 4.1.2)."""
        row = self.server.records.code(code)
        if row is None or row.client_id != client.id:
            return None
        if row.used_at is not None:
            self.server.records.revoke_family(row.family)
            self.server.acts.append(_reuse("code.reuse", row))
            return None
        return HeldCode(row) if is_live(row) else None

    def delete_authorization_code(self, authorization_code: HeldCode) -> None:
        """Mark it used; the row stays until it is sure that nobody can use it again."""
        authorization_code.row.used_at = datetime.now(UTC)

    def authenticate_user(self, authorization_code: HeldCode) -> Person | None:
        """Person who agreed, if they still have the roles."""
        row = authorization_code.row
        return self.server.records.person(row.user_id, row.roles, row.authenticated_at)


class Challenge(CodeChallenge):  # type: ignore[misc]  # authlib has no types
    """PKCE (RFC 7636), of every client, with SHA-256 only."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar = ["S256"]

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Refuse a request without a challenge, or with one that is not named S256."""
        fields = grant.request.payload.data
        if not fields.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'")
        if fields.get("code_challenge_method") != "S256":
            raise InvalidRequestError("The 'code_challenge_method' must be S256")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge_method(self, authorization_code: HeldCode) -> str:  # noqa: ARG002 - authlib's protocol
        """Only SHA-256 is ever kept."""
        return "S256"


class RotatingRefreshGrant(RefreshTokenGrant):  # type: ignore[misc]  # authlib has no types
    """A refresh token for the next one (RFC 9700, 4.14).

    Whoever comes second with the same one was robbed or is the robber: the family ends, and the
    person logs in again.
    """

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = [*_SECRET, "none"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    server: ProtocolServer

    def authenticate_refresh_token(self, refresh_token: str) -> HeldRefreshToken | None:
        """Token that may be used now."""
        row = self.server.records.refresh_token(refresh_token)
        if row is None or row.client_id != self.request.client.id:
            return None
        if row.used_at is not None and row.revoked_at is None:
            self.server.records.revoke_family(row.family)
            self.server.acts.append(_reuse("refresh-token.reuse", row))
            return None
        return HeldRefreshToken(row) if is_live(row) else None

    def authenticate_user(self, refresh_token: HeldRefreshToken) -> Person:
        """Person it was given for, if they still have the roles."""
        row = refresh_token.row
        person = self.server.records.person(row.user_id, row.roles, row.authenticated_at)
        if person is None:
            raise InvalidGrantError
        return person

    def revoke_old_credential(self, refresh_token: HeldRefreshToken) -> None:
        """Mark it used."""
        refresh_token.row.used_at = datetime.now(UTC)


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # authlib has no types
    """End a refresh token and its family (RFC 7009).

    Access tokens are verified without the database and live ten minutes; they cannot be ended
    one by one, and the answer says so.
    """

    CLIENT_AUTH_METHODS: ClassVar = [*_SECRET, "none"]

    server: ProtocolServer

    def query_token(
        self,
        token_string: str,
        token_type_hint: str | None,  # noqa: ARG002 - authlib's protocol
    ) -> HeldRefreshToken | None:
        """Refresh token as kept."""
        if token_string.count(".") == 2:
            raise UnsupportedTokenTypeError
        row = self.server.records.refresh_token(token_string)
        return None if row is None else HeldRefreshToken(row)

    def revoke_token(self, token: HeldRefreshToken, request: ProtocolRequest) -> None:
        """End the family, and write it down."""
        self.server.records.revoke_family(token.row.family)
        detail = {"client": request.client.id}
        subject = subject_of(token.row.user_id)
        self.server.acts.append(Act("refresh-token.revoke", subject, detail))


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # authlib has no types
    """Tell a client of the tenant what a token is (RFC 7662)."""

    CLIENT_AUTH_METHODS: ClassVar = _SECRET

    server: ProtocolServer

    def query_token(
        self,
        token_string: str,
        token_type_hint: str | None,  # noqa: ARG002 - authlib's protocol
    ) -> HeldAccessToken | HeldRefreshToken | None:
        """Access token as read before, or a refresh token as kept."""
        if self.server.read_ahead is not None:
            return HeldAccessToken(self.server.read_ahead)
        row = self.server.records.refresh_token(token_string)
        return None if row is None else HeldRefreshToken(row)

    def check_permission(
        self,
        token: HeldAccessToken | HeldRefreshToken,
        client: Client,
        request: ProtocolRequest,  # noqa: ARG002 - authlib's protocol
    ) -> bool:
        """Allow the access tokens of the client's tenant, and its own refresh tokens."""
        if isinstance(token, HeldAccessToken):
            return token.grant.tenant_id == client.tenant_id
        return token.check_client(client)

    def introspect_token(self, token: HeldAccessToken | HeldRefreshToken) -> dict[str, object]:
        """Describe a live token."""
        if isinstance(token, HeldAccessToken):
            grant = token.grant
            return {
                "active": True,
                "token_type": "Bearer",
                "sub": grant.subject,
                "client_id": grant.client_id,
                "scope": " ".join(grant.scopes),
                "tid": grant.tenant_id,
                "iss": self.server.mint.issuer,
                "iat": grant.issued_at,
                "exp": grant.expires_at,
            }
        row = token.row
        return {
            "active": True,
            "token_type": "refresh_token",
            "sub": subject_of(row.user_id),
            "client_id": row.client_id,
            "scope": row.scope,
            "iat": int(row.issued_at.timestamp()),
            "exp": int(row.expires_at.timestamp()),
        }


def protocol_server(records: Records, mint: Mint) -> ProtocolServer:
    """Make the server of one request, with everything it can do."""
    server = ProtocolServer(records, mint)
    server.register_grant(ProgramGrant)
    server.register_grant(CodeGrant, [Challenge(required=True)])
    server.register_grant(RotatingRefreshGrant)
    server.register_endpoint(Revocation)
    server.register_endpoint(Introspection)
    return server


def _reuse(action: str, row: AuthorizationCode | RefreshToken) -> Act:
    detail: dict[str, Any] = {"client": row.client_id, "family": str(row.family)}
    return Act(action, subject_of(row.user_id), detail)
