"""What people make of findings: acknowledge, inspect, close; what inspections teach; prices."""

from datetime import datetime
from decimal import Decimal

from backend.services.alerts import marking
from backend.services.findings import outcomes
from backend.services.notifications import events
from backend.store.findings import experience, finding_lists, findings
from backend.store.findings.experience import Price
from backend.store.findings.finding_lists import FindingRow
from domain.errors import InvalidError, NotFoundError
from domain.findings import (
    FAMILY,
    FindingState,
    FindingVerdict,
    Word,
    checked_note,
    follow,
    moved,
)
from domain.hook_events import HookEvent
from domain.quantities import Commodity
from tenants import audit
from tenants.session import TenantSession

MOST_PRICE = Decimal(10) ** 6


async def acknowledge(
    session: TenantSession, number: int, note: str | None, now: datetime
) -> FindingRow:
    """Take note of a finding: somebody looks after it.

    Raises
    ------
    NotFoundError
        There is no such finding in sight.
    ConflictError
        FINDING_CLOSED: it is closed.
    """
    return await _move(session, number, Word(FindingState.ACKNOWLEDGED), note, now)


async def inspect(
    session: TenantSession,
    number: int,
    verdict: FindingVerdict,
    note: str | None,
    now: datetime,
) -> FindingRow:
    """Say what was found on the spot; it moves the thresholds of its family within bounds.

    Raises
    ------
    NotFoundError, ConflictError
        As of acknowledging.
    """
    before = await _in_sight(session, number)
    word = Word(FindingState.INSPECTED, verdict)
    row = await _move(session, number, word, note, now)
    if before.verdict is not verdict:
        await _learn(session, row, verdict, now)
        if verdict is FindingVerdict.CONFIRMED:
            thing = outcomes.thing_of(row)
            await events.happened(session, HookEvent.FINDING_CONFIRMED, [thing], now)
    return row


async def close(session: TenantSession, number: int, note: str | None, now: datetime) -> FindingRow:
    """Close a finding: it is repaired, or it needs no repair.

    Raises
    ------
    NotFoundError
        There is no such finding in sight.
    """
    row = await _in_sight(session, number)
    closed = await _move(session, number, Word(FindingState.CLOSED, row.verdict), note, now)
    await marking.note_closed(session, number)
    return closed


async def _in_sight(session: TenantSession, number: int) -> FindingRow:
    row = (await finding_lists.load_findings(session, [number])).get(number)
    if row is None:
        error = NotFoundError("finding", number)
        error.field = "finding"
        raise error
    return row


async def _move(
    session: TenantSession, number: int, word: Word, note: str | None, now: datetime
) -> FindingRow:
    told = checked_note(note)
    await findings.become_the_judge(session)
    row = await _in_sight(session, number)
    if not follow(row.state, row.verdict, word):
        return row
    await findings.step(session, number, word.state, word.verdict, now, by_person=True, note=told)
    await audit.record(
        session, f"finding.{word.state}", f"finding {number}", {"verdict": word.verdict}
    )
    return await _in_sight(session, number)


async def _learn(
    session: TenantSession, row: FindingRow, verdict: FindingVerdict, now: datetime
) -> None:
    family = FAMILY[row.kind]
    factor = (await experience.factors(session)).get(family, 1.0)
    await experience.add_inspection(session, row.id, family, verdict, moved(factor, verdict), now)


async def set_price(
    session: TenantSession, commodity: Commodity, price: Decimal | None, currency: str
) -> Price | None:
    """Set what a kWh or m3 is worth to the tenant; None to have no price.

    Raises
    ------
    InvalidError
        The price is negative, too high or no number; the currency is no code of three letters.
    """
    if len(currency) != 3 or not (currency.isascii() and currency.isupper() and currency.isalpha()):
        raise InvalidError(
            f"currency must be an ISO 4217 code such as MDL, not {currency!r}", field="currency"
        )
    if price is None:
        await experience.forget_price(session, commodity)
        await audit.record(session, "price.forget", str(commodity), {})
        return None
    if not price.is_finite() or not 0 <= price <= MOST_PRICE:
        raise InvalidError(f"price must be 0 to {MOST_PRICE}, not {price}", field="price")
    found = Price(commodity, round(price, 6), currency)
    await experience.set_price(session, found)
    await audit.record(session, "price.set", str(commodity), {"price": f"{price} {currency}"})
    return found
