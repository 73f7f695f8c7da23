"""The endpoint: GraphQL over HTTP, and the page for people at the same address."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, OperationDefinitionNode, OperationType
from starlette.requests import Request
from starlette.responses import Response
from strawberry import Schema
from strawberry.types.execution import ExecutionResult, PreExecutionError

from analytics.copy.copy import SnapshotMoved
from resolvers.operation.context import Context
from resolvers.operation.errors import RequestError, TooCostly, Unauthenticated
from resolvers.operation.meter import Meter
from resolvers.operation.services import Services
from resolvers.operation.viewer import Viewer, visitor
from schema.document.prepared import PREPARED, Prepared, check_cost
from server.http.documents import Documents, chosen_operation
from server.http.encoding import in_json
from server.http.errors import (
    BadRequest,
    Told,
    origin_of,
    told_before_execution,
    told_by_execution,
    told_of,
    told_of_timeout,
)
from server.http.page import GraphiQLPage
from server.http.rates import CostSpent, Rates, bucket_of
from server.http.requests import GRAPHQL, HTML, JSON, SLOWEST_BODY_SECONDS, RequestedOperation, asked_by, wanted_form
from server.http.responses import ResponseQuestion, Responses, etag_of, is_named
from server.identity.auth import NO_TOKEN, Authentication
from server.watching.logs import request_id
from server.watching.metrics import count_operation
from server.watching.redaction import keep_private

log = structlog.get_logger(__name__)  # by itself it would look for that name at every line

LONGEST_NAME_LOGGED = 80
LARGEST_ANSWER = 20_000_000
WEBSOCKET = "WEBSOCKET"  # in the place of an HTTP method
VARIES = "Accept, Authorization"
REFUSED_COST = 10  # points of a token's bucket for a document that had to be read and is not executed


def utc_now() -> datetime:
    """The clock of every operation."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Operation:
    """One operation as a request asks for it: of which document, with which variables, and what it spends."""

    prepared: Prepared
    node: OperationDefinitionNode
    asked: RequestedOperation
    spending: CostSpent

    @property
    def writes(self) -> bool:
        """Whether it is a mutation."""
        return self.node.operation is OperationType.MUTATION


class NotExecuted(Exception):
    """An operation that is refused before it is executed."""

    def __init__(self, told: Told, spending: CostSpent | None = None) -> None:
        super().__init__()
        self.answer = OperationOutcome(None, told, spending.shown if spending else None)


