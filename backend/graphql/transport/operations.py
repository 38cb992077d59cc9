"""One operation: from a document and its variables to a result, in one tenant transaction."""

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import orjson
from graphql import ExecutionResult, OperationType, execute
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable

from backend.clients.events import Events
from backend.clients.weather import NoWeather, Weather
from backend.graphql.context import Context, Terms
from backend.graphql.transport import errors
from backend.graphql.transport.budget import Budgets
from backend.graphql.transport.cost import Cost
from backend.graphql.transport.documents import BadDocument, Document, Documents, Operation
from backend.graphql.transport.executor import Executor, call_directly, leaves_of
from backend.services.reading.ranking import Rankings
from domain.errors import BalanceError, UnavailableError
from domain.identity import Scope
from tenants.passwords import Passwords
from tenants.session import Database

_process = secrets.token_hex(4)
_numbers = itertools.count(1)


def request_id() -> str:
    """Name of a request, to be found again in the log."""
    return f"{_process}-{next(_numbers):x}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client sends: the parameters of a GraphQL request."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A response in the making: ``executed`` tells results from refusals before execution."""

    content: dict[str, Any]
    executed: bool = False
    unavailable: bool = False
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that may run."""

    asked: Asked
    document: Document
    operation: Operation
    cost: Cost


class _UndoError(Exception):
    """Rolls back the transaction of a mutation that answers with errors."""

    def __init__(self, result: ExecutionResult) -> None:
        super().__init__()
        self.result = result


def _undo_if_failed(prepared: "Prepared", result: ExecutionResult) -> None:
    if result.errors and prepared.operation.kind is not OperationType.QUERY:
        raise _UndoError(result)


class Operations:
    """Runs operations of one schema on one database."""

    def __init__(  # noqa: PLR0913 - what a process shares among its requests
        self,
        schema: Schema,
        database: Database,
        events: Events,
        budgets: Budgets,
        *,
        introspection: bool = True,
        master_key: bytes = b"",
        weather: Weather | None = None,
        terms: Terms | None = None,
        public_url: str = "",
        passwords: Passwords | None = None,
    ) -> None:
        # The executor is asked directly: strawberry's own entry parses and validates every time.
        self.core = schema._schema  # noqa: SLF001 - the one place that reaches for it
        self.database, self.events, self.budgets = database, events, budgets
        self.master_key, self.public_url, self.passwords = master_key, public_url, passwords
        self.weather = weather or NoWeather()
        self.terms = terms or Terms()
        self.rankings = Rankings()
        self.documents = Documents(self.core, introspection=introspection)
        call_directly(schema)
        self.options: dict[str, Any] = {
            "is_awaitable": optimized_is_awaitable,
            "executor_class": Executor,
            "operation_extensions": None,
            "leaves": leaves_of(self.core),
        }

    def prepare(self, asked: Asked, scope: Scope) -> Prepared | Answer:
        """Read the document, count its cost, and take it from the tenant's budget.

        Raises
        ------
        LimitError
            RATE_LIMITED: the tenant's budget of this minute is used up.
        """
        document = self.documents.read(asked.query)
        if isinstance(document, BadDocument):
            self.budgets.spend(scope.tenant_id, 1)
            return Answer({"errors": document.errors})
        operation = document.operation(asked.operation_name)
        if operation is None:
            self.budgets.spend(scope.tenant_id, 1)
            return Answer({"errors": [_which_operation(asked, document)]})
        try:
            cost = operation.plan.cost(asked.variables)
        except BalanceError as error:
            self.budgets.spend(scope.tenant_id, 1)
            return Answer({"errors": [errors.of_balance(error)]})
        self.budgets.spend(scope.tenant_id, cost.units)
        return Prepared(asked, document, operation, cost)

    async def run(self, prepared: Prepared, scope: Scope, request: str) -> Answer:
        """Execute a query or mutation; what answers with errors leaves nothing behind."""
        try:
            async with Context(self.database, scope, self.events, self.master_key) as context:
                context.allowance = self.budgets.allowance(scope.tenant_id)
                context.weather, context.public_url = self.weather, self.public_url
                context.passwords, context.terms = self.passwords, self.terms
                context.rankings = self.rankings
                result = await self.execute(prepared, context)
                _undo_if_failed(prepared, result)
        except _UndoError as undone:
            result = undone.result
        except Exception as error:  # noqa: BLE001 - the commit failed, or the executor itself
            return self._failed(error, request)
        return self.told(result, request)

    @staticmethod
    def _failed(error: Exception, request: str) -> Answer:
        failure = errors.of_cause(error, request)
        unavailable = failure["extensions"]["code"] == UnavailableError.code
        content = {"data": None, "errors": [failure]}
        return Answer(content, executed=True, unavailable=unavailable)

    async def execute(
        self, prepared: Prepared, context: Context, root: object = None
    ) -> ExecutionResult:
        """Execute on a context."""
        result = execute(
            self.core,
            prepared.document.node,
            root_value=root,
            context_value=context,
            variable_values=dict(prepared.asked.variables),
            operation_name=prepared.asked.operation_name,
            collected=prepared.document.collected,
            **self.options,
        )
        if isawaitable(result):
            result = await result
        return result

    @staticmethod
    def told(result: ExecutionResult, request: str) -> Answer:
        """Make the response of a result."""
        if not result.errors:
            return Answer({"data": result.data}, executed=True)
        if result.data is None and not any(error.path for error in result.errors):
            # Nothing ran: the variables do not fit.
            return Answer({"errors": errors.of_document(result.errors, errors.VARIABLES)})
        told = errors.of_execution(result.errors, request)
        content = {"data": result.data, "errors": told.errors}
        return Answer(content, executed=True, unavailable=told.unavailable)


def _which_operation(asked: Asked, document: Document) -> dict[str, Any]:
    if asked.operation_name is None:
        message = "the document holds several operations; name one by operationName"
        if not document.operations:
            message = "the document holds no operation"
    else:
        message = f"the document holds no operation {asked.operation_name!r}"
    return errors.plain(message, "OPERATION_UNKNOWN", field="operationName")


def encode(content: object) -> bytes:
    """JSON of a response; arrays of numbers in one go, NaN as null."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY)


def _plain(value: object) -> object:
    """Arrays that do not lie in one piece."""
    to_list = getattr(value, "tolist", None)
    if to_list is None:
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return to_list()
