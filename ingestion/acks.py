"""``POST /gateway/v1/acks``: what devices say of their commands."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from backend.services.commands import releasing
from backend.store import wire
from domain.commands_wire import acks_of, stamp
from domain.identity import Scope
from ingestion import answers
from ingestion.commands import Polls
from ingestion.gateway import body_of, content_of, counter_of


async def take(polls: Polls, request: Request) -> Response:
    """Answer after the commit: by then every word is kept, or was refused by its code."""
    body = await body_of(request)
    gateway = polls.gateway
    device = await gateway.authenticate(request, body)
    kind, encoding = content_of(request)
    raw = acks_of(wire.decode(body, kind, gzipped=encoding == "gzip"))
    scope = Scope(device.tenant_id, actor=f"concentrator:{device.serial}")
    now = datetime.now(UTC)
    async with gateway.database.session(scope) as session:
        result = await releasing.take_acks(session, device, counter_of(request), raw, now)
    if result.accepted:
        polls.downlink.rang(device)
        await polls.events.commands_changed(device.tenant_id, result.accepted)
    return answers.json_answer(
        {
            "accepted": result.accepted,
            "duplicates": result.duplicates,
            "rejected": result.rejected,
            "server_time": stamp(datetime.now(UTC)),
        }
    )
