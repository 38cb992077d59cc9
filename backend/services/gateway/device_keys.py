"""Keys of devices: a new secret for one that is known, and the claim of one from the factory."""

from dataclasses import dataclass, field

from backend.services.metering_import import NewDevice
from backend.store.network import devices
from domain.authenticity import device_secret, is_claim_code
from domain.devices import CONCENTRATORS
from domain.errors import ConflictError, InvalidError, LimitError, NotFoundError
from domain.identity import ConcentratorId, SiteId
from tenants import audit
from tenants.models import DeviceKind
from tenants.session import TenantSession

MOST_ATTEMPTS = 20
"""Claims that one tenant may try within an hour; a code has 60 bits."""

LONGEST_SERIAL = 64


@dataclass(frozen=True, slots=True)
class NewKey:
    """A secret that is shown this once; the one before it is good until this one is used."""

    serial: str
    generation: int
    secret: str = field(repr=False)


async def rotate(session: TenantSession, serial: str, master_key: bytes) -> NewKey:
    """Give a concentrator a new secret.

    Raises
    ------
    NotFoundError
        The tenant has no such concentrator.
    """
    generation = await devices.rotate(session, serial)
    if generation is None:
        raise NotFoundError("concentrator", serial)
    await audit.record(session, "device.rotate", f"device:{serial}", {"generation": generation})
    return NewKey(serial, generation, device_secret(master_key, serial, generation))


async def count_claim(session: TenantSession, serial: str) -> None:
    """Count an attempt to claim a device, in a transaction that is committed whatever follows.

    Raises
    ------
    LimitError
        TOO_MANY_ATTEMPTS within an hour.
    """
    if await devices.count_attempt(session, serial) > MOST_ATTEMPTS:
        raise LimitError(
            f"more than {MOST_ATTEMPTS} claims within an hour; try again later",
            code="TOO_MANY_ATTEMPTS",
            retry_after_s=3600,
        )


async def claim(  # noqa: PLR0913, PLR0917 - what is claimed, by which word, as what and where
    session: TenantSession,
    serial: str,
    code: str,
    generation: str,
    site: SiteId | None,
    master_key: bytes,
) -> tuple[ConcentratorId, NewDevice | None]:
    """Make a concentrator from the factory known by the code on its label.

    Claiming one's own again changes nothing, and shows no secret.

    Raises
    ------
    InvalidError
        CLAIM_REFUSED, whether the serial exists or not; UNKNOWN_GENERATION.
    ConflictError
        SERIAL_NOT_AVAILABLE: it is somebody else's, or a module.
    """
    if generation not in CONCENTRATORS:
        raise InvalidError(
            f"generation = {generation!r}: must be one of {', '.join(CONCENTRATORS)}",
            code="UNKNOWN_GENERATION",
            field="generation",
        )
    sound = 0 < len(serial) <= LONGEST_SERIAL and serial.isprintable()
    if not sound or not is_claim_code(master_key, serial, code):
        raise InvalidError(
            "serial and claim code do not belong together", code="CLAIM_REFUSED", field="claimCode"
        )
    owner = await devices.owner_of(session, serial)
    if owner is not None and owner[:2] == (session.scope.tenant_id, DeviceKind.CONCENTRATOR):
        return ConcentratorId(owner[2]), None
    made = None
    if owner is None:
        made = await devices.make(session, serial, generation, site)
    if made is None:
        raise ConflictError(
            f"serial = {serial!r}: the serial is not available",
            code="SERIAL_NOT_AVAILABLE",
            field="serial",
        )
    await audit.record(
        session, "device.claim", f"device:{serial}", {"generation": generation, "site": site}
    )
    return made, NewDevice(serial, device_secret(master_key, serial, 1))
