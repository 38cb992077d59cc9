"""``POST /gateway/v1/manual``: the file of a manual collector.

It is signed as a push, by the collector itself or by the concentrator whose channels were read; a
key ``concentrator`` beside ``frames`` names another concentrator of the same tenant.
"""

import asyncio
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from backend.services.gateway import intake, manual
from backend.services.gateway.manual import File
from backend.store import wire
from backend.store.journal import FOLD
from domain.identity import Scope
from ingestion import answers
from ingestion.gateway import Gateway, body_of, content_of, counter_of, outcome


async def take(gateway: Gateway, request: Request) -> Response:
    """Answer as to a push, after the commit."""
    body = await body_of(request)
    device = await gateway.authenticate(request, body)
    kind, encoding = content_of(request)
    document = await asyncio.to_thread(wire.decode, body, kind, gzipped=encoding == "gzip")
    scope = Scope(device.tenant_id, actor=f"collector:{device.serial}")
    async with gateway.database.session(scope) as session:
        whose = await manual.about(session, document)
        file = File(kind, encoding, body, document)
        push = manual.push_of(file, counter_of(request), whose)
        judged = await asyncio.to_thread(intake.judge, push)
        result = await intake.accept(session, device, push, judged, datetime.now(UTC))
    if result.accepted:
        gateway.queue.announce(FOLD, device.tenant_id)
    return answers.json_answer(outcome(result))
