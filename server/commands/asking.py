"""The command `ask`: an operation of the API run here, by the same operations, as the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import typer
from graphql import GraphQLError, OperationType, get_operation_ast, parse
from strawberry.types.execution import ExecutionResult

from analytics.copy.pinned import SnapshotMoved
from models.audit import AuditSource
from resolvers.businesses import the_business
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from rules.failures import Failure
from server.http.errors import origin_of, told_by_execution
from server.sdl import served_schema
from server.settings import Settings
from server.store import opened


class NotAnswered(Failure):
    """An operation that is refused; the message says why."""


@dataclass(frozen=True)
class AskRequest:
    """What `ask` was asked: a document with one operation, and its variables as NAME=VALUE."""

    document: str
    variables: Sequence[str]
    business: str | None


async def ask(settings: Settings, wanted: AskRequest) -> None:
    """Run an operation as ADMIN and print its data as JSON."""
    writes, variables = _writes(wanted.document), dict(map(_variable, wanted.variables))
    async with opened(settings) as database:
        services = Services(database, slow_seconds=settings.slow_seconds)
        try:
            viewer = Viewer("command-line", Role.ADMIN, (await the_business(database, wanted.business)).id, pii=True)
            result = await _run(services, viewer, wanted.document, variables, writes=writes)
        finally:
            await services.close()
    if result.errors:
        raise NotAnswered("; ".join(error["message"] for error in told_by_execution(result.errors).errors))
    typer.echo(orjson.dumps(result.data, option=orjson.OPT_INDENT_2, default=str).decode())


async def _run(services: Services, viewer: Viewer, document: str, variables: Any, *, writes: bool) -> ExecutionResult:
    """A question is asked again where the copy has moved meanwhile; what writes goes on, and never runs twice."""
    result = await _execute(services, viewer, document, variables, writes=writes, pin_at_start=False)
    moved = any(isinstance(origin_of(error), SnapshotMoved) for error in result.errors or [])
    if moved and not writes:
        return await _execute(services, viewer, document, variables, writes=writes, pin_at_start=True)
    return result


async def _execute(  # noqa: PLR0913  who asks what, and how
    services: Services, viewer: Viewer, document: str, variables: Any, *, writes: bool, pin_at_start: bool
) -> ExecutionResult:
    now = datetime.now(UTC)
    context = Context(
        services,
        viewer,
        now,
        pin_at_start=pin_at_start,
        may_move=writes,
        clock=lambda: datetime.now(UTC),
        source=AuditSource.COMMAND,
    )
    try:
        return await served_schema().execute(document, variable_values=variables, context_value=context)
    finally:
        await context.close()


def _writes(document: str) -> bool:
    try:
        operation = get_operation_ast(parse(document))
    except GraphQLError as error:
        raise NotAnswered(f"the document cannot be read: {error.message}") from None
    if operation is None or operation.operation is OperationType.SUBSCRIPTION:
        raise NotAnswered("give a document with one query or mutation")
    return operation.operation is OperationType.MUTATION


def _variable(text: str) -> tuple[str, Any]:
    """A variable: JSON, else a text as it stands."""
    name, is_given, value = text.partition("=")
    if not is_given:
        raise NotAnswered(f'"{text}" is no variable: write NAME=VALUE')
    try:
        return name, orjson.loads(value)
    except orjson.JSONDecodeError:
        return name, value
