"""Taking an invitation, before there is any session: look what a code is to, and claim it."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from backend.graphql.ids import Kind, encode
from backend.services.households.claiming import Claim, Doorman
from domain.errors import InvalidError
from mobile_bff.requests import body_of, json_answer, optional_text, text_in

_CODE = 80
_LOCALES = frozenset({"en", "ru", "ro"})


@dataclass(frozen=True, slots=True)
class Invitations:
    """The endpoints of invitations."""

    doorman: Doorman

    async def look(self, request: Request) -> Response:
        """What a code is to, and the text to agree to in the language that was asked for."""
        content = await body_of(request)
        locale = optional_text(content, "locale", 10)
        found = await self.doorman.look(
            text_in(content, "code", _CODE),
            locale if locale in _LOCALES else None,
            _address(request),
        )
        return json_answer(
            {
                "tenant": found.tenant,
                "home": found.home,
                "house": found.house,
                "name": found.name,
                "email": found.email,
                "role": "RESIDENT" if found.role == "resident" else "DELEGATE",
                "locale": found.locale,
                "movesInAt": found.moves_in_at,
                "expiresAt": found.expires_at,
                "consent": {"version": found.consent_version, "text": found.consent_text},
            }
        )

    async def claim(self, request: Request) -> Response:
        """Take it; signing in with the same e-mail and password comes next."""
        content = await body_of(request)
        if content.get("consent") is not True:
            raise InvalidError("consent must be true", code="CONSENT_NEEDED", field="consent")
        password = content.get("password")
        if not isinstance(password, str):
            raise InvalidError("password must be a text", field="password")
        claim = Claim(
            code=text_in(content, "code", _CODE),
            email=text_in(content, "email", 254),
            password=password,
            consent=True,
            locale=optional_text(content, "locale", 10) or "en",
            name=optional_text(content, "name", 200),
        )
        taken = await self.doorman.claim(claim, _address(request))
        told = {
            "login": taken.login,
            "home": encode(Kind.PREMISE, taken.premise),
            "accessFrom": taken.since,
        }
        return json_answer(told, 201)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
