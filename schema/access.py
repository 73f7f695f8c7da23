"""Who may ask for which field: one table, held to an operation before it runs, never to each object of a list."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from resolvers.operation.errors import Forbidden
from resolvers.operation.viewer import Role, Viewer

Composite = GraphQLObjectType | GraphQLInterfaceType

# What the shop's own portal may ask at the root: a customer reaches only what hangs from `viewer.customer`.
CUSTOMER_ROOTS = frozenset(("Query.viewer",))

STAFF_ONLY = frozenset(
    (
        "Acquisition.referrer",
        "Customer.clv",
        "Customer.cohort",
        "Customer.notes",
        "Customer.rfm",
        "PurchaseSummary.profit",
        "Sale.profit",
        "SaleItem.profit",
        "Touchpoint.notes",
    )
)

# Answered with null unless the token may see personal data; the columns are never read.
PERSONAL = frozenset(
    ("Customer.address", "Customer.birthDate", "Customer.email", "Customer.notes", "Customer.phone", "Touchpoint.notes")
)


def is_refused(viewer: Viewer, coordinate: str) -> bool:
    """Whether an operation with this field ("Type.field") is refused to this viewer."""
    if viewer.role is not Role.CUSTOMER:
        return False
    is_root = coordinate.startswith(("Query.", "Subscription."))
    return coordinate in STAFF_ONLY or (is_root and coordinate not in CUSTOMER_ROOTS)


def is_hidden(viewer: Viewer, coordinate: str) -> bool:
    """Whether this field is null to this viewer, with an error that says so."""
    return coordinate in PERSONAL and not viewer.sees_personal_data


class Access(SchemaExtension):
    """Refuses operations with forbidden fields, and tells of personal fields that are not shown."""

    async def on_execute(self) -> AsyncIterator[None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Hold the table to a valid operation, before and after it runs."""
        context = self.execution_context
        viewer: Viewer = context.context.viewer
        asked = {} if _sees_all(viewer) else dict(_asked_fields(context))
        refused = [_error(field, node, "is for staff") for field, node in asked.items() if is_refused(viewer, field)]
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


def _sees_all(viewer: Viewer) -> bool:
    return viewer.sees_personal_data and viewer.role is not Role.CUSTOMER


def _error(coordinate: str, node: Node, why: str) -> GraphQLError:
    message = f"{coordinate} {why}"
    return GraphQLError(message, node, original_error=Forbidden(message), extensions={"code": Forbidden.code})


def fields_asked(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> Iterator[str]:
    """Every field ("Type.field") that a valid operation can run, whatever its variables are."""
    return (coordinate for coordinate, _ in _fields(schema, document, operation_name, None))


def _asked_fields(context: ExecutionContext) -> Iterator[tuple[str, Node]]:
    schema: GraphQLSchema = context.schema._schema  # pyright: ignore[reportPrivateUsage]
    if context.graphql_document is None:
        return iter(())
    return _fields(schema, context.graphql_document, context.operation_name, context.variables or {})


def _fields(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, given: dict[str, Any] | None
) -> Iterator[tuple[str, Node]]:
    operation = get_operation_ast(document, operation_name)
    root = schema.get_root_type(operation.operation) if operation else None
    if operation is None or root is None:
        return iter(())
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    walk = _Walk(schema, fragments, {} if given is None else _boolean_values(operation, given))
    return walk.fields(operation.selection_set, root)


def _boolean_values(operation: OperationDefinitionNode, given: dict[str, Any]) -> dict[str, Any]:
    defaults = {
        definition.variable.name.value: definition.default_value.value
        for definition in operation.variable_definitions or ()
        if isinstance(definition.default_value, BooleanValueNode)
    }
    return {**defaults, **given}


class _Walk:
    """The fields of an operation that will run, each fragment once."""

    def __init__(
        self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode], variables: dict[str, Any]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._seen: set[str] = set()

    def fields(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> Iterator[tuple[str, Node]]:
        """Each field as "Type.field" with its place in the document."""
        for node in selections.selections:
            if self._is_left_out(node):
                continue
            if isinstance(node, FieldNode):
                yield from self._field(node, parent)
            elif isinstance(node, InlineFragmentNode):
                yield from self.fields(node.selection_set, self._type(node.type_condition) or parent)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in self._seen:
                self._seen.add(node.name.value)
                fragment = self._fragments[node.name.value]
                yield from self.fields(fragment.selection_set, self._type(fragment.type_condition) or parent)

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> Iterator[tuple[str, Node]]:
        field = parent.fields.get(node.name.value) if isinstance(parent, Composite) else None
        if field is None:  # __typename and introspection
            return
        yield f"{parent.name}.{node.name.value}", node
        if node.selection_set:
            yield from self.fields(node.selection_set, cast(GraphQLNamedType, get_named_type(field.type)))

    def _type(self, condition: NamedTypeNode | None) -> GraphQLNamedType | None:
        return self._schema.get_type(condition.name.value) if condition else None

    def _is_left_out(self, node: SelectionNode) -> bool:
        return any(
            self._value(directive) is (directive.name.value == "skip")
            for directive in node.directives or ()
            if directive.name.value in ("skip", "include")
        )

    def _value(self, directive: DirectiveNode) -> Any:
        value = next((a.value for a in directive.arguments or () if a.name.value == "if"), None)
        if isinstance(value, VariableNode):
            return self._variables.get(value.name.value)
        return value.value if isinstance(value, BooleanValueNode) else None