@dataclass(frozen=True)
class Endpoint:
    """Answers /graphql."""

    schema: Schema
    services: Services
    authentication: Authentication
    documents: Documents
    page: GraphiQLPage | None = None
    rates: Rates | None = None
    responses: Responses | None = None
    seconds: float = 30
    body_seconds: float = SLOWEST_BODY_SECONDS
    most_bytes: int = LARGEST_ANSWER
    clock: Callable[[], datetime] = utc_now

    async def answer(self, request: Request) -> Response:
        """The page where a browser asks for one, else the answer to an operation."""
        offered = (JSON, GRAPHQL, HTML) if request.method != "POST" and self.page else (JSON, GRAPHQL)
        form = wanted_form(request.headers, offered)
        if form == HTML and self.page:
            return await self.page.response(self.clock())
        if form is None:
            return _as_refusal(BadRequest(f"the answer comes as {GRAPHQL} or {JSON}", status=406), JSON)
        try:
            return await self._serve(request, form)
        except NotExecuted as refusal:
            _counted(refusal.answer.told)
            return _as_response(refusal.answer, form)
        except Exception as error:  # noqa: BLE001  whatever it is, the caller gets an id and never more
            return _as_refusal(error, form)

    async def _serve(self, request: Request, form: str) -> Response:
        asked, viewer = await self._asked(request)
        operation = await self.accepted(asked, viewer, request.method)
        started = perf_counter()
        held = None if request.method == "POST" else request.headers.get("if-none-match")
        answer = await self._within_time(operation, viewer, held)
        _log_operation(operation.node, viewer, answer, perf_counter() - started)
        if is_named(answer.key, held):
            return Response(status_code=304, headers=_headers(answer))
        return _as_response(answer, form)

    async def _asked(self, request: Request) -> tuple[RequestedOperation, Viewer]:
        """What is asked, and by whom; without a token nothing but what is for everybody."""
        authorization = request.headers.get("authorization")
        if authorization is not None or request.method != "POST":
            viewer = await self.authentication.viewer(authorization)  # before anything else is read
            return await asked_by(request, self.body_seconds), viewer
        asked = await asked_by(request, self.body_seconds)
        if not self.documents.is_public(asked):
            raise Unauthenticated(NO_TOKEN)
        return asked, visitor(asked.address)

    async def accepted(self, asked: RequestedOperation, viewer: Viewer, method: str) -> Operation:
        """The operation that is asked for: known, valid, within the limits and what its bearer may spend.

        NotExecuted where the document or its cost is refused, BadRequest where it does not go with the method.
        """
        try:
            prepared = self.documents.asked(asked)
            keep_private(prepared.text, prepared.document, asked.variables)
            if prepared.document is None:
                raise _Invalid(prepared)
            node = chosen_operation(prepared.document, asked.operation_name)
            _check_method(method, node.operation)
            if prepared.errors:
                raise _Invalid(prepared)
            cost = prepared.cost(node, asked.variables)
        except _Invalid as invalid:
            await self._spent(viewer, min(REFUSED_COST, self._budget))
            raise NotExecuted(told_before_execution(invalid.prepared.errors)) from None
        except _WrongMethod:
            raise
        except (GraphQLError, RequestError) as error:
            raise NotExecuted(told_of(error)) from None
        return Operation(prepared, node, asked, await self._spent(viewer, cost))

    @property
    def _budget(self) -> int:
        """What an operation may cost: not more than a bucket holds, for it would never be answered."""
        return min(self.documents.max_cost, self.rates.budget) if self.rates else self.documents.max_cost

    async def _spent(self, viewer: Viewer, cost: int) -> CostSpent:
        spending = CostSpent(cost, self._budget, None)
        try:
            check_cost(cost, self._budget)
            if self.rates:
                spending = replace(spending, remaining=await self.rates.spend(bucket_of(viewer), cost))
        except GraphQLError as error:
            left = (error.extensions or {}).get("remaining")
            raise NotExecuted(told_of(error), replace(spending, remaining=left)) from None
        return spending

    async def _within_time(self, operation: Operation, viewer: Viewer, held: str | None) -> "OperationOutcome":
        shown, limit = operation.spending.shown, asyncio.timeout(self.seconds)
        try:
            async with limit:
                return await self._kept_or_run(operation, viewer, held)
        except TimeoutError:
            if not limit.expired():
                raise
            return OperationOutcome(None, told_of_timeout(self.seconds, writes=operation.writes), shown)
        except TooCostly as over:
            return OperationOutcome(None, told_of(over), shown)

    async def _kept_or_run(self, operation: Operation, viewer: Viewer, held: str | None) -> "OperationOutcome":
        """The answer as it was kept, or executed; empty where a client holds it already, by the ETags that it names."""
        if self.responses is None or operation.node.operation is not OperationType.QUERY:
            return (await self._run(operation, viewer))[0]
        asked = operation.asked
        question = ResponseQuestion(operation.prepared, asked.operation_name, asked.variables, viewer, self.clock())
        found = await self.responses.find(question)
        if is_named(found.key, held):
            return OperationOutcome(None, Told([]), key=found.key)
        if found.kept:
            return OperationOutcome(found.kept.data, found.kept.told, operation.spending.shown, found.key)
        answer, context = await self._run(operation, viewer)
        if answer.data is None or not context.is_repeatable:
            return answer
        kept = self.responses.keep(question, context.seen, answer.data, answer.told)
        return replace(answer, data=kept.data, key=kept.key) if kept else answer

    async def _run(self, operation: Operation, viewer: Viewer) -> tuple["OperationOutcome", Context]:
        result, context = await self._execute(operation, viewer, pin_at_start=False)
        moved = any(isinstance(origin_of(error), SnapshotMoved) for error in result.errors or [])
        if moved and not operation.writes:  # what writes goes on with a newer snapshot, and never runs twice
            result, context = await self._execute(operation, viewer, pin_at_start=True)
        return await self._outcome(result, operation, context.meter), context

    async def _outcome(self, result: ExecutionResult, operation: Operation, meter: Meter) -> "OperationOutcome":
        shown = operation.spending.shown
        if isinstance(result, PreExecutionError):
            return OperationOutcome(None, told_before_execution(result.errors or []), shown)
        told = told_by_execution(result.errors or [])
        if result.data is None and all(error.path is None for error in result.errors or []):
            return OperationOutcome(None, told, shown)  # a variable was refused: nothing was executed
        data = await in_json(result.data, meter.nbytes, meter.most_bytes)
        return OperationOutcome(data, told, {**(result.extensions or {}), **shown})

    async def _execute(
        self, operation: Operation, viewer: Viewer, *, pin_at_start: bool
    ) -> tuple[ExecutionResult, Context]:
        context = Context(
            self.services,
            viewer,
            self.clock(),
            pin_at_start=pin_at_start,
            may_move=operation.writes,
            seconds=self.seconds,
            clock=self.clock,
            request_id=request_id(),
            meter=Meter(self.documents.max_cost, self.most_bytes),
            address=operation.asked.address,
        )
        try:
            if pin_at_start:  # before any field takes a snapshot without the copy
                await context.business()
            # What writes is not cancelled for the size of its answer.
            async with nullcontext() if operation.writes else context.meter.ending():
                result = await self.schema.execute(
                    operation.prepared.text,
                    variable_values=operation.asked.variables,
                    operation_name=operation.asked.operation_name,
                    context_value=context,
                    operation_extensions={PREPARED: operation.prepared},
                )
        except (asyncio.CancelledError, TooCostly) as ended:
            if isinstance(ended, TooCostly):
                context.give_up()
            await context.abandon()
            raise
        finally:
            await context.close()
        return result, context


