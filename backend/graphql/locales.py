"""The language in which whoever asks is told what is told in words."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import strawberry

from backend.graphql.context import Context
from backend.services.alerts.rules import person_of
from backend.store.notifications import recipients
from domain.identity import UserId
from tenants.session import TenantSession

Locale = Annotated[
    str | None,
    strawberry.argument(description="en, ru or ro; without it the viewer's own language."),
]


async def locale_of(context: Context) -> str | None:
    """Language of the person who asks; None for a program."""
    user = person_of(context.scope)

    async def load(session: TenantSession, keys: Sequence[UserId]) -> Mapping[UserId, str]:
        found = await recipients.people(session, keys)
        return {key: person.locale for key, person in found.items()}

    return None if user is None else await context.loader("locales", load).load(user)
