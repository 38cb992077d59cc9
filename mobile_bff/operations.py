"""``POST /bff/graphql``: one trusted document with its variables, run as ``/graphql`` runs them."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from backend.graphql.transport.http import check_kind
from backend.graphql.transport.operations import Answer, Asked, Operations, request_id
from backend.graphql.transport.requests import RefusedError
from backend.outage import RETRY_AFTER_S
from mobile_bff.requests import Desk, body_of, json_answer, text_in


@dataclass(frozen=True, slots=True)
class TrustedOperations:
    """The executor, behind the documents of the app."""

    desk: Desk
    operations: Operations
    documents: Mapping[str, str]

    async def answer(self, request: Request) -> Response:
        """Run one operation."""
        scope = await self.desk.scope(request)
        content = await body_of(request)
        text = self.documents.get(text_in(content, "id", 200))
        if text is None:
            raise RefusedError(
                400, "the document is none of the app's; update the app", "DOCUMENT_UNKNOWN"
            )
        variables = content.get("variables") or {}
        if not isinstance(variables, dict):
            raise RefusedError(400, "variables must be an object", "BAD_REQUEST")
        prepared = self.operations.prepare(Asked(text, variables, None), scope)
        if isinstance(prepared, Answer):
            return json_answer(prepared.content, 400)
        check_kind(prepared, "POST")
        return _told(await self.operations.run(prepared, scope, request_id()))


def _told(answer: Answer) -> Response:
    if answer.unavailable:
        return json_answer(answer.content, 503, {"Retry-After": str(RETRY_AFTER_S)})
    codes = {error["extensions"]["code"] for error in answer.content.get("errors", ())}
    return json_answer(answer.content, 401 if "ACCESS_ENDED" in codes else 200)
