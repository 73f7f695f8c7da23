"""Execution that reads plain fields in a loop: the same answers as the stock executor, which does all the rest."""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from graphql import GraphQLLeafType, GraphQLNonNull, GraphQLObjectType, is_leaf_type
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class Unexpected(Exception):
    """A value that is not as the schema promises: the stock executor says what is wrong, and where."""


@dataclass(frozen=True)
class PlainField:
    """A selected leaf that is an attribute of its object; `show` makes of its value what the answer holds."""

    name: str
    read: Callable[[Any], Any]
    show: Callable[[Any], Any]
    is_non_null: bool

    def of(self, source: Any) -> Any:
        """What the answer holds."""
        value = self.read(source)
        if value is not None:
            return self.show(value)
        if self.is_non_null:
            raise Unexpected
        return None


@dataclass(frozen=True)
class Plan:
    """The selected fields of a type: which are plain, which are left to the stock executor, and the order of all."""

    selected: dict[str, Any]  # kept, so that its identity is nobody else's while the plan lives
    plain: list[PlainField]
    rest: dict[str, Any]

    def values(self, source: Any) -> dict[str, Any]:
        """The plain fields of an object."""
        return {field.name: field.of(source) for field in self.plain}

    def in_order(self, plain: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
        """The fields as they were selected."""
        return {name: plain[name] if name in plain else rest[name] for name in self.selected}


class RowExecutor(StrawberryGraphQLCoreExecutionContext):
    """Completes plain fields without a call, a path and a resolve info for each of them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plans: dict[int, Plan] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """The selected fields of an object: the plain ones in a loop, the others as ever."""
        plan = self._plan(parent_type, grouped_field_set)
        if not plan.plain:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        try:
            plain = plan.values(source_value)
        except Exception:  # noqa: BLE001  it happens again, and is reported with its path
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        if not plan.rest:
            return plain
        rest: Any = cast(Any, super().execute_fields(parent_type, source_value, path, plan.rest, position_context))
        return _joined(plan, plain, rest) if inspect.isawaitable(rest) else plan.in_order(plain, rest)

    def complete_iterable_value(
        self,
        item_type: Any,
        field_details_list: Any,
        info: Any,
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        """A list: of objects with plain fields alone in one loop, any other as ever."""
        object_type = _nullable(item_type)
        if isinstance(object_type, GraphQLObjectType) and not self.get_stream_usage(field_details_list, path):
            plan = self._plan(object_type, self.collect_subfields(object_type, field_details_list)[0])
            if not plan.rest:
                items = list(items)
                try:
                    return [plan.values(item) for item in items]
                except Exception:  # noqa: BLE001  it happens again, and is reported with its path
                    pass
        return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)

    def _plan(self, type_: GraphQLObjectType, selected: Any) -> Plan:
        plan = self._plans.get(id(selected))
        if plan is None:
            found = {name: _plain_field(type_, name, details) for name, details in selected.items()}
            plain = [field for field in found.values() if field is not None]
            plan = Plan(selected, plain, {name: selected[name] for name, field in found.items() if field is None})
            self._plans[id(selected)] = plan
        return plan


async def _joined(plan: Plan, plain: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    return plan.in_order(plain, await rest)


def _plain_field(type_: GraphQLObjectType, name: str, details: Any) -> PlainField | None:
    field = type_.fields.get(details[0].node.name.value)
    read = getattr(field.resolve, "read", None) if field else None
    if field is None or read is None:
        return None
    leaf = _nullable(field.type)
    return PlainField(name, read, _shower(leaf), leaf is not field.type) if is_leaf_type(leaf) else None


def _nullable(type_: Any) -> Any:
    return cast(Any, type_).of_type if isinstance(type_, GraphQLNonNull) else type_


def _shower(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    show = leaf.coerce_output_value
    if leaf.name not in ("String", "ID"):
        return show
    return lambda value: value if type(value) is str else show(value)
