"""Verification of meters in the schema: keep, verify on a date, or replace."""

from datetime import date
from decimal import Decimal

import strawberry

from analytics.verification import Advice
from backend.graphql.context import Context
from backend.graphql.findings import Finding
from backend.graphql.metering_points import MeteringPoint
from backend.services.reading import verifications
from backend.services.reading.verifications import Prices
from backend.store.findings import finding_lists
from domain.errors import InvalidError
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

strawberry.enum(Advice, name="VerificationAdvice", description="What to do with a meter.")

_CENT = Decimal("0.01")


@strawberry.input(description="Prices in one currency.")
class VerificationPrices:
    """All above zero."""

    unit: Decimal = strawberry.field(description="Of a kWh or m3.")
    verification: Decimal
    replacement: Decimal

    def checked(self) -> Prices:
        """Prices as numbers.

        Raises
        ------
        InvalidError
            One is not above zero.
        """
        for name in ("unit", "verification", "replacement"):
            if getattr(self, name) <= 0:
                raise InvalidError(f"{name} must be above 0", field=f"prices.{name}")
        return Prices(float(self.unit), float(self.verification), float(self.replacement))


@strawberry.type(description="Whether a meter is worth verifying.")
class MeterVerification:
    """Its error from the group's balance, and both rules."""

    point: MeteringPoint
    meter_serial: str
    uncounted_percent: float = strawberry.field(
        description="What it counts too little, in percent of its reading; negative: too much."
    )
    uncounted_error: float = strawberry.field(description="Standard uncertainty, in percent.")
    advice: Advice = strawberry.field(
        description="By the cautious end of the uncertainty: chance alone sends nobody out."
    )
    loss_a_year: Decimal = strawberry.field(description="What it loses in a year as it is.")
    verify_on: date | None = strawberry.field(
        description="Least cost a year: min (K + L(T)) / T; null for a meter to keep."
    )
    earliest: date | None = strawberry.field(description="10 % quantile of that day.")
    latest: date | None = strawberry.field(description="90 % quantile of that day.")
    breakeven_on: date | None = strawberry.field(
        description="When the lost money equals the cost of acting."
    )
    number: strawberry.Private[int | None]

    @strawberry.field(
        description="Open finding that says that it counts too little: inspect it first. What it"
        " says vanished is in no figure here, of no meter."
    )
    async def finding(self, info: Info) -> Finding | None:
        """Resolve through the loader."""
        if self.number is None or Permission.FINDINGS_READ not in info.context.scope.permissions:
            return None
        loader = info.context.loader("findings", finding_lists.load_findings)
        row = await loader.load(self.number)
        return None if row is None else Finding.of(row)


@strawberry.type(description="Meters of a group: suspected ones first, then those that lose most.")
class Verifications:
    """Whole hours in which inlet and all meters are known."""

    hours: int
    meters: list[MeterVerification]


def view(found: verifications.Verifications, context: Context) -> Verifications:
    """Build the view."""
    return Verifications(
        hours=found.hours,
        meters=[_meter(one, context) for one in found.meters],
    )


def _meter(one: verifications.Verified, context: Context) -> MeterVerification:
    def day(years: float) -> date | None:
        moment = verifications.on(years, context.now)
        return None if moment is None else moment.date()

    advised = one.advised
    return MeterVerification(
        point=MeteringPoint.of(one.point),
        meter_serial=one.meter,
        uncounted_percent=100 * one.share,
        uncounted_error=100 * one.error,
        advice=advised.advice,
        loss_a_year=Decimal(repr(advised.loss_a_year)).quantize(_CENT),
        verify_on=None if advised.advice is Advice.KEEP else day(advised.optimum),
        earliest=day(advised.earliest),
        latest=day(advised.latest),
        breakeven_on=day(advised.breakeven),
        number=one.finding,
    )
