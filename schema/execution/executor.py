"""Execution by columns: the plain fields of a list in a loop, a looked-up field of all its objects at once.

The answers are those of the stock executor, which does all the rest, and everything again where something fails.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple, cast

from graphql import GraphQLField, GraphQLLeafType, GraphQLNonNull, GraphQLObjectType, is_leaf_type
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.arguments import convert_arguments

from resolvers.operation.errors import TooCostly
from resolvers.operation.meter import Meter, pace
from schema.document.prepared import PREPARED, Prepared
from schema.execution.lookups import Lookup

LEAF = "leaf"  # what is known of a field, beside its definition
ENTRIES_OF_PAGE = 20  # what a page that each object of a list asks for by itself counts, beside its own entries
VALUES_AT_ONCE = 500  # of a list that is completed without a look at the clock
BYTES_OF_VALUE = 5  # what a plain field adds to an answer at least, beside its name: quotes, colon, comma, a digit


class Unexpected(Exception):
    """A value that is not as the schema promises: the stock executor says what is wrong, and where."""


class PlainField(NamedTuple):
    """A selected leaf that is an attribute of its object; `show` makes of its value what the answer holds."""

    name: str
    read: Callable[[Any], Any]
    show: Callable[[Any], Any]
    is_non_null: bool


@dataclass(frozen=True)
class SelectedLookup:
    """A selected field that is one look-up for all objects of a list; `listed` is the type of a list without nulls."""

    name: str
    details: Any
    field: GraphQLField
    lookup: Lookup
    listed: GraphQLObjectType | None


@dataclass(frozen=True)
class InnerList:
    """A list without nulls that is an attribute of a looked-up object, which has only plain fields beside it."""

    of: "FieldPlan"
    name: str
    read: Callable[[Any], Any]
    type: GraphQLObjectType
    plan: "FieldPlan"


@dataclass(frozen=True)
class FieldPlan:
    """The selected fields of a type: plain ones, looked-up ones, others, and all but the plain as they were given."""

    selected: "Selection"
    plain: list[PlainField]
    lookups: list[SelectedLookup]
    others: dict[str, Any]
    rest: dict[str, Any]
    nbytes: int
    pages: int

    def values(self, source: Any) -> dict[str, Any]:
        """The plain fields of an object."""
        if source is None:
            raise Unexpected
        values: dict[str, Any] = {}
        for name, read, show, is_non_null in self.plain:
            value = read(source)
            if value is not None:
                value = show(value)
            elif is_non_null:
                raise Unexpected
            values[name] = value
        return values

    def in_order(self, plain: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
        """The fields as they were selected."""
        return {name: plain[name] if name in plain else rest[name] for name in self.selected}


class Selection(dict[str, Any]):
    """The fields that are selected of a type, by their names in the answer: what its plan depends on, so it has it."""

    def __init__(self, type_: GraphQLObjectType, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self._type = type_

    @cached_property
    def plan(self) -> FieldPlan:
        """How they are completed."""
        return _plan_of(self._type, self)


class RowExecutor(StrawberryGraphQLCoreExecutionContext):
    """Completes plain fields without a call, a path and a resolve info for each of them."""

    @classmethod
    def build(cls, *args: Any, operation_extensions: dict[str, Any] | None = None, **options: Any) -> Any:
        """Make what executes an operation, or say what is wrong with its variables, as its document was validated."""
        prepared = (operation_extensions or {}).get(PREPARED)
        options["hide_suggestions"] = isinstance(prepared, Prepared) and prepared.hides_names
        build = cast(Any, super().build)
        return build(*args, operation_extensions=operation_extensions, **options)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        prepared = cast(Any, self.operation_extensions or {}).get(PREPARED)
        kept = prepared.selections if isinstance(prepared, Prepared) else None
        self._meter: Meter = getattr(self.context_value, "meter", None) or Meter()
        self._pace = pace()
        self._selections: dict[Any, Any] = {} if kept is None else kept

    def collect_subfields(self, return_type: GraphQLObjectType, field_details_list: Any) -> Any:
        """What is selected of a type in a field: found once for a document, where that is always the same."""
        # It depends on the type and on the fields that it is selected in: on where they stand in the text of the
        # document, and whether they are deferred. (It also depends on variables: no document with directives is kept.)
        key = (return_type.name, *((found.node.loc.start, found.defer_usage) for found in field_details_list))
        collected = self._selections.get(key)
        if collected is None:
            collected = super().collect_subfields(return_type, field_details_list)
            selection = Selection(return_type, collected.grouped_field_set)
            collected = self._selections[key] = collected._replace(grouped_field_set=selection)
        return collected

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """The selected fields of an object: the plain ones in a loop, the others as ever."""
        # What an operation itself selects is collected anew each time: a plan would not serve again.
        plan = grouped_field_set.plan if isinstance(grouped_field_set, Selection) else None
        if plan is not None and self._must_wait():
            return self._later(
                self.execute_fields, parent_type, source_value, path, grouped_field_set, position_context
            )
        if plan is None or not plan.plain:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        self._meter.shows(plan.nbytes)
        try:
            plain = plan.values(source_value)
        except Exception:  # noqa: BLE001  it happens again, and is reported with its path
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        if not plan.rest:
            return plain
        rest: Any = cast(Any, super().execute_fields(parent_type, source_value, path, plan.rest, position_context))
        return _joined(plan, plain, rest) if inspect.isawaitable(rest) else plan.in_order(plain, rest)

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Path, position_context: Any
    ) -> Any:
        """A field that is not plain: at once, or in a later turn of the event loop where this one is over."""
        asked, execute = (parent_type, source, field_details_list, path, position_context), super().execute_field
        if self._must_wait():
            return self._later(execute, *asked)
        found: Any = execute(*asked)
        return self._in_turn(found) if self._meter.is_large and inspect.isawaitable(found) else found

    def _must_wait(self) -> bool:
        return self._meter.is_large and self._pace.is_spent()

    async def _each(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return await self._pace.each(work, items) if self._meter.is_large else list(map(work, items))

    async def _in_turn(self, found: Awaitable[Any]) -> Any:
        await self._pace.breathe()  # a thousand that begin at once would be one long turn
        return await found

    async def _later(self, execute: Callable[..., Any], *asked: Any) -> Any:
        await self._pace.breathe()
        found = execute(*asked)
        return await found if inspect.isawaitable(found) else found

    def complete_iterable_value(
        self,
        item_type: Any,
        field_details_list: Any,
        info: Any,
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        """A list: its objects' plain fields in one loop, each looked-up field for all of them at once."""
        type_, kept = _nullable(item_type), list(items)

        def as_ever() -> Any:
            return super(RowExecutor, self).complete_iterable_value(
                item_type, field_details_list, info, path, kept, position_context
            )

        if not isinstance(type_, GraphQLObjectType) or self.get_stream_usage(field_details_list, path):
            self._meter.makes(len(kept))
            return as_ever()
        plan = self._plan_within(type_, field_details_list)
        self._meter.makes(len(kept) * (1 + ENTRIES_OF_PAGE * plan.pages))
        if plan.rest and not plan.lookups:
            return as_ever()
        if kept and (plan.lookups or len(kept) * len(plan.plain) > VALUES_AT_ONCE or self._must_wait()):
            return self._whole_list(_List(type_, plan, kept, path), as_ever)
        self._meter.shows(len(kept) * plan.nbytes)
        try:
            return [plan.values(item) for item in kept]
        except Exception:  # noqa: BLE001  it happens again, and is reported with its path
            return as_ever()

    async def _whole_list(self, of: "_List", as_ever: Callable[[], Any]) -> Any:
        try:
            return await self._completed(of)
        except TooCostly:
            raise
        except Exception:  # noqa: BLE001  it happens again, and is reported with its path
            again = as_ever()
            return await again if inspect.isawaitable(again) else again

    async def _completed(self, of: "_List") -> list[dict[str, Any]]:
        plain = await self._values(of.plan, of.items)
        if not of.plan.lookups:
            return plain
        columns = await asyncio.gather(*(self._column(of, selected) for selected in of.plan.lookups))
        others = await self._others(of)
        names = [selected.name for selected in of.plan.lookups]

        def in_order(found: Any) -> dict[str, Any]:
            own, other, *looked_up = found
            return of.plan.in_order(own, dict(zip(names, looked_up, strict=True)) | other)

        return await self._each(in_order, zip(plain, others, *columns, strict=True))

    async def _values(self, plan: FieldPlan, items: Sequence[Any]) -> list[dict[str, Any]]:
        """The plain fields of many objects, in turns with whoever else has work here."""
        self._meter.shows(len(items) * plan.nbytes)
        return await self._each(plan.values, items)

    async def _column(self, of: "_List", selected: SelectedLookup) -> list[Any]:
        """One field of all objects of a list: looked up together, then completed one by one."""
        field, details = selected.field, selected.details
        values = await selected.lookup.of(of.items, self.context_value, self._given(selected))
        if plan := self._plan_of_plain_lists(selected):
            return await self._in_lists(plan, values)
        if inner := self._inner_list(selected):
            return await self._inner_lists(of, inner, values)
        nodes = [detail.node for detail in details]
        info = cast(Any, self.build_resolve_info(field, nodes, of.type, of.path))

        def completed(found: tuple[int, Any]) -> Any:
            place = of.place(found[0]).add_key(selected.name, of.type.name)
            return self.complete_value(field.type, details, info, place, found[1], None)

        return await _settled(await self._each(completed, enumerate(values)))

    def _plan_of_plain_lists(self, selected: SelectedLookup) -> FieldPlan | None:
        """The plan of what a list holds, where all of that is plain and nothing is nullable, streamed or deferred."""
        if selected.listed is None or _is_directed(selected.details):
            return None
        plan = self._plan_within(selected.listed, selected.details)
        return None if plan.rest else plan

    def _inner_list(self, selected: SelectedLookup) -> InnerList | None:
        """The list inside of the looked-up objects, such as the nodes of connections, where there is just one."""
        type_ = _nullable(selected.field.type)
        if not isinstance(type_, GraphQLObjectType) or _is_directed(selected.details):
            return None
        outer = self._plan_within(type_, selected.details)
        if outer.lookups or len(outer.others) != 1:
            return None
        ((name, details),) = outer.others.items()
        field = type_.fields.get(details[0].node.name.value)
        read, listed = (_read_of(field), _listed(field)) if field else (None, None)
        if read is None or listed is None or _is_directed(details):
            return None
        plan = self._plan_within(listed, details)
        return None if plan.others else InnerList(outer, name, read, listed, plan)

    async def _inner_lists(self, of: "_List", inner: InnerList, values: list[Any]) -> list[Any]:
        """The looked-up objects, with their lists completed as one."""
        own = await self._values(inner.of, values)
        lists = [list(inner.read(value)) for value in values]
        items = [item for items in lists for item in items]
        self._meter.makes(len(items))
        found = await self._completed(_List(inner.type, inner.plan, items, of.path)) if items else []
        rest: Iterator[Any] = iter(found)

        def in_order(of_one: tuple[dict[str, Any], list[Any]]) -> dict[str, Any]:
            return inner.of.in_order(of_one[0], {inner.name: list(islice(rest, len(of_one[1])))})

        return await self._each(in_order, zip(own, lists, strict=True))

    async def _in_lists(self, plan: FieldPlan, lists: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """The plain objects of many short lists."""
        count = sum(map(len, lists))
        self._meter.makes(count)
        found: Iterator[Any] = iter(await self._values(plan, [item for items in lists for item in items]))
        return [list(islice(found, len(items))) for items in lists]

    async def _others(self, of: "_List") -> list[dict[str, Any]]:
        """The fields of all objects of a list that are neither plain nor looked up."""
        if not of.plan.others:
            return [{}] * len(of.items)
        execute = super().execute_fields

        def executed(found: tuple[int, Any]) -> Any:
            return execute(of.type, found[1], of.place(found[0]), of.plan.others, None)

        return await _settled(await self._each(executed, enumerate(of.items)))

    def _given(self, selected: SelectedLookup) -> dict[str, Any]:
        """The arguments of a looked-up field, as its resolver would get them."""
        if not selected.field.args:
            return {}
        first = selected.details[0]
        values = get_argument_values(
            selected.field, first.node, self.variable_values, first.fragment_variable_values, self.hide_suggestions
        )
        schema = cast(Any, self.schema)._strawberry_schema
        definition = selected.field.extensions["strawberry-definition"]
        return convert_arguments(values, definition.arguments, schema.schema_converter.scalar_registry, schema.config)

    def _plan_within(self, type_: GraphQLObjectType, details: Any) -> FieldPlan:
        """What is selected of a type in a field."""
        return self.collect_subfields(type_, details).grouped_field_set.plan


@dataclass(frozen=True)
class _List:
    """A list to be completed: its objects of one type, and where it stands in the answer."""

    type: GraphQLObjectType
    plan: FieldPlan
    items: list[Any]
    path: Path

    def place(self, index: int) -> Path:
        """Where an object of it stands."""
        return self.path.add_key(index, None)


async def _settled(values: list[Any]) -> list[Any]:
    """The values, those that are awaited meanwhile among them."""
    awaited = [i for i, value in enumerate(values) if inspect.isawaitable(value)]
    if awaited:
        found = await asyncio.gather(*(values[i] for i in awaited))
        for i, value in zip(awaited, found, strict=True):
            values[i] = value
    return values


def _plan_of(type_: GraphQLObjectType, selected: Selection) -> FieldPlan:
    plain: list[PlainField] = []
    lookups: list[SelectedLookup] = []
    others: dict[str, Any] = {}
    for name, details in selected.items():
        field = type_.fields.get(_name_of(details))
        if field is not None and (found := _plain_field(field, name)):
            plain.append(found)
        elif field is not None and (lookup := _lookup_of(field)):
            lookups.append(SelectedLookup(name, details, field, lookup, _listed(field)))
        else:
            others[name] = details
    taken = {field.name for field in plain}
    rest = {name: details for name, details in selected.items() if name not in taken}
    nbytes = sum(len(field.name) + BYTES_OF_VALUE for field in plain) + 2
    pages = sum("first" in field.args for found in others.values() if (field := type_.fields.get(_name_of(found))))
    return FieldPlan(selected, plain, lookups, others, rest, nbytes, pages)


def _name_of(details: Any) -> str:
    return details[0].node.name.value


def _is_directed(details: Any) -> bool:
    """Whether a field is streamed, deferred or otherwise directed."""
    return any(detail.node.directives for detail in details)


def _lookup_of(field: GraphQLField) -> Lookup | None:
    definition = field.extensions.get("strawberry-definition")
    return definition.metadata.get("lookup") if definition else None


def _listed(field: GraphQLField) -> GraphQLObjectType | None:
    type_ = cast(Any, field.type)
    found = _nullable(getattr(_nullable(type_), "of_type", None))
    return found if isinstance(found, GraphQLObjectType) and str(type_) == f"[{found.name}!]!" else None


async def _joined(plan: FieldPlan, plain: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    return plan.in_order(plain, await rest)


def _plain_field(field: GraphQLField, name: str) -> PlainField | None:
    extensions: dict[str, Any] = field.extensions
    if LEAF not in extensions:
        extensions[LEAF] = _leaf(field)
    leaf = extensions[LEAF]
    return PlainField(name, *leaf) if leaf else None


def _leaf(field: GraphQLField) -> tuple[Callable[[Any], Any], Callable[[Any], Any], bool] | None:
    leaf, read = _nullable(field.type), _read_of(field)
    return (read, _shower(leaf), leaf is not field.type) if read and is_leaf_type(leaf) else None


def _read_of(field: GraphQLField) -> Callable[[Any], Any] | None:
    return getattr(field.resolve, "read", None)


def _nullable(type_: Any) -> Any:
    return cast(Any, type_).of_type if isinstance(type_, GraphQLNonNull) else type_


def _shower(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    show = leaf.coerce_output_value
    if leaf.name not in ("String", "ID"):
        return show
    return lambda value: value if type(value) is str else show(value)
