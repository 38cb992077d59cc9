"""The seven checks of a group in the schema."""

import strawberry

from backend.graphql.context import Context
from backend.graphql.findings import Finding
from backend.graphql.locales import Locale, locale_of
from backend.services.findings import checks
from backend.services.findings.checks import Check, Checked, Outcome
from backend.store.model.metered import GroupRow
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

strawberry.enum(Check, name="GroupCheckKind", description="What is looked at in a group.")
strawberry.enum(Outcome, name="GroupCheckOutcome", description="What a check came to.")


@strawberry.type(description="One of the seven checks of a group, over its last seven days.")
class GroupCheck:
    """View of a :class:`Checked`."""

    check: Check
    outcome: Outcome
    findings: list[Finding] = strawberry.field(description="Those that made it fail.")
    found: strawberry.Private[Checked]

    @classmethod
    def of(cls, found: Checked) -> "GroupCheck":
        """Build the view of a check."""
        return cls(
            check=found.check,
            outcome=found.outcome,
            findings=[Finding.of(row) for row in found.findings],
            found=found,
        )

    @strawberry.field(description="What it came to, in a sentence.")
    async def explanation(self, info: Info, locale: Locale = None) -> str:
        """Resolve by the words of checks."""
        return self.found.explain(locale or await locale_of(info.context))


@strawberry.type
class GroupChecks:
    """What a group shows of its checks."""

    row: strawberry.Private[GroupRow]

    @strawberry.field(
        description=(
            "Meters, balance meter, mains, coolant, connections before meters, manipulation, and"
            " what analyses name."
        )
    )
    async def checks(self, info: Info) -> list[GroupCheck]:
        """Resolve through the loader."""
        info.context.require(Permission.FINDINGS_READ)
        info.context.spend(checks.HOURS)
        found = await info.context.read(checks.of_groups, self.row, None)
        return [GroupCheck.of(one) for one in found]
