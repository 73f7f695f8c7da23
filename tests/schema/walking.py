"""Documents that ask for every field that can be reached from a root."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType, GraphQLUnionType, get_named_type

from schema.schema import schema

BUILT: Any = schema._schema

Wanted = Callable[[str], bool]


def everything_under(root: str, call: str, wanted: Wanted, of: str = "Query") -> tuple[str, set[str]]:
    """A document of all `wanted` fields ("Type.field") under a root field of a type, and which those are.

    `call` is the root field with its arguments. A type is opened once on each way down; where it comes again,
    only its plain fields are asked.
    """
    asked: set[str] = {f"{of}.{root}"}
    type_ = get_named_type(BUILT.type_map[of].fields[root].type)
    return f"{{ {call} {_selection(type_, (), wanted, asked)} }}", asked


def ways_to(found: Wanted, root: str, call: str) -> Iterator[tuple[str, str]]:
    """Each `found` field under a root, with a document for each way down to it that opens no type twice."""
    type_ = get_named_type(BUILT.query_type.fields[root].type)
    for coordinate, way in _ways(type_, (), found):
        yield coordinate, f"{{ {call} {{ {' { '.join(way)}{' }' * len(way)} }}"


def all_coordinates() -> set[str]:
    """Every field of every type of the schema."""
    types = [t for name, t in BUILT.type_map.items() if not name.startswith("__")]
    return {f"{t.name}.{f}" for t in types if isinstance(t, GraphQLObjectType | GraphQLInterfaceType) for f in t.fields}


def masked(answer: Any, keys: Mapping[str, str]) -> Any:
    """An answer with null under some `keys`; each maps to the key that it is meant under nowhere else."""

    def mask(value: Any, under: str) -> Any:
        if isinstance(value, list):
            return [mask(item, under) for item in value]
        if isinstance(value, dict):
            return {key: mask_field(key.rpartition("_")[2], item, under) for key, item in value.items()}
        return value

    def mask_field(name: str, value: Any, under: str) -> Any:
        return None if name in keys and keys[name] != under else mask(value, name)

    return mask(answer, "")


def _selection(
    type_: GraphQLNamedType, above: tuple[str, ...], wanted: Wanted, asked: set[str], alias: str = ""
) -> str:
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
        return ""
    parts: list[str] = []
    again, above = type_.name in above, (*above, type_.name)
    for name, field in getattr(type_, "fields", {}).items():
        below, coordinate = get_named_type(field.type), f"{type_.name}.{name}"
        is_plain = not hasattr(below, "fields")
        if wanted(coordinate) and (is_plain or not again):
            asked.add(coordinate)
            parts.append(
                f"{alias and f'{alias}_{name}: '}{_called(name, field)} {_selection(below, above, wanted, asked)}"
            )
    # Fields of one name have other types in other kinds, so they get other names in the answer.
    parts += [f"... on {t.name} {_selection(t, above, wanted, asked, t.name)}" for t in _kinds(type_)]
    return f"{{ {' '.join(parts or ['__typename'])} }}"


def _called(name: str, field: Any) -> str:
    """A field with the arguments that it cannot do without."""
    return f"{name}(format: CSV)" if "format" in field.args else name


def _ways(type_: Any, above: tuple[str, ...], found: Wanted) -> Iterator[tuple[str, list[str]]]:
    if type_.name in above:
        return
    above = (*above, type_.name)
    for name, field in getattr(type_, "fields", {}).items():
        below, coordinate = get_named_type(field.type), f"{type_.name}.{name}"
        is_plain = not hasattr(below, "fields")
        if found(coordinate):
            yield coordinate, [_called(name, field) if is_plain else f"{name} {{ __typename }}"]
        elif not is_plain:
            for deeper, way in _ways(below, above, found):
                yield deeper, [name, *way]
    for kind in _kinds(type_):
        for deeper, way in _ways(kind, above, found):
            yield deeper, [f"... on {kind.name}", *way]


def _kinds(type_: Any) -> list[Any]:
    if not isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
        return []
    return sorted(BUILT.get_possible_types(type_), key=lambda kind: kind.name)
