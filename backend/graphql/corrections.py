"""Corrections in the schema: void, replace and restore readings; what each act changed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
import strawberry

from backend.graphql.context import Context
from backend.graphql.files import LARGEST_FILE, file_of
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.reading_changes import Difference, differences_of
from backend.services import corrections, idempotency
from backend.services.sheets import FileFormat
from domain.errors import InvalidError
from domain.hours import whole_hour
from domain.identity import MeteringPointId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="What was corrected at one point, or would be.")
class Correction:
    """An act of correction."""

    id: strawberry.ID | None = strawberry.field(description="Null in a preview.")
    point: MeteringPoint
    unit: str
    differences: list[Difference]


@strawberry.input(description="What shall stand at the end of an hour: one of the three.")
class ReadingChangeInput:
    """An index, void, or what was pushed again."""

    hour: datetime = strawberry.field(description="Start of the hour.")
    index: Decimal | None = strawberry.field(
        default=None, description="The dial at the end of the hour, in kWh or m3."
    )
    void: bool = strawberry.field(
        default=False, description="The counter is wrong, and nobody knows the right one."
    )
    restore: bool = strawberry.field(default=False, description="Take a correction back.")


@strawberry.input(description="Corrections of the readings of one metering point.")
class CorrectReadingsInput:
    """All or nothing."""

    point: strawberry.ID
    changes: list[ReadingChangeInput]
    reason: str
    idempotency_key: str
    preview: bool = strawberry.field(default=False, description="Say what it would change only.")


@strawberry.input(description="A file of corrections: columns meter_serial, hour, index.")
class ImportCorrectionsInput:
    """All or nothing."""

    file: str = strawberry.field(description="CSV as text; XLSX in base64.")
    format: FileFormat = FileFormat.CSV
    reason: str
    idempotency_key: str
    preview: bool = strawberry.field(default=False, description="Say what it would change only.")


@strawberry.type
class CorrectionsPayload:
    """What was corrected."""

    corrections: list[Correction]
    errors: list[UserError]


def _correction(at: int, given: ReadingChangeInput) -> corrections.Correction:
    if (given.index is not None) + given.void + given.restore != 1:
        raise InvalidError(
            "a change has one of index, void and restore", field=f"changes.{at}.index"
        )
    hour = whole_hour(given.hour, f"changes.{at}.hour")
    return corrections.Correction(hour, given.index, restore=given.restore)


def _answer(done: corrections.Corrected) -> dict[str, Any]:
    return {
        "change": done.change,
        "point": done.point.id,
        "unit": done.unit,
        "differences": list(done.differences),
    }


async def _payload(
    info: Info, answers: list[dict[str, Any]] | None, errors: list[UserError]
) -> CorrectionsPayload:
    made = []
    for answer in answers or []:
        point = await info.context.point(answer["point"])
        assert point is not None
        change = answer["change"]
        made.append(
            Correction(
                id=None if change is None else strawberry.ID(encode(Kind.READING_CHANGE, change)),
                point=MeteringPoint.of(point),
                unit=answer["unit"],
                differences=differences_of(answer["differences"]),
            )
        )
    return CorrectionsPayload(corrections=made, errors=errors)


@strawberry.type
class CorrectionMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Correct, void or restore readings of a metering point.")
    async def correct_readings(self, info: Info, input: CorrectReadingsInput) -> CorrectionsPayload:
        """Resolve by service; the same key and changes do nothing more."""
        now = info.context.now

        async def act(session: TenantSession) -> list[dict[str, Any]]:
            point = MeteringPointId(number_of(Kind.METERING_POINT, input.point, "point"))
            wanted = [_correction(at, one) for at, one in enumerate(input.changes)]

            async def run() -> dict[str, Any]:
                done = await corrections.correct(
                    session, point, wanted, corrections.Act(input.reason, now, input.preview)
                )
                return {"made": [_answer(done)]}

            if input.preview:
                return list((await run())["made"])
            told = [(one.hour, str(one.index), one.restore) for one in wanted]
            request = orjson.dumps([point, told, input.reason])
            key = input.idempotency_key
            made = await idempotency.once(session, "correctReadings", key, request, run)
            return list(made["made"])

        done, errors = await attempt(info.context, Permission.READINGS_CORRECT, act)
        return await _payload(info, done, errors)

    @strawberry.mutation(description="Correct readings by a file: all of it or nothing.")
    async def import_corrections(
        self, info: Info, input: ImportCorrectionsInput
    ) -> CorrectionsPayload:
        """Resolve by service; the same key and file do nothing more."""
        now = info.context.now

        async def act(session: TenantSession) -> list[dict[str, Any]]:
            file = file_of(input.file, input.format, LARGEST_FILE)

            async def run() -> dict[str, Any]:
                done = await corrections.import_corrections(
                    session, file, input.format, corrections.Act(input.reason, now, input.preview)
                )
                return {"made": [_answer(one) for one in done.corrected]}

            if input.preview:
                return list((await run())["made"])
            request = file + input.reason.encode()
            key = input.idempotency_key
            made = await idempotency.once(session, "importCorrections", key, request, run)
            return list(made["made"])

        done, errors = await attempt(info.context, Permission.READINGS_CORRECT, act)
        return await _payload(info, done, errors)
