"""Firmware of radio modules in the schema, for operators."""

import base64
from datetime import datetime

import orjson
import strawberry

from backend.graphql.actors import person_name
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.outcomes import UserError, attempt
from backend.services.gateway import firmware as services
from backend.store.network import firmware as store
from backend.store.network.firmware import ReleaseRow
from domain.firmware import Image
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="A stage of a roll-out: the modules it added, and how many updated.")
class FirmwareStage:
    """View of a :class:`services.Stage`."""

    percent: float = strawberry.field(description="Of the modules, those before included.")
    began_at: datetime
    began_by: str
    modules: int
    updated: int = strawberry.field(description="Of these modules, those that report the version.")

    @strawberry.field(description="Name of the person who began it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.began_by)


@strawberry.type(description="A signed image for one hardware generation of radio modules.")
class FirmwareRelease:
    """View of a :class:`ReleaseRow`."""

    id: strawberry.ID
    generation: str
    version: str
    sha256: str
    size: int
    url: str
    manifest: str = strawberry.field(description="What is signed, to the letter.")
    signature: str = strawberry.field(description="Ed25519, in base64.")
    public_key: str = strawberry.field(description="Ed25519, in base64.")
    created_at: datetime
    created_by: str
    halted_at: datetime | None
    halt_reason: str | None
    row: strawberry.Private[ReleaseRow]

    @classmethod
    def of(cls, row: ReleaseRow) -> "FirmwareRelease":
        """Build the view of a row."""
        told = orjson.loads(row.manifest)
        return cls(
            id=strawberry.ID(encode(Kind.FIRMWARE_RELEASE, row.id)),
            generation=row.generation,
            version=row.version,
            sha256=told["sha256"],
            size=told["size"],
            url=told["url"],
            manifest=row.manifest,
            signature=base64.b64encode(row.signature).decode(),
            public_key=base64.b64encode(row.public_key).decode(),
            created_at=row.created_at,
            created_by=row.created_by,
            halted_at=row.halted_at,
            halt_reason=row.halt_reason,
            row=row,
        )

    @strawberry.field(description="Name of the person who published it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.created_by)

    @strawberry.field(description="Stages of the roll-out, the first one first.")
    async def stages(self, info: Info) -> list[FirmwareStage]:
        """Resolve by service."""
        info.context.require(Permission.HEALTH_READ)
        async with info.context.db() as session:
            found = await services.progress(session, self.row)
        return [
            FirmwareStage(
                percent=one.row.percent,
                began_at=one.row.began_at,
                began_by=one.row.began_by,
                modules=one.modules,
                updated=one.updated,
            )
            for one in found
        ]


@strawberry.type
class FirmwareEntrance:
    """Entrance of the viewer to firmware."""

    @strawberry.field(description="Firmware of radio modules, the newest first, in pages.")
    async def firmware_releases(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[FirmwareRelease]:
        """Resolve by service."""
        info.context.require(Permission.HEALTH_READ)
        length, before = page_length(first), position(after)
        async with info.context.db() as session:
            rows = await store.releases(session, before, length + 1)
        return page([(row.id, FirmwareRelease.of(row)) for row in rows], length)


@strawberry.input(description="An image that devices can fetch.")
class PublishFirmwareInput:
    """What the manifest will say."""

    generation: str = strawberry.field(description="Hardware generation of the modules.")
    version: str
    sha256: str = strawberry.field(description="Of the image, in lower case.")
    size: int
    url: str


@strawberry.type
class FirmwarePayload:
    """The release as it is now."""

    release: FirmwareRelease | None
    errors: list[UserError]


@strawberry.type
class FirmwareMutation:
    """What can be done about firmware."""

    @strawberry.mutation(description="Sign a manifest; nobody is offered it yet.")
    async def publish_firmware(self, info: Info, input: PublishFirmwareInput) -> FirmwarePayload:
        """Resolve by service."""
        image = Image(input.generation, input.version, input.sha256, input.size, input.url)

        async def act(session: TenantSession) -> ReleaseRow:
            return await services.publish(session, image, info.context.master_key)

        return _payload(*await attempt(info.context, Permission.METERING_WRITE, act))

    @strawberry.mutation(description="Offer a release to the first so many percent of modules.")
    async def advance_firmware(
        self, info: Info, id: strawberry.ID, percent: float
    ) -> FirmwarePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> ReleaseRow:
            number = number_of(Kind.FIRMWARE_RELEASE, id, "id")
            return await services.advance(session, number, percent)

        return _payload(*await attempt(info.context, Permission.METERING_WRITE, act))

    @strawberry.mutation(description="Offer a release to nobody any more.")
    async def halt_firmware(self, info: Info, id: strawberry.ID, reason: str) -> FirmwarePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> ReleaseRow:
            number = number_of(Kind.FIRMWARE_RELEASE, id, "id")
            return await services.halt(session, number, reason)

        return _payload(*await attempt(info.context, Permission.METERING_WRITE, act))


def _payload(made: ReleaseRow | None, errors: list[UserError]) -> FirmwarePayload:
    release = None if made is None else FirmwareRelease.of(made)
    return FirmwarePayload(release=release, errors=errors)
