"""``GET /gateway/v1/config``: what a concentrator should know of itself.

It alone takes a counter that was used: a device that lost its memory learns here how far its
numbers went. Nothing is changed by it, so a replay gains nothing.
"""

import hashlib
from datetime import UTC, datetime

import orjson
from starlette.requests import Request
from starlette.responses import Response

from backend.services.gateway import device_config
from domain.commands_wire import stamp
from domain.identity import Scope
from ingestion import answers
from ingestion.gateway import Gateway, body_of
from ingestion.replay_windows import ReplayWindows


async def tell(gateway: Gateway, windows: ReplayWindows | None, request: Request) -> Response:
    """Answer 200 with the configuration, or 304 to who has it already."""
    device = await gateway.authenticate(request, await body_of(request))
    polled = -1 if windows is None else await windows.highest(device)
    scope, now = Scope(device.tenant_id, actor=f"concentrator:{device.serial}"), datetime.now(UTC)
    async with gateway.database.session(scope) as session:
        found = await device_config.of_device(session, device, polled, now)
    # weak: the time in the answer differs
    digest = hashlib.sha256(orjson.dumps(found, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    tag = f'W/"{digest}"'
    if _has(request.headers.get("if-none-match", ""), digest):
        return Response(status_code=304, headers={"ETag": tag})
    return answers.json_answer({**found, "server_time": stamp(now)}, ETag=tag)


def _has(given: str, digest: str) -> bool:
    """Whether one of the tags of a client is ours (RFC 9110, 13.1.2)."""
    tags = (one.strip().removeprefix("W/") for one in given.split(","))
    return any(tag in {f'"{digest}"', "*"} for tag in tags)
