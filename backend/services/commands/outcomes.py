"""Telling programs what became of commands."""

from collections.abc import Sequence
from datetime import datetime

from backend.services.notifications import events
from backend.services.notifications.events import Thing
from backend.store.control.command_release import Heard
from domain.commands import CommandState
from domain.hook_events import HookEvent
from tenants.session import TenantSession

_FAILED = frozenset({CommandState.REJECTED, CommandState.FAILED, CommandState.EXPIRED})


async def tell_heard(session: TenantSession, heard: Sequence[Heard], now: datetime) -> None:
    """Tell of commands of which their devices spoke: done, or not."""
    done = [_thing(one) for one in heard if one.judged.state is CommandState.EXECUTED]
    not_done = [_thing(one) for one in heard if one.judged.state in _FAILED]
    await events.happened(session, HookEvent.COMMAND_DONE, done, now)
    await events.happened(session, HookEvent.COMMAND_FAILED, not_done, now)


def _thing(one: Heard) -> Thing:
    facts = {
        "kind": one.command.kind.upper(),
        "state": one.judged.state.upper(),
        "code": one.judged.code,
        "supply": None if one.command.supply is None else one.command.supply.upper(),
        "limitKw": None if one.command.limit_w is None else one.command.limit_w / 1000,
    }
    return Thing("Command", one.command.id, facts, str(one.judged.state))


async def tell_closed(
    session: TenantSession, ids: Sequence[int], state: CommandState, now: datetime
) -> None:
    """Tell of commands that ended without a word of their devices."""
    things = [Thing("Command", one, {"state": state.upper()}, str(state)) for one in ids]
    await events.happened(session, HookEvent.COMMAND_FAILED, things, now)
