"""The endpoint: GraphQL over HTTP, and the page for people at the same address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import orjson
import structlog
from graphql import OperationDefinitionNode, OperationType
from starlette.requests import Request
from starlette.responses import Response
from strawberry import Schema
from strawberry.types.execution import ExecutionResult, PreExecutionError

from analytics.mirror import SnapshotMoved
from resolvers.context import Context, Services
from resolvers.viewer import Viewer
from server.auth import Authentication
from server.documents import chosen_operation, parsed
from server.errors import BadRequest, Told, origin_of, told_before_execution, told_by_execution, told_of
from server.metrics import count_operation
from server.page import Page
from server.redaction import keep_private
from server.requests import GRAPHQL, HTML, JSON, Asked, asked_by, wanted_form

log = structlog.get_logger()

LONGEST_NAME_LOGGED = 80


def utc_now() -> datetime:
    """The clock of every operation."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Endpoint:
    """Answers /graphql."""

    schema: Schema
    services: Services
    authentication: Authentication
    page: Page | None
    clock: Callable[[], datetime] = utc_now

    async def answer(self, request: Request) -> Response:
        """The page where a browser asks for one, else the answer to an operation."""
        offered = (JSON, GRAPHQL, HTML) if request.method != "POST" and self.page else (JSON, GRAPHQL)
        form = wanted_form(request.headers, offered)
        if form == HTML and self.page:
            return await self.page.response(self.clock())
        if form is None:
            return _refused(BadRequest(f"the answer comes as {GRAPHQL} or {JSON}", status=406), JSON)
        try:
            return await self._operation(request, form)
        except Exception as error:  # noqa: BLE001  whatever it is, the caller gets an id and never more
            return _refused(error, form)

    async def _operation(self, request: Request, form: str) -> Response:
        viewer = await self.authentication.viewer(request.headers.get("authorization"))
        asked = await asked_by(request)
        keep_private(asked.query, asked.variables)
        try:
            operation = chosen_operation(parsed(asked.query), asked.operation_name)
        except Exception as error:  # noqa: BLE001
            return _answered(Answer(None, _counted(told_of(error))), form)
        _check_method(request.method, operation.operation)
        started = perf_counter()
        answer = await self._executed(asked, viewer)
        _log_operation(operation, viewer, answer, perf_counter() - started)
        return _answered(answer, form)

    async def _executed(self, asked: Asked, viewer: Viewer) -> "Answer":
        result = await self._run(asked, viewer)
        if isinstance(result, PreExecutionError):
            return Answer(None, told_before_execution(result.errors or []))
        told = told_by_execution(result.errors or [])
        if result.data is None and all(error.path is None for error in result.errors or []):
            return Answer(None, told)  # a variable was refused: nothing was executed
        return Answer({"data": result.data}, told, result.extensions)

    async def _run(self, asked: Asked, viewer: Viewer) -> ExecutionResult:
        result = await self._run_once(asked, viewer, pin_at_start=False)
        moved = any(isinstance(origin_of(error), SnapshotMoved) for error in result.errors or [])
        return await self._run_once(asked, viewer, pin_at_start=True) if moved else result

    async def _run_once(self, asked: Asked, viewer: Viewer, *, pin_at_start: bool) -> ExecutionResult:
        context = Context(self.services, viewer, self.clock(), pin_at_start=pin_at_start)
        try:
            return await self.schema.execute(
                asked.query,
                variable_values=asked.variables,
                operation_name=asked.operation_name,
                context_value=context,
            )
        finally:
            await context.close()


@dataclass(frozen=True)
class Answer:
    """What an operation came to: `data` is None where it was refused before it was executed."""

    data: dict[str, Any] | None
    told: Told
    extensions: dict[str, Any] | None = None

    @property
    def body(self) -> bytes:
        """The answer as JSON."""
        parts = {"errors": self.told.errors, **(self.data or {}), "extensions": self.extensions}
        return orjson.dumps({name: part for name, part in parts.items() if part or name == "data"})

    def status(self, form: str) -> int:
        """200 for what was executed; by the older convention of application/json for every document."""
        if self.told.status is not None:
            return self.told.status
        return 400 if self.data is None and form == GRAPHQL else 200


def _check_method(method: str, operation: OperationType) -> None:
    if operation is OperationType.SUBSCRIPTION:
        raise BadRequest("subscriptions are not answered by HTTP requests")
    if method != "POST" and operation is not OperationType.QUERY:
        raise BadRequest("a GET only asks: send mutations by POST", status=405)


def _answered(answer: Answer, form: str) -> Response:
    return _response(answer.body, answer.status(form), form, answer.told.headers)


def _counted(told: Told) -> Told:
    count_operation("none", told.codes, 0)
    return told


def _refused(error: Exception, form: str) -> Response:
    told = _counted(told_of(error))
    if isinstance(error, BadRequest):
        headers = {"Allow": "POST"} if error.status == 405 else {}
        return _response(orjson.dumps({"errors": told.errors}), error.status, form, headers)
    return _response(orjson.dumps({"errors": told.errors}), told.status or 500, form, told.headers)


def _response(body: bytes, status: int, form: str, headers: dict[str, str]) -> Response:
    kept = {"Cache-Control": "no-store", "Vary": "Accept, Authorization", **headers}
    return Response(body, status, kept, media_type=f"{form}; charset=utf-8")


def _log_operation(operation: OperationDefinitionNode, viewer: Viewer, answer: Answer, seconds: float) -> None:
    count_operation(operation.operation.value, answer.told.codes, seconds)
    log.info(
        "operation",
        name=operation.name.value[:LONGEST_NAME_LOGGED] if operation.name else None,
        kind=operation.operation.value,
        business=viewer.business_id,
        role=viewer.role.value,
        ms=round(seconds * 1000, 1),
        errors=sorted(answer.told.codes) or None,
    )
