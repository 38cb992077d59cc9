"""A Firebase Cloud Messaging of our own: tokens of OAuth, messages of the v1 API, its errors.

Source: "FCM HTTP v1 API", projects.messages.send, and "ErrorCode"; "Using OAuth 2.0 for server to
server applications" for the token endpoint.
"""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PROJECT = "balance-demo"

_ERRORS = {
    "UNREGISTERED": (404, "NOT_FOUND"),
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED"),
    "UNAVAILABLE": (503, "UNAVAILABLE"),
    "INTERNAL": (500, "INTERNAL"),
}


@dataclass
class Firebase:
    """What was sent, and how it is answered."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Error codes by registration token."""

    outage: str | None = None
    """An error code that everything is answered with."""

    tokens: set[str] = field(default_factory=set)

    def application(self) -> Starlette:
        """The server: messages can be looked at and forgotten under /messages."""
        return Starlette(
            routes=[
                Route("/token", self._token, methods=["POST"]),
                Route("/v1/projects/{project}/messages:send", self._send, methods=["POST"]),
                Route("/messages", self._list, methods=["GET"]),
                Route("/messages", self._forget, methods=["DELETE"]),
            ]
        )

    async def _token(self, request: Request) -> Response:
        form = (await request.body()).decode()
        if "jwt-bearer" not in form:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return JSONResponse({"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

    async def _send(self, request: Request) -> Response:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in self.tokens:
            return _refused("UNAUTHENTICATED", 401, "UNAUTHENTICATED")
        message = (await request.json())["message"]
        code = self.outage or self.answers.get(message["token"])
        if code is not None:
            status, word = _ERRORS[code]
            return _refused(code, status, word)
        self.messages.append(message)
        name = f"projects/{request.path_params['project']}/messages/{len(self.messages)}"
        return JSONResponse({"name": name})

    async def _list(self, _: Request) -> Response:
        return JSONResponse(self.messages)

    async def _forget(self, _: Request) -> Response:
        self.messages.clear()
        return Response(status_code=204)


def _refused(code: str, status: int, word: str) -> Response:
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    error = {"code": status, "message": code, "status": word, "details": [detail]}
    return JSONResponse({"error": error}, status)


def write_account(path: Path, url: str) -> None:
    """Write the file of a service account whose tokens the server at ``url`` gives."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": secrets.token_hex(20),
        "private_key": pem.decode(),
        "client_email": f"push@{PROJECT}.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{url}/token",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(account))
