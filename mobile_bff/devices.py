"""``/bff/devices``: on which phones somebody is told by push."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from backend.services.notifications import devices
from domain.errors import ForbiddenError, NotFoundError
from domain.identity import Scope, UserId
from mobile_bff.requests import Desk, body_of, json_answer, text_in
from mobile_bff.versions import HEADER, App
from tenants.session import Database

_PERSON = "user:"


@dataclass(frozen=True, slots=True)
class Devices:
    """The endpoints of devices."""

    desk: Desk
    database: Database

    async def register(self, request: Request) -> Response:
        """Keep a token of this app; the same token again is the same device."""
        scope = await self.desk.scope(request)
        content, app = await body_of(request), App.named(request.headers[HEADER])
        async with self.database.session(scope) as session:
            device = await devices.register_device(
                session,
                _person(scope),
                text_in(content, "token", devices.LONGEST_TOKEN),
                str(app.platform),
                ".".join(str(part) for part in app.version),
                text_in(content, "locale", 10),
                text_in(content, "zone", 64),
            )
        return json_answer({"id": str(device)}, 201)

    async def forget(self, request: Request) -> Response:
        """Tell somebody no more on a device of theirs."""
        scope = await self.desk.scope(request)
        device = request.path_params["device"]
        if not (device.isascii() and device.isdigit() and len(device) < 19):
            raise NotFoundError("device", device[:40])
        async with self.database.session(scope) as session:
            await devices.forget_device(session, _person(scope), int(device))
        return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _person(scope: Scope) -> UserId:
    if not scope.actor.startswith(_PERSON):
        raise ForbiddenError("only people have devices")
    return UserId(int(scope.actor.removeprefix(_PERSON)))
