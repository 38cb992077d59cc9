"""Operations that answer more than once, whatever carries them.

A stream holds no transaction: its source opens a short one when it needs to, and every event is
executed in one of its own. So a thousand listeners cost no connection while nothing happens.
"""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, Executor, OperationType, create_source_event_stream

from backend.graphql.context import Context
from backend.graphql.transport import errors
from backend.graphql.transport.operations import Answer, Operations, Prepared
from domain.errors import LimitError
from domain.identity import Scope, TenantId
from tenants.session import TenantSession

MOST_OF_TENANT = 500
RECHECK_S = 15.0
"""How often a silent stream makes sure that its token still holds and its client still listens."""


class StreamContext(Context):
    """What the source of a stream may reach: each loan of the session is a transaction."""

    @asynccontextmanager
    async def db(self) -> AsyncGenerator[TenantSession]:
        """Lend a session for as long as the caller keeps it."""
        async with self.database.session(self.scope) as session:
            yield session


class Streams:
    """The streams that one process carries."""

    def __init__(self, operations: Operations, *, most_of_tenant: int = MOST_OF_TENANT) -> None:
        self.operations = operations
        self._most = most_of_tenant
        self._open: Counter[TenantId] = Counter()

    @contextmanager
    def place(self, tenant: TenantId) -> Iterator[None]:
        """Hold one of the tenant's places.

        Raises
        ------
        LimitError
            STREAM_LIMIT: they are all taken.
        """
        self.check(tenant)
        self._open[tenant] += 1
        try:
            yield
        finally:
            self._open[tenant] -= 1
            if not self._open[tenant]:
                del self._open[tenant]

    def check(self, tenant: TenantId) -> None:
        """Refuse when all places of the tenant are taken.

        Raises
        ------
        LimitError
            STREAM_LIMIT
        """
        if self._open[tenant] >= self._most:
            raise LimitError(
                f"the tenant has {self._most} streams open; close one", code="STREAM_LIMIT"
            )

    async def answers(
        self, prepared: Prepared | Answer, scope: Scope, request: str
    ) -> AsyncGenerator[Answer]:
        """Answers of an operation: one of a query or mutation, one an event of a subscription."""
        if isinstance(prepared, Answer):
            yield prepared
            return
        if prepared.operation.kind is not OperationType.SUBSCRIPTION:
            yield await self.operations.run(prepared, scope, request)
            return
        try:
            async with StreamContext(
                self.operations.database, scope, self.operations.events
            ) as context:
                executor = self._executor(prepared, context)
                if not isinstance(executor, Executor):
                    yield Answer({"errors": errors.of_document(executor, errors.VARIABLES)})
                    return
                source = await _source(executor)
                if isinstance(source, ExecutionResult):
                    yield self.operations.told(source, request)
                    return
                async with aclosing(_generator(source)) as events:
                    async for event in events:
                        yield await self._event(executor, event, scope, request)
        except Exception as error:  # noqa: BLE001 - the source failed: the last answer says so
            yield Answer({"errors": [errors.of_cause(error, request)]})

    def _executor(self, prepared: Prepared, context: Context) -> Any:  # noqa: ANN401 - or a list of errors
        options = dict(self.operations.options)
        return options.pop("executor_class").build(
            self.operations.core,
            prepared.document.node,
            context_value=context,
            raw_variable_values=dict(prepared.asked.variables),
            operation_name=prepared.asked.operation_name,
            collected=prepared.document.collected,
            **options,
        )

    async def _event(
        self, executor: Executor[Any], event: object, scope: Scope, request: str
    ) -> Answer:
        """Execute the selection for one event, in a transaction of its own."""
        async with Context(self.operations.database, scope, self.operations.events) as context:
            context.allowance = self.operations.budgets.allowance(scope.tenant_id)
            one = executor.build_per_event_executor(event)
            one.context_value = context
            result: Any = one.execute_operation(serially=False)
            if isawaitable(result):
                result = await result
        return self.operations.told(result, request)


async def _source(executor: Executor[Any]) -> AsyncIterable[Any] | ExecutionResult:
    found = create_source_event_stream(executor)
    return await found if isawaitable(found) else found


async def _generator(source: AsyncIterable[Any]) -> AsyncGenerator[Any]:
    """The source, closed with its last reader."""
    try:
        async for event in source:
            yield event
    finally:
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()
