"""Corrections in the schema: void, replace and restore readings; what each act changed."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
import strawberry

from backend.graphql.balance_groups import BalanceGroup
from backend.graphql.context import Context
from backend.graphql.files import LARGEST_FILE, file_of
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.reading_changes import Difference, differences_of
from backend.services import corrections, idempotency
from backend.services.sheets import FileFormat
from domain.errors import InvalidError
from domain.hours import instant_of, whole_hour
from domain.identity import MeteringPointId
from domain.quantities import unit_of
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


@strawberry.type(description="Sums over the hours of a group that change; null where unknown.")
class GroupTotals:
    """Amounts in the unit of the group."""

    consumption: float | None
    supplied: float | None
    delivered: float | None
    imbalance: float | None

    @classmethod
    def of(cls, told: dict[str, int | None]) -> "GroupTotals":
        """Build the view of sums in Wh or litres."""
        return cls(**{name: None if one is None else one / 1000 for name, one in told.items()})


@strawberry.type(description="What corrections change in a group above, or would.")
class GroupDifference:
    """Hours of the group that change, added up."""

    group: BalanceGroup
    unit: str
    hours: int = strawberry.field(description="How many hours change.")
    start: datetime = strawberry.field(description="Start of the first of them.")
    end: datetime = strawberry.field(description="End of the last of them.")
    before: GroupTotals
    after: GroupTotals


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
    groups: list[GroupDifference] = strawberry.field(
        description="Groups above the points whose hours change, from the root downwards."
    )
    errors: list[UserError]


def _correction(at: int, given: ReadingChangeInput) -> corrections.Correction:
    if (given.index is not None) + given.void + given.restore != 1:
        raise InvalidError(
            "a change has one of index, void and restore", field=f"changes.{at}.index"
        )
    hour = whole_hour(given.hour, f"changes.{at}.hour")
    return corrections.Correction(hour, given.index, restore=given.restore)


def _answer(done: corrections.Done) -> dict[str, Any]:
    """What the key of the act remembers."""
    made = [
        {
            "change": one.change,
            "point": one.point.id,
            "unit": one.unit,
            "differences": list(one.differences),
        }
        for one in done.corrected
    ]
    groups = [
        {
            "group": one.group_id,
            "hours": len(one.hours),
            "span": [one.hours[0], one.hours[-1] + 1],
            "before": asdict(one.before),
            "after": asdict(one.after),
        }
        for one in done.groups
    ]
    return {"made": made, "groups": groups}


async def _payload(
    info: Info, answer: dict[str, Any] | None, errors: list[UserError]
) -> CorrectionsPayload:
    told = answer or {}
    made = [await _made(info, one) for one in told.get("made", [])]
    groups = [await _group(info, one) for one in told.get("groups", [])]
    return CorrectionsPayload(
        corrections=made, groups=[one for one in groups if one is not None], errors=errors
    )


async def _made(info: Info, answer: dict[str, Any]) -> Correction:
    point = await info.context.point(answer["point"])
    assert point is not None
    change = answer["change"]
    return Correction(
        id=None if change is None else strawberry.ID(encode(Kind.READING_CHANGE, change)),
        point=MeteringPoint.of(point),
        unit=answer["unit"],
        differences=differences_of(answer["differences"]),
    )


async def _group(info: Info, answer: dict[str, Any]) -> GroupDifference | None:
    """A group; None where it lies above what the asker may see."""
    row = await info.context.group(answer["group"])
    if row is None:
        return None
    start, end = answer["span"]
    return GroupDifference(
        group=BalanceGroup.of(row),
        unit=unit_of(row.commodity),
        hours=answer["hours"],
        start=instant_of(start),
        end=instant_of(end),
        before=GroupTotals.of(answer["before"]),
        after=GroupTotals.of(answer["after"]),
    )


@strawberry.type
class CorrectionMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Correct, void or restore readings of a metering point.")
    async def correct_readings(self, info: Info, input: CorrectReadingsInput) -> CorrectionsPayload:
        """Resolve by service; the same key and changes do nothing more."""
        now = info.context.now

        async def act(session: TenantSession) -> dict[str, Any]:
            point = MeteringPointId(number_of(Kind.METERING_POINT, input.point, "point"))
            wanted = [_correction(at, one) for at, one in enumerate(input.changes)]

            async def run() -> dict[str, Any]:
                done = await corrections.correct(
                    session, point, wanted, corrections.Act(input.reason, now, input.preview)
                )
                return _answer(done)

            if input.preview:
                return await run()
            told = [(one.hour, str(one.index), one.restore) for one in wanted]
            request = orjson.dumps([point, told, input.reason])
            key = input.idempotency_key
            return await idempotency.once(session, "correctReadings", key, request, run)

        done, errors = await attempt(info.context, Permission.READINGS_CORRECT, act)
        return await _payload(info, done, errors)

    @strawberry.mutation(description="Correct readings by a file: all of it or nothing.")
    async def import_corrections(
        self, info: Info, input: ImportCorrectionsInput
    ) -> CorrectionsPayload:
        """Resolve by service; the same key and file do nothing more."""
        now = info.context.now

        async def act(session: TenantSession) -> dict[str, Any]:
            file = file_of(input.file, input.format, LARGEST_FILE)

            async def run() -> dict[str, Any]:
                done = await corrections.import_corrections(
                    session, file, input.format, corrections.Act(input.reason, now, input.preview)
                )
                return _answer(done)

            if input.preview:
                return await run()
            request = file + input.reason.encode()
            key = input.idempotency_key
            return await idempotency.once(session, "importCorrections", key, request, run)

        done, errors = await attempt(info.context, Permission.READINGS_CORRECT, act)
        return await _payload(info, done, errors)
