"""What an operation costs before it runs: a price per field, multiplied by the size of the pages and lists around it.

A point is about the work of showing one plain field. Each fragment is priced once; no price goes beyond a ceiling.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, cast

from graphql import (
    ArgumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    NullValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    ValueNode,
    VariableNode,
    is_leaf_type,
)

from resolvers.operation.errors import BadUserInput
from resolvers.operation.paging import DEFAULT_PAGE, checked_limit
from schema.document.limits import CEILING
from schema.document.walking import Fragments, Walker, argument, field_of, named_type_of, values_of

LEAF = 1
OBJECT = 1
STATEMENT = 5  # a field that asks the store once, for however many objects
MEMBERS = 20  # the customers behind a number: a statement of its own for each number of a list
EXPORT = 10  # a link to a file: nothing is computed before it is opened
REPORT = 500  # a computation over all facts: whatever tells how fresh it is


class Series(NamedTuple):
    """How a field is asked for a series; `each` is what a unit of it costs beside what is shown."""

    unit: str
    default: str
    days: int
    each: int = 0


# Where a field's work differs from what its type lets one expect.
PRICES = {
    "Customer.rfm": 10,
    "Customer.atStake": 10,
    "Customer.attention": 10,
    "CLV.prediction": 10,
    "CohortCell.customers": MEMBERS,
    "Customer.clv": 10,
    "Customer.patterns": 50,
    "Customer.recommendations": 50,
    "PredictedCLV.expectedNextOrderDate": 5,
    "PredictedCLV.expectedOrdersInterval": 10,
    "Query.customers": 50,
    "Query.sales": 20,
    "Query.lifetimeValueModel": REPORT,
    "Query.segmentMigration": 2 * REPORT,
    "RFMCell.customers": MEMBERS,
    "SegmentMove.customers": MEMBERS,
    "SegmentSummary.customers": MEMBERS,
    "ValueBucket.customers": MEMBERS,
    "Query.__schema": 20_000,  # one is enough: a flood of them is refused, however little each asks
    "Query.__type": 100,
}
MUTATION = 20

# How many items a list has that nobody asked a number of; where facts make it longer, the executor counts.
SHORT_LIST = 10
LISTS = {
    "__Schema.types": 100,
    "__Type.fields": 7,
    "DataQuality.imports": 50,
    "Cohort.periods": 12,
    "LifetimeValueReport.distribution": 7,
    "LifetimeValueReport.lorenz": 101,
    "Query.eventTypes": 31,
    "Query.webhookEndpoints": 20,
    "WebhookDelivery.attempts": 20,
    "PurchasePatterns.byHour": 24,
    "PurchasePatterns.byMonth": 12,
    "PurchasePatterns.byWeekdayHour": 168,
    "PurchasePatterns.seasonality": 12,
    "RetentionReport.cohorts": 24,
    "SegmentMigration.moves": 30,
    "Segmentation.cells": 125,
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

# Lists with as many items as the field that the whole report hangs from is asked for: by `first`, or by a period.
OF_FIRST = frozenset(("CategoryAffinity.pairs",))
OF_PERIOD = frozenset(("PurchasePatterns.series", "RetentionReport.trends", "SegmentationTrend.points"))

# The fields whose period makes such lists: how its calendar unit is called, which it is where none is given, and how
# many days it has where none is given.
SERIES = {
    "Customer.patterns": Series("", "MONTHLY", 90),
    "Query.purchasePatterns": Series("grouping", "MONTHLY", 90),
    "Query.retention": Series("trendPeriod", "MONTH", 365),
    "Query.segmentationTrend": Series("every", "MONTH", 365, each=REPORT),
}
DAYS_OF_UNIT = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 30, "MONTH": 30, "QUARTER": 91, "YEAR": 365}
DAYS_OF_HISTORY = 3_650  # where a period begins with the first fact, which nobody has looked up yet
LONGEST_SERIES = 2_000
LONGEST_DAY = 10

PAGE_ARGUMENTS = ("first", "last")
INTROSPECTION = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


class Price(NamedTuple):
    """What a selection costs once, for each item of the page that it is asked for, and for each unit of its series."""

    once: int = 0
    each: int = 0
    unit: int = 0

    def beside(self, other: "Price") -> "Price":
        """Both in one selection set."""
        return Price(*(min(mine + its, CEILING) for mine, its in zip(self, other, strict=True)))

    def times(self, count: int) -> "Price":
        """As often as there are items."""
        return Price(*(min(mine * count, CEILING) for mine in self))

    def for_page(self, size: int) -> "Price":
        """With a page of this size."""
        return Price(min(self.once + self.each * size, CEILING), unit=self.unit)

    def for_series(self, count: int) -> "Price":
        """With a series of so many units."""
        return Price(min(self.once + self.unit * count, CEILING), self.each)


FREE = Price()


def cost_of(
    schema: GraphQLSchema,
    fragments: Fragments,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
) -> int:
    """The cost of an operation with these variables; a GraphQLError tells of a page that is too long."""
    root = schema.get_root_type(operation.operation)
    pricing = _Pricing(schema, Walker(schema, values_of(operation, variables)))
    for fragment in fragments.ordered:
        pricing.learn(fragment)
    return pricing.of(operation.selection_set, root).for_page(DEFAULT_PAGE).once


def sizes_of(variables: Mapping[str, Any] | None) -> frozenset[tuple[str, Any]]:
    """What of some variables the cost may depend on: numbers, truth values, days and units, the lengths of lists."""
    return frozenset((name, _size(value)) for name, value in (variables or {}).items())


def _size(value: Any) -> Any:
    if isinstance(value, list):
        return ("items", len(cast(list[Any], value)))
    if isinstance(value, dict):
        return sizes_of(cast(dict[str, Any], value))
    if isinstance(value, str) and len(value) <= LONGEST_DAY:
        return value
    return (type(value), value) if isinstance(value, bool | int | float) else value is None


class _Pricing:
    """The price of selections with given variables."""

    def __init__(self, schema: GraphQLSchema, walker: Walker) -> None:
        self._schema = schema
        self._walker = walker
        self._fragments: dict[str, Price] = {}

    def learn(self, fragment: FragmentDefinitionNode) -> None:
        """Price a fragment, those that it spreads being known."""
        type_ = self._walker.type_of(fragment.type_condition)
        self._fragments[fragment.name.value] = self.of(fragment.selection_set, type_)

    def of(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Price:
        """The price of a selection set on a type."""
        total = FREE
        for node, type_ in self._walker.within(selections, parent):
            if isinstance(node, FragmentSpreadNode):
                total = total.beside(self._fragments.get(node.name.value, FREE))
            elif isinstance(node, FieldNode):
                total = total.beside(self._field(node, type_))
        return total

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Price:
        field = self._definition(parent, node.name.value)
        if parent is None or field is None:  # `__typename`, or a field that validation refuses
            return Price(LEAF)
        inner = self.of(node.selection_set, named_type_of(field))
        page = self._page(node, field)
        coordinate = f"{parent.name}.{node.name.value}"
        if series := SERIES.get(coordinate):
            count = self._units(node, series)
            inner = inner.for_series(count).beside(Price(series.each * count))
        if _is_list(field.type):
            if _is_connection(parent) or coordinate in OF_FIRST:
                return Price(LEAF, inner.for_page(DEFAULT_PAGE).once)
            if coordinate in OF_PERIOD:
                return Price(LEAF, unit=inner.for_page(DEFAULT_PAGE).once)
            count = page or self._given_items(node) or self._usual_items(node, parent)
            inner = inner.times(count)
        elif page is not None or _has_pages(field):
            inner = inner.for_page(DEFAULT_PAGE if page is None else page)
        return Price(self._own_price(parent, node.name.value, field)).beside(inner)

    def _definition(self, parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        if parent is not None and parent is self._schema.query_type and name in INTROSPECTION:
            return INTROSPECTION[name]
        return field_of(parent, name)

    def _own_price(self, parent: GraphQLNamedType, name: str, field: GraphQLField) -> int:
        named = named_type_of(field)
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
            given = argument(node.arguments, name)
            value = _whole(self._walker.value(given.value) if given else field.args[name].default_value)
            if value is not None:
                _check_page(name, value, node)
                size = max(size or 0, value)
        return size

    def _units(self, node: FieldNode, series: Series) -> int:
        """How many calendar units the period has that a field is asked for, as far as can be told beforehand."""
        asked = {given.name.value: self._walker.value(given.value) for given in self._given(node)}
        unit = DAYS_OF_UNIT.get(str(asked.get(series.unit)), DAYS_OF_UNIT[series.default])
        period = asked.get("period") or asked
        start, end = (self._day(period, *names) for names in (("start", "from"), ("end", "to")))
        days = series.days
        if start is not None:
            days = (end or date.today()).toordinal() - start.toordinal()
        elif "period" in asked:
            days = DAYS_OF_HISTORY
        return min(max(days, 0) // unit + 2, LONGEST_SERIES)

    def _day(self, period: Any, *names: str) -> date | None:
        values = (cast(dict[str, Any], period).get(name) for name in names) if isinstance(period, dict) else ()
        told = next((value for value in values if value is not None), None)
        found = self._walker.value(told) if isinstance(told, ValueNode) else told
        try:
            return date.fromisoformat(found) if isinstance(found, str) else None
        except ValueError:
            return None

    def _given_items(self, node: FieldNode) -> int:
        """How many items the longest list among the arguments has: the answer has as many."""
        values = (self._walker.value(given.value) for given in node.arguments or ())
        return max((len(cast(list[Any], value)) for value in values if isinstance(value, list)), default=0)

    def _usual_items(self, node: FieldNode, parent: GraphQLNamedType) -> int:
        name = f"{parent.name}.{node.name.value}"
        if name in NAMING_ONE and NAMING_ONE[name] <= {given.name.value for given in self._given(node)}:
            return 1
        return LISTS.get(name, INTROSPECTED_LIST if parent.name.startswith("__") else SHORT_LIST)

    def _given(self, node: FieldNode) -> Iterable[ArgumentNode]:
        """The arguments that are surely not null."""
        return (given for given in node.arguments or () if not self._is_null(given.value))

    def _is_null(self, node: ValueNode) -> bool:
        return self._walker.value(node) is None if isinstance(node, VariableNode) else isinstance(node, NullValueNode)


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


def _has_pages(field: GraphQLField) -> bool:
    return any(name in field.args for name in PAGE_ARGUMENTS)


def _is_list(type_: Any) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _is_connection(type_: GraphQLNamedType) -> bool:
    return type_.name.endswith("Connection")