class _Invalid(Exception):
    def __init__(self, prepared: Prepared) -> None:
        super().__init__()
        self.prepared = prepared


class _WrongMethod(BadRequest):
    """An operation that is not answered by this kind of request."""


@dataclass(frozen=True)
class OperationOutcome:
    """What an operation came to: `data`, as JSON, is None where it was refused before it was executed."""

    data: bytes | None
    told: Told
    extensions: dict[str, Any] | None = None
    key: str | None = None  # of an answer that is the same until something changes

    @property
    def body(self) -> bytes:
        """The answer as JSON."""
        data = {} if self.data is None else {"data": orjson.Fragment(self.data)}
        parts = {"errors": self.told.errors, **data, "extensions": self.extensions}
        return orjson.dumps({name: part for name, part in parts.items() if part or name == "data"})

    def status(self, form: str) -> int:
        """200 for what was executed; by the older convention of application/json for every document."""
        if self.told.status is not None:
            return self.told.status
        return 400 if self.data is None and form == GRAPHQL else 200


def _check_method(method: str, operation: OperationType) -> None:
    if operation is OperationType.SUBSCRIPTION and method != WEBSOCKET:
        raise _WrongMethod("subscriptions are not answered by HTTP requests: connect to this address by a WebSocket")
    if operation is not OperationType.SUBSCRIPTION and method == WEBSOCKET:
        raise _WrongMethod("a WebSocket answers subscriptions alone: send queries and mutations by POST")
    if method not in ("POST", WEBSOCKET) and operation is not OperationType.QUERY:
        raise _WrongMethod("a GET only asks: send mutations by POST", status=405)


def _as_response(answer: OperationOutcome, form: str) -> Response:
    return _response(answer.body, answer.status(form), form, _headers(answer))


def _headers(answer: OperationOutcome) -> dict[str, str]:
    """Those of what it tells, and what a client may do with it: keep it and ask whether it still holds."""
    if answer.key is None:
        return answer.told.headers
    return {"ETag": etag_of(answer.key), "Cache-Control": "private, no-cache", "Vary": VARIES, **answer.told.headers}


def _counted(told: Told) -> Told:
    count_operation("none", told.codes, 0)
    return told


def _as_refusal(error: Exception, form: str) -> Response:
    told = _counted(told_of(error))
    if isinstance(error, BadRequest):
        headers = {"Allow": "POST"} if error.status == 405 else {}
        return _response(orjson.dumps({"errors": told.errors}), error.status, form, headers)
    return _response(orjson.dumps({"errors": told.errors}), told.status or 500, form, told.headers)


def _response(body: bytes, status: int, form: str, headers: dict[str, str]) -> Response:
    kept = {"Cache-Control": "no-store", "Vary": VARIES, **headers}
    return Response(body, status, kept, media_type=f"{form}; charset=utf-8")


def _log_operation(
    operation: OperationDefinitionNode, viewer: Viewer, answer: OperationOutcome, seconds: float
) -> None:
    count_operation(operation.operation.value, answer.told.codes, seconds)
    if not logging.getLogger(__name__).isEnabledFor(logging.INFO):
        return  # to make a line that nobody writes would be a tenth of what a kept answer takes
    log.info(
        "operation",
        name=operation.name.value[:LONGEST_NAME_LOGGED] if operation.name else None,
        kind=operation.operation.value,
        business=viewer.business_id or None,  # of none without a token
        role=viewer.role.value,
        ms=round(seconds * 1000, 1),
        errors=sorted(answer.told.codes) or None,
    )
