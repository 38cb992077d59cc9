"""The acceptance certificate in the schema, and the check of documents by their hash."""

from datetime import date, datetime

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, number_of
from backend.graphql.ledger import MissingReason
from backend.graphql.outcomes import UserError, attempt
from backend.services.reading import acceptance as services
from domain.hours import instant_of
from domain.identity import SiteId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="What came from the meters placed at one site.")
class AcceptanceSite:
    """View of a :class:`services.SiteCount`."""

    path: str
    points: int
    expected: int
    missing: int


@strawberry.type(description="Hours of a metering point that were not seen.")
class AcceptanceException:
    """View of a :class:`services.Gap`."""

    site: str
    point: str
    meter: str | None = strawberry.field(description="Serial of the meter that stood there.")
    reason: MissingReason
    from_: datetime = strawberry.field(name="from")
    to: datetime


@strawberry.type(description="Days in which every hour of every meter was seen, or what was not.")
class Acceptance:
    """View of a :class:`services.Certificate`."""

    accepted: bool
    from_: date = strawberry.field(name="from")
    days: int
    points: int
    expected: int
    on_time: int
    late: int
    backfilled: int
    manual: int
    missing: int
    percent: float | None
    sites: list[AcceptanceSite]
    exceptions: list[AcceptanceException]
    hash: str = strawberry.field(
        description="SHA-256 of the content; verifyDocument checks it once it is issued."
    )
    content: str = strawberry.field(description="What it says, as the JSON that is hashed.")

    @classmethod
    def of(cls, found: services.Certificate) -> "Acceptance":
        """Build the view of a certificate."""
        return cls(
            accepted=found.accepted,
            from_=found.first_day,
            days=found.days,
            points=found.points,
            expected=found.expected,
            on_time=found.on_time,
            late=found.late,
            backfilled=found.backfilled,
            manual=found.manual,
            missing=found.missing,
            percent=found.percent,
            sites=[
                AcceptanceSite(
                    path=one.path, points=one.points, expected=one.expected, missing=one.missing
                )
                for one in found.sites
            ],
            exceptions=[
                AcceptanceException(
                    site=gap.site,
                    point=gap.point,
                    meter=gap.meter,
                    reason=MissingReason[gap.reason.name],
                    from_=instant_of(gap.start),
                    to=instant_of(gap.end),
                )
                for gap in found.gaps
            ],
            hash=found.hash,
            content=found.content,
        )


@strawberry.type(description="What is to be said of a document by its hash.")
class DocumentCheck:
    """View of a :class:`services.Check`."""

    kind: str
    valid: bool = strawberry.field(description="What was kept under this hash still has it.")
    current: bool = strawberry.field(
        description="The same would be issued now: nothing it speaks of has changed since."
    )
    issued_at: datetime
    issued_by: str
    content: str


@strawberry.input(description="The certificate of a site over some whole days that are over.")
class IssueAcceptanceInput:
    """The same certificate is issued once, however often it is asked for."""

    site: strawberry.ID
    from_: date = strawberry.field(name="from", description="First day, local to the site.")
    days: int


@strawberry.type
class AcceptancePayload:
    """What was issued."""

    acceptance: Acceptance | None
    errors: list[UserError]


@strawberry.type
class DocumentMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Issue a certificate of acceptance: its hash can be checked.")
    async def issue_acceptance(self, info: Info, input: IssueAcceptanceInput) -> AcceptancePayload:
        """Resolve by service."""
        now = info.context.now

        async def act(session: TenantSession) -> services.Certificate:
            site = SiteId(number_of(Kind.SITE, input.site, "site"))
            return await services.issue(session, site, input.from_, input.days, now)

        found, errors = await attempt(info.context, Permission.REPORTS_READ, act)
        if found is None:
            return AcceptancePayload(acceptance=None, errors=errors)
        info.context.spend(found.points * (found.span.end - found.span.start))
        return AcceptancePayload(acceptance=Acceptance.of(found), errors=[])


@strawberry.type
class DocumentQueries:
    """Checks of documents."""

    @strawberry.field(description="Check a document by its hash; null when it was never issued.")
    async def verify_document(self, info: Info, hash: str) -> DocumentCheck | None:
        """Resolve by service."""
        info.context.require(Permission.REPORTS_READ)
        async with info.context.db() as session:
            found = await services.verify(session, hash, info.context.now)
        if found is None:
            return None
        return DocumentCheck(
            kind=found.kind,
            valid=found.valid,
            current=found.current,
            issued_at=found.issued_at,
            issued_by=found.issued_by,
            content=found.content,
        )
