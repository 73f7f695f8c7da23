"""What an operation costs before it runs: a price per field, multiplied by the size of the pages and lists around it.

A point is about the work of showing one plain field. Each fragment is priced once; no price goes beyond a ceiling.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    Node,
    NullValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionNode,
    SelectionSetNode,
    TypeMetaFieldDef,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

from resolvers.operation.errors import BadUserInput
from resolvers.operation.paging import DEFAULT_PAGE, checked_limit
from schema.limits import CEILING, Fragments

LEAF = 1
OBJECT = 1
STATEMENT = 5  # a field that asks the store once, for however many objects
EXPORT = 10  # a link to a file: nothing is computed before it is opened
REPORT = 500  # a computation over all facts: whatever tells how fresh it is

# Where a field's work differs from what its type lets one expect.
PRICES = {
    "Customer.rfm": 10,
    "CLV.prediction": 10,
    "Customer.clv": 10,
    "Customer.patterns": 50,
    "Customer.recommendations": 50,
    "PredictedCLV.expectedNextOrderDate": 5,
    "PredictedCLV.expectedOrdersInterval": 10,
    "Query.customers": 50,
    "Query.lifetimeValueModel": REPORT,
    "Query.segmentMigration": 2 * REPORT,
    "Query.segmentationTrend": 12 * REPORT,
    "Query.__schema": 20_000,  # one is enough: a flood of them is refused, however little each asks
    "Query.__type": 100,
}
MUTATION = 20

# How many items a list has that nobody asked a number of.
SHORT_LIST = 10
LISTS = {
    "__Schema.types": 100,
    "__Type.fields": 7,
    "CategoryAffinity.pairs": 50,
    "LifetimeValueReport.distribution": 7,
    "LifetimeValueReport.lorenz": 101,
    "PurchasePatterns.byHour": 24,
    "PurchasePatterns.byMonth": 12,
    "PurchasePatterns.byWeekdayHour": 168,
    "PurchasePatterns.seasonality": 12,
    "PurchasePatterns.series": 50,
    "SegmentMigration.moves": 30,
    "Segmentation.cells": 125,
    "SegmentationTrend.points": 12,
}
INTROSPECTED_LIST = 1

# The arguments that together leave one item of a list, or none.
NAMING_ONE = {
    "Cohort.periods": {"period"},
    "LifetimeValueReport.distribution": {"label"},
    "RetentionReport.cohorts": {"key"},
    "SegmentMigration.moves": {"from", "to"},
    "Segmentation.cells": {"recencyScore", "frequencyScore", "monetaryScore"},
}

PAGE_ARGUMENTS = ("first", "last")
Composite = GraphQLObjectType | GraphQLInterfaceType


class Price(NamedTuple):
    """What a selection costs once, and for each item of the page that it is asked for."""

    once: int = 0
    each: int = 0

    def beside(self, other: "Price") -> "Price":
        """Both in one selection set."""
        return Price(min(self.once + other.once, CEILING), min(self.each + other.each, CEILING))

    def times(self, count: int) -> "Price":
        """As often as there are items."""
        return Price(min(self.once * count, CEILING), min(self.each * count, CEILING))

    def for_page(self, size: int) -> "Price":
        """With a page of this size."""
        return Price(min(self.once + self.each * size, CEILING))


FREE = Price()


def cost_of(
    schema: GraphQLSchema,
    fragments: Fragments,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
) -> int:
    """The cost of an operation with these variables; a GraphQLError tells of a page that is too long."""
    root = schema.get_root_type(operation.operation)
    pricing = _Pricing(schema, _values_of(operation, variables or {}))
    for fragment in fragments.ordered:
        pricing.learn(fragment)
    return pricing.of(operation.selection_set, root).for_page(DEFAULT_PAGE).once


def sizes_of(variables: Mapping[str, Any] | None) -> frozenset[tuple[str, Any]]:
    """What of some variables the cost may depend on: whole numbers, truth values and the lengths of lists."""
    return frozenset((name, _size(value)) for name, value in (variables or {}).items())


def _size(value: Any) -> Any:
    if isinstance(value, list):
        return ("items", len(cast(list[Any], value)))
    return (type(value), value) if isinstance(value, bool | int | float) else value is None


def _values_of(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {d.variable.name.value: _literal(d.default_value) for d in operation.variable_definitions or ()}
    return {**defaults, **variables}


def _literal(node: ValueNode | None) -> Any:
    """A whole number, a truth value or a list as such, None for all else."""
    match node:
        case IntValueNode():
            return int(node.value)
        case BooleanValueNode():
            return node.value
        case ListValueNode():
            return list(node.values)
        case _:
            return None


class _Pricing:
    """The price of selections with given variables."""

    def __init__(self, schema: GraphQLSchema, values: Mapping[str, Any]) -> None:
        self._schema = schema
        self._values = values
        self._fragments: dict[str, Price] = {}

    def learn(self, fragment: FragmentDefinitionNode) -> None:
        """Price a fragment, those that it spreads being known."""
        self._fragments[fragment.name.value] = self.of(fragment.selection_set, self._type(fragment.type_condition))

    def of(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Price:
        """The price of a selection set on a type."""
        total = FREE
        for node in selections.selections if selections else ():
            if not self._is_left_out(node.directives):
                total = total.beside(self._selection(node, parent))
        return total

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None) -> Price:
        if isinstance(node, FragmentSpreadNode):
            return self._fragments.get(node.name.value, FREE)
        if isinstance(node, InlineFragmentNode):
            return self.of(node.selection_set, self._type(node.type_condition) or parent)
        return self._field(cast(FieldNode, node), parent)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Price:
        field = self._definition(parent, node.name.value)
        if parent is None or field is None:  # `__typename`, or a field that validation refuses
            return Price(LEAF)
        inner = self.of(node.selection_set, _named(field))
        page = self._page(node, field)
        if _is_list(field.type):
            if _is_connection(parent):
                return Price(LEAF, inner.for_page(DEFAULT_PAGE).once)
            count = page or self._given_items(node) or self._usual_items(node, parent)
            inner = inner.times(count)
        elif page is not None or _has_pages(field):
            inner = inner.for_page(DEFAULT_PAGE if page is None else page)
        return Price(self._own_price(parent, node.name.value, field)).beside(inner)

    def _definition(self, parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        if parent is not None and parent is self._schema.query_type and name.startswith("__"):
            return {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}.get(name)
        return parent.fields.get(name) if isinstance(parent, Composite) else None

    def _own_price(self, parent: GraphQLNamedType, name: str, field: GraphQLField) -> int:
        named = _named(field)
        if price := PRICES.get(f"{parent.name}.{name}"):
            return price
        if name == "exportUrl":
            return EXPORT
        if parent is self._schema.mutation_type:
            return MUTATION
        if isinstance(named, GraphQLObjectType) and {"freshness", "howComputed"} & named.fields.keys():
            return REPORT
        if _has_pages(field) or parent is self._schema.query_type or name == "totalCount":
            return STATEMENT
        return LEAF if is_leaf_type(named) else OBJECT

    def _page(self, node: FieldNode, field: GraphQLField) -> int | None:
        """How many items are asked for, None where the field has no pages."""
        size = None
        for name in PAGE_ARGUMENTS:
            if name not in field.args:
                continue
            argument = _argument(node.arguments, name)
            value = _whole(self._value(argument.value) if argument else field.args[name].default_value)
            if value is not None:
                _check_page(name, value, node)
                size = max(size or 0, value)
        return size

    def _given_items(self, node: FieldNode) -> int:
        """How many items the longest list among the arguments has: the answer has as many."""
        values = (self._value(argument.value) for argument in node.arguments or ())
        return max((len(cast(list[Any], value)) for value in values if isinstance(value, list)), default=0)

    def _usual_items(self, node: FieldNode, parent: GraphQLNamedType) -> int:
        name = f"{parent.name}.{node.name.value}"
        if name in NAMING_ONE and NAMING_ONE[name] <= {argument.name.value for argument in self._given(node)}:
            return 1
        return LISTS.get(name, INTROSPECTED_LIST if parent.name.startswith("__") else SHORT_LIST)

    def _given(self, node: FieldNode) -> Iterable[ArgumentNode]:
        """The arguments that are surely not null."""
        return (argument for argument in node.arguments or () if not self._is_null(argument.value))

    def _is_null(self, node: ValueNode) -> bool:
        return self._value(node) is None if isinstance(node, VariableNode) else isinstance(node, NullValueNode)

    def _value(self, node: ValueNode) -> Any:
        return self._values.get(node.name.value) if isinstance(node, VariableNode) else _literal(node)

    def _type(self, condition: NamedTypeNode | None) -> GraphQLNamedType | None:
        return self._schema.get_type(condition.name.value) if condition else None

    def _is_left_out(self, directives: Sequence[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            condition = _argument(directive.arguments, "if")
            decides = directive.name.value in ("skip", "include") and condition is not None
            if decides and self._value(cast(ArgumentNode, condition).value) is (directive.name.value == "skip"):
                return True
        return False


def _check_page(name: str, size: int, node: Node) -> None:
    try:
        checked_limit(size, name)
    except BadUserInput as refusal:
        raise GraphQLError(refusal.message, node, extensions={"code": refusal.code}) from None


def _whole(value: Any) -> int | None:
    """The whole number that GraphQL makes of a value: 50.0 in JSON is 50."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _argument(arguments: Iterable[ArgumentNode] | None, name: str) -> ArgumentNode | None:
    return next((argument for argument in arguments or () if argument.name.value == name), None)


def _named(field: GraphQLField) -> GraphQLNamedType:
    return cast(GraphQLNamedType, get_named_type(cast(Any, field.type)))


def _has_pages(field: GraphQLField) -> bool:
    return any(name in field.args for name in PAGE_ARGUMENTS)


def _is_list(type_: Any) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _is_connection(type_: GraphQLNamedType) -> bool:
    return type_.name.endswith("Connection")
