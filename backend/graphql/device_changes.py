"""Mutations of devices: keys, claims, and the files of manual collectors."""

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, number_of
from backend.graphql.metering_changes import NewDevice
from backend.graphql.network import Concentrator
from backend.graphql.outcomes import UserError, attempt
from backend.services.gateway import device_keys, intake, manual
from backend.services.gateway.intake import About
from backend.services.model import places
from domain.devices import DEFAULT_CONCENTRATOR
from domain.errors import InvalidError, LimitError, NotFoundError
from domain.identity import ConcentratorId, SiteId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type
class RotateDeviceKeyPayload:
    """The new secret, shown this once; the one before it is good until this one is used."""

    device: NewDevice | None
    generation: int | None
    errors: list[UserError]


@strawberry.input(description="A concentrator from the factory, and the code on its label.")
class ClaimConcentratorInput:
    """Who holds the label owns the device."""

    serial: str
    claim_code: str
    generation: str = DEFAULT_CONCENTRATOR
    site: strawberry.ID | None = None


@strawberry.type
class ClaimConcentratorPayload:
    """The concentrator; its secret only when it was not the tenant's before."""

    concentrator: Concentrator | None
    device: NewDevice | None
    errors: list[UserError]


@strawberry.input(description="A manual collector's file: JSON or msgpack, gzipped or not.")
class UploadManualReadingsInput:
    """Frames of one concentrator, which the file may name itself."""

    file: str = strawberry.field(description="In base64.")
    concentrator: strawberry.ID | None = None


@strawberry.type(description="A frame that was not taken.")
class RefusedFrame:
    """Refused by number."""

    sequence: str
    code: str
    message: str


@strawberry.type
class UploadManualReadingsPayload:
    """Numbers of frames as text, since they may have 63 bits."""

    accepted: list[str]
    duplicates: list[str]
    rejected: list[RefusedFrame]
    errors: list[UserError]


async def _concentrator(session: TenantSession, number: ConcentratorId) -> Concentrator:
    rows = await places.load_concentrators(session, [number])
    if number not in rows:
        error = NotFoundError("concentrator", number)
        error.field = "concentrator"
        raise error
    return Concentrator.of(rows[number])


@strawberry.type
class DeviceMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Give a concentrator a new secret.")
    async def rotate_device_key(
        self, info: Info, concentrator: strawberry.ID
    ) -> RotateDeviceKeyPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> device_keys.NewKey:
            number = ConcentratorId(number_of(Kind.CONCENTRATOR, concentrator, "concentrator"))
            found = await _concentrator(session, number)
            return await device_keys.rotate(session, found.serial, info.context.master_key)

        done, errors = await attempt(info.context, Permission.METERING_INSTALL, act)
        if done is None:
            return RotateDeviceKeyPayload(device=None, generation=None, errors=errors)
        device = NewDevice(serial=done.serial, secret=done.secret)
        return RotateDeviceKeyPayload(device=device, generation=done.generation, errors=[])

    @strawberry.mutation(description="Make a concentrator from the factory known.")
    async def claim_concentrator(
        self, info: Info, input: ClaimConcentratorInput
    ) -> ClaimConcentratorPayload:
        """Resolve by service; the attempt counts whatever becomes of this request."""
        context = info.context
        context.require(Permission.METERING_INSTALL)
        try:
            async with context.database.session(context.scope) as counting:
                await device_keys.count_claim(counting, input.serial)
        except LimitError as error:
            refused = UserError(code=error.code, field="claimCode", message=error.message)
            return ClaimConcentratorPayload(concentrator=None, device=None, errors=[refused])

        async def act(session: TenantSession) -> ClaimConcentratorPayload:
            site = None if input.site is None else SiteId(number_of(Kind.SITE, input.site, "site"))
            made, device = await device_keys.claim(
                session,
                input.serial,
                input.claim_code,
                input.generation,
                site,
                context.master_key,
            )
            return ClaimConcentratorPayload(
                concentrator=await _concentrator(session, made),
                device=None
                if device is None
                else NewDevice(serial=device.serial, secret=device.secret),
                errors=[],
            )

        done, errors = await attempt(context, Permission.METERING_INSTALL, act)
        return done or ClaimConcentratorPayload(concentrator=None, device=None, errors=errors)

    @strawberry.mutation(description="Bring the readings of a manual collector.")
    async def upload_manual_readings(
        self, info: Info, input: UploadManualReadingsInput
    ) -> UploadManualReadingsPayload:
        """Resolve by service; frames that came before are duplicates."""
        context = info.context

        async def act(session: TenantSession) -> intake.Acceptance:
            file = manual.read_base64(input.file)
            whose = await manual.about(session, file.document)
            if input.concentrator is not None:
                number = number_of(Kind.CONCENTRATOR, input.concentrator, "concentrator")
                found = await _concentrator(session, ConcentratorId(number))
                if whose is not None and whose.serial != found.serial:
                    raise InvalidError(
                        f"the file tells of {whose.serial}, not of {found.serial}",
                        code="OTHER_CONCENTRATOR",
                        field="concentrator",
                    )
                whose = About(found.serial, ConcentratorId(number))
            if whose is None:
                raise InvalidError(
                    "neither the file nor the input names the concentrator",
                    code="UNKNOWN_CONCENTRATOR",
                    field="concentrator",
                )
            await _concentrator(session, whose.concentrator_id)  # in sight
            push = manual.push_of(file, 0, whose)
            judged = intake.judge(push)
            return await manual.take(session, whose.concentrator_id, push, judged, context.now)

        done, errors = await attempt(context, Permission.METERING_INSTALL, act)
        if done is None:
            return UploadManualReadingsPayload(
                accepted=[], duplicates=[], rejected=[], errors=errors
            )
        return UploadManualReadingsPayload(
            accepted=[str(one) for one in done.accepted],
            duplicates=[str(one) for one in done.duplicates],
            rejected=[
                RefusedFrame(sequence=str(one.sequence), code=one.code, message=one.message)
                for one in done.rejected
            ],
            errors=[],
        )
