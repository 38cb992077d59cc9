"""The addresses of the BFF, served by the process of the API below /bff."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from backend.assembly import Assembly
from backend.services.households.claiming import Doorman
from mobile_bff import documents
from mobile_bff.changes import Changes
from mobile_bff.devices import Devices
from mobile_bff.export import Exports
from mobile_bff.home import Homes
from mobile_bff.invitations import Invitations
from mobile_bff.news import News
from mobile_bff.operations import TrustedOperations
from mobile_bff.requests import Desk, Handler, json_answer
from mobile_bff.session import Sessions
from mobile_bff.snapshots import Snapshots
from mobile_bff.versions import App, Versions

_KEPT = {"Cache-Control": "public, max-age=300"}


def bff_routes(assembly: Assembly, known: Mapping[str, str] | None = None) -> Sequence[BaseRoute]:
    """Routes over the parts that the API shares; ``known`` are the documents that are answered."""
    versions = Versions.of(assembly.settings)
    desk = Desk(assembly.sign_in.authenticator, versions)
    sessions = Sessions(assembly.sign_in)
    trusted = TrustedOperations(
        desk, assembly.operations, documents.load() if known is None else known
    )

    sign_in = assembly.sign_in
    invitations = Invitations(Doorman(sign_in.database, sign_in.passwords, sign_in.throttle))
    exports = Exports(desk, assembly.database)
    snapshots = Snapshots(assembly.settings.kept_screens)
    homes = Homes(desk, assembly.database, assembly.operations.weather, snapshots)
    news = News(assembly.database, assembly.operations.events)
    assembly.leaving.append(news.close)
    assembly.ending.append(news.stop)
    changes, devices = Changes(desk, assembly.database, news), Devices(desk, assembly.database)

    async def compatibility(request: Request) -> Response:
        """Whether a version is served: asked before anything else, also by what is too old."""
        asked = request.query_params
        app = App.named(f"{asked.get('platform', '')}/{asked.get('version', '')}")
        return json_answer(versions.told(app), headers=_KEPT)

    def route(path: str, handler: Handler, *methods: str) -> Route:
        return Route(path, desk.at(handler), methods=list(methods))

    return [
        Mount(
            "/bff",
            routes=[
                route("/session", sessions.begin, "POST"),
                route("/session", sessions.end, "DELETE"),
                route("/session/refresh", sessions.refresh, "POST"),
                route("/graphql", trusted.answer, "POST"),
                route("/invitations/look", invitations.look, "POST"),
                route("/invitations/claim", invitations.claim, "POST"),
                route("/export.csv", exports.answer, "GET"),
                route("/home", homes.answer, "GET"),
                route("/changes", changes.answer, "GET"),
                route("/devices", devices.register, "POST"),
                route("/devices/{device}", devices.forget, "DELETE"),
                Route("/compatibility", desk.at(compatibility, any_version=True)),
            ],
        )
    ]
