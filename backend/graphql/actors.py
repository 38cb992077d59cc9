"""Names of those who acted, as the trail has them."""

from backend.graphql.context import Context
from backend.services.alerts.rules import PERSON
from backend.store.alerts import alert_lists
from domain.identity import UserId


async def name_of(context: Context, user: UserId | None) -> str | None:
    """Name of a person; None for nobody."""
    return None if user is None else await context.loader("names", alert_lists.people).load(user)


async def person_name(context: Context, actor: str) -> str | None:
    """Name of the person who acted; None for a program, and for who is gone."""
    if not actor.startswith(PERSON):
        return None
    return await name_of(context, UserId(int(actor.removeprefix(PERSON))))
