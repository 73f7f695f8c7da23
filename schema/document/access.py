"""Who may ask for which field: one table, held to an operation before it runs, never to each object of a list."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from models import Customer, Refund, Sale, Touchpoint
from models.database import table
from models.types import is_personal
from resolvers.operation.errors import Forbidden
from resolvers.operation.viewer import Role, Viewer
from rules.words import in_contract
from schema.document.portal import SHOWN_TO_CUSTOMER
from schema.document.roles import LEAST_ROLE, may_call
from schema.document.walking import Walker, fragments_of, values_of

# Answered with null unless the token may see personal data; the columns are never read.
PERSONAL = frozenset(
    (
        *("Customer.address", "Customer.birthDate", "Customer.email", "Customer.notes", "Customer.phone"),
        *("CustomerFacets.cities", "CustomerFacets.countries"),  # empty lists: the contract has them never null
        *("Refund.reason", "Sale.note", "Touchpoint.notes"),
    )
)
MADE_OF_SEVERAL = frozenset(("Customer.address",))
OF_COLUMNS = {
    **{"Customer": table(Customer), "Refund": table(Refund)},
    **{"Sale": table(Sale), "Touchpoint": table(Touchpoint)},
}


def is_refused(viewer: Viewer, coordinate: str) -> bool:
    """Whether an operation with this field ("Type.field") is refused to this viewer."""
    if viewer.role is Role.CUSTOMER:
        return coordinate not in SHOWN_TO_CUSTOMER
    return coordinate in LEAST_ROLE and not may_call(viewer, coordinate)


def is_hidden(viewer: Viewer, coordinate: str) -> bool:
    """Whether this field is null to this viewer, with an error that says so."""
    return coordinate in PERSONAL and not viewer.sees_personal_data


class NotHidden(Exception):
    """A field shows a personal column and is not among those that are hidden, or the other way round."""


def check_personal(schema: GraphQLSchema) -> None:
    """NotHidden where PERSONAL is not what the columns of the models say, each field being called as its column."""
    for kind, source in OF_COLUMNS.items():
        fields = cast(GraphQLObjectType, schema.get_type(kind)).fields
        named = {in_contract(column.name): column for column in source.c}
        shown = {f"{kind}.{name}" for name in fields if name in named and is_personal(named[name])}
        hidden = {field for field in PERSONAL - MADE_OF_SEVERAL if field.startswith(f"{kind}.")}
        if shown != hidden:
            raise NotHidden(f"PERSONAL of schema/document/access.py and the columns of {kind}: {shown ^ hidden}")


class Access(SchemaExtension):
    """Refuses operations with forbidden fields, and tells of personal fields that are not shown."""

    async def on_execute(self) -> AsyncIterator[None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Hold the table to a valid operation, before and after it runs."""
        context = self.execution_context
        viewer: Viewer = context.context.viewer
        asked = dict(_asked_fields(context, viewer))
        refused = [
            _error(field, node, _why(viewer, field)) for field, node in asked.items() if is_refused(viewer, field)
        ]
        if refused and context.operation_type is OperationType.SUBSCRIPTION:
            raise refused[0]  # nobody looks at the result before there are events
        if refused:
            context.result = ExecutionResult(data=None, errors=refused)
        yield
        hidden = [
            _error(field, node, "is personal data: the token needs the pii claim")
            for field, node in asked.items()
            if is_hidden(viewer, field) and not refused
        ]
        if hidden and isinstance(context.result, ExecutionResult):
            context.result.errors = [*(context.result.errors or []), *hidden]


def _why(viewer: Viewer, coordinate: str) -> str:
    return "is for staff" if viewer.role is Role.CUSTOMER else f"needs the role {LEAST_ROLE[coordinate].value}"


def _sees_all(viewer: Viewer) -> bool:
    return viewer.sees_personal_data and viewer.role is not Role.CUSTOMER


def _error(coordinate: str, node: Node, why: str) -> GraphQLError:
    message = f"{coordinate} {why}"
    return GraphQLError(message, node, original_error=Forbidden(message), extensions={"code": Forbidden.code})


def fields_asked(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> Iterator[str]:
    """Every field ("Type.field") that a valid operation can run, whatever its variables are."""
    return (coordinate for coordinate, _ in _fields(schema, document, operation_name, None, lambda _: True))


def _asked_fields(context: ExecutionContext, viewer: Viewer) -> Iterator[tuple[str, Node]]:
    schema: GraphQLSchema = context.schema._schema  # pyright: ignore[reportPrivateUsage]
    if context.graphql_document is None:
        return iter(())
    given = context.variables or {}
    roots_only = _sees_all(viewer)

    def opens(coordinate: str) -> bool:
        return not roots_only and not is_refused(viewer, coordinate)

    return _fields(schema, context.graphql_document, context.operation_name, given, opens)


def _fields(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None,
    given: dict[str, Any] | None,
    opens: Callable[[str], bool],
) -> Iterator[tuple[str, Node]]:
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return iter(())
    values = {} if given is None else values_of(operation, given)
    return Walker(schema, values).fields(operation, fragments_of(document), opens)
