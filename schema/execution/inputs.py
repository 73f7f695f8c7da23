"""How inputs are made of what a client sends: found once for each kind, not anew for each value of each field."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, NamedTuple

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
)
from strawberry.types.arguments import InputContext
from strawberry.types.field import StrawberryField

DEFINITION = "strawberry-definition"  # where Strawberry keeps its own of a type and of a field

Make = Callable[[Any], Any]


class GivenField(NamedTuple):
    """A field of an input: its name to clients and to us, and how its value is made, None for as it is."""

    name: str
    attribute: str
    make: Make | None
    is_needed: bool


def make_inputs_at_once(built: GraphQLSchema) -> None:
    """Let inputs be made by plans of their own; GraphQL has checked and converted their plain values already."""
    makers: dict[str, Make] = {}
    for type_ in built.type_map.values():
        if isinstance(type_, GraphQLInputObjectType) and DEFINITION in type_.extensions:
            definition = type_.extensions[DEFINITION]
            make = makers[type_.name] = _maker(type_, definition.origin, makers)
            definition.from_input = _from_input(make)


def _from_input(make: Make) -> Callable[[type, Mapping[str, Any], InputContext], Any]:
    def from_input(_type: type, value: Mapping[str, Any], _context: InputContext) -> Any:
        return make(value)

    return from_input


def _maker(type_: GraphQLInputObjectType, made: type, makers: dict[str, Make]) -> Make:
    fields = [
        _field(name, field.extensions[DEFINITION], _value_maker(field.type, makers))
        for name, field in type_.fields.items()
    ]
    absent = {field.attribute: None for field in fields if field.is_needed}

    def make(value: Mapping[str, Any]) -> Any:
        given = {
            attribute: value[name] if convert is None else convert(value[name])
            for name, attribute, convert, _ in fields
            if name in value
        }
        return made(**{**absent, **given})

    return make


def _field(name: str, field: StrawberryField, make: Make | None) -> GivenField:
    has_default = field.default is not MISSING or field.default_factory is not MISSING
    return GivenField(name, field.python_name or name, make, is_needed=not has_default)


def _value_maker(type_: Any, makers: dict[str, Make]) -> Make | None:
    if isinstance(type_, GraphQLNonNull):
        return _value_maker(type_.of_type, makers)
    if isinstance(type_, GraphQLList):
        inner = _value_maker(type_.of_type, makers)
        return lambda values: None if values is None else list(values if inner is None else map(inner, values))
    if isinstance(type_, GraphQLInputObjectType):
        return lambda value: None if value is None else makers[type_.name](value)
    return None  # a scalar or a word
