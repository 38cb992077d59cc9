"""Roll-out of firmware to radio modules: signed once, offered stage by stage, halted at once."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.store.network import firmware as store
from backend.store.network.firmware import ReleaseRow, StageRow
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.firmware import Image, is_due, share_of, sign
from domain.identity import ConcentratorId
from tenants import audit
from tenants.session import TenantSession

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a stage has come: modules that it added, and those that run the version."""

    row: StageRow
    modules: int
    updated: int


async def publish(session: TenantSession, image: Image, master_key: bytes) -> ReleaseRow:
    """Sign an image and keep it; nobody is offered it yet.

    Raises
    ------
    InvalidError
        BAD_FIRMWARE.
    ConflictError
        FIRMWARE_EXISTS: this version was published before.
    """
    image.check()
    made = await store.publish(session, image, sign(master_key, image.manifest()))
    if made is None:
        message = f"version = {image.version!r}: published before for {image.generation}"
        raise ConflictError(message, code="FIRMWARE_EXISTS", field="version")
    await audit.record(session, "firmware.published", f"{image.generation} {image.version}")
    return await _release(session, made)


async def advance(session: TenantSession, number: int, percent: float) -> ReleaseRow:
    """Offer a release to the first so many percent of the modules.

    Raises
    ------
    NotFoundError
        There is no such release.
    InvalidError
        STAGE_BACKWARDS: the share is no larger than the one before, or above 100.
    ConflictError
        FIRMWARE_HALTED.
    """
    row = await _release(session, number)
    if row.halted_at is not None:
        message = "a halted release is offered to nobody"
        raise ConflictError(message, code="FIRMWARE_HALTED", field="id")
    before = max((one.percent for one in await _stages(session, number)), default=0.0)
    if not before < percent <= 100:
        message = f"percent must be above {before:g} and at most 100, not {percent:g}"
        raise InvalidError(message, code="STAGE_BACKWARDS", field="percent")
    await store.begin_stage(session, number, percent)
    told = {"percent": f"{percent:g}"}
    await audit.record(session, "firmware.stage", f"{row.generation} {row.version}", told)
    return row


async def halt(session: TenantSession, number: int, reason: str) -> ReleaseRow:
    """Offer a release to nobody any more; modules that run it keep it.

    Raises
    ------
    NotFoundError
        There is no such release.
    InvalidError
        The reason is empty or too long.
    """
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidError(f"reason must have 1 to {LONGEST_REASON} characters", field="reason")
    row = await _release(session, number)
    if row.halted_at is None:
        await store.halt(session, number, reason.strip())
        told = {"reason": reason.strip()}
        await audit.record(session, "firmware.halted", f"{row.generation} {row.version}", told)
    return await _release(session, number)


async def progress(session: TenantSession, release: ReleaseRow) -> list[Stage]:
    """How far each stage of a release has come, by what modules report that they run."""
    rows = await _stages(session, release.id)
    if not rows:
        return []
    modules = await store.modules(session, [release.generation])
    places = [
        (share_of(module.serial, release.version), module.firmware == release.version)
        for module in modules
    ]
    found, low = [], 0.0
    for row in rows:
        own = [updated for share, updated in places if low <= share < row.percent]
        found.append(Stage(row, len(own), sum(own)))
        low = row.percent
    return found


async def offered(session: TenantSession, concentrator: ConcentratorId) -> list[dict[str, Any]]:
    """What a concentrator shall bring to its modules, as its configuration tells it."""
    offers = await store.offers(session)
    if not offers:
        return []
    modules = await store.modules(session, [one.generation for one in offers], concentrator)
    found = []
    for offer in offers:
        due = [
            module.serial
            for module in modules
            if module.generation == offer.generation
            and module.firmware != offer.version
            and is_due(module.serial, offer.version, offer.percent)
        ]
        if due:
            found.append(
                {
                    "manifest": offer.manifest,
                    "signature": base64.b64encode(offer.signature).decode(),
                    "public_key": base64.b64encode(offer.public_key).decode(),
                    "modules": due,
                }
            )
    return found


async def _release(session: TenantSession, number: int) -> ReleaseRow:
    row = await store.release(session, number)
    if row is None:
        raise NotFoundError("id", str(number))
    return row


async def _stages(session: TenantSession, number: int) -> Sequence[StageRow]:
    return (await store.stages(session, [number])).get(number, [])
