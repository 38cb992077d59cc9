"""``GET /gateway/v1/commands``: a long poll that is answered as soon as a command may leave."""

from datetime import UTC, datetime
from random import random

from starlette.requests import Request
from starlette.responses import Response

from backend.clients.events import Events
from domain.commands_wire import stamp
from domain.errors import InvalidError
from ingestion import answers
from ingestion.downlink import Downlink
from ingestion.gateway import Gateway, body_of, counter_of
from ingestion.replay_windows import ReplayWindows

LONGEST_HOLD_S = 50.0
_SPREAD = 0.1
"""Polls that began together do not end together."""

_LARGEST = 2**63


class BadPollError(InvalidError):
    """A parameter of a poll has no sense."""

    code = "BAD_POLL"


class Polls:
    """Takes polls; one instance a process."""

    def __init__(
        self, gateway: Gateway, downlink: Downlink, windows: ReplayWindows, events: Events
    ) -> None:
        self.gateway, self.downlink = gateway, downlink
        self.windows, self.events = windows, events

    async def answer(self, request: Request) -> Response:
        """Answer a poll: 200 with commands, 204 when its time is over."""
        device = await self.gateway.authenticate(request, await body_of(request))
        after, wait = _whole(request, "after", 0, _LARGEST), _whole(request, "wait", 50, 3600)
        await self.windows.use(device, counter_of(request))
        hold_s = min(wait, LONGEST_HOLD_S) * (1 - _SPREAD * random())  # noqa: S311 - no secret
        found = await self.downlink.poll(device, after, hold_s)
        if not found:
            return Response(status_code=204)
        return answers.json_answer(
            {
                "commands": [command.document() for command in found],
                "server_time": stamp(datetime.now(UTC)),
            }
        )


def _whole(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < most):
        raise BadPollError(f"{name} = {text!r}: must be a whole number below {most}", field=name)
    return int(text)
