"""Documents that ask for every field that can be reached from a root."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type

from schema.document.limits import Limits
from schema.document.prepared import Prepared, Preparing
from schema.schema import schema

BUILT: Any = schema._schema

Wanted = Callable[[str], bool]
Selections = dict[str, Any]  # a field as it is asked for, with those below it
WIDE = Preparing(Limits(fields=20_000, aliases=20_000), max_tokens=100_000, max_length=1_000_000)


def everything_under(root: str, call: str, wanted: Wanted, of: str = "Query") -> tuple[str, set[str]]:
    """A document of all `wanted` fields ("Type.field") under a root field of a type, and which those are.

    `call` is the root field with its arguments. A field is asked for wherever its type is opened; what it leads to is
    opened once, on the shortest way to it: after each field comes all that can come after it.
    """
    whole: Selections = {"__typename": {}}
    asked = {f"{of}.{root}"}
    opened = [(get_named_type(BUILT.type_map[of].fields[root].type), whole, "", set[str]())]
    for type_, selections, alias, leading in opened:  # which grows meanwhile: breadth first
        for name, field in getattr(type_, "fields", {}).items():
            below, coordinate = get_named_type(field.type), f"{type_.name}.{name}"
            if not wanted(coordinate) or coordinate in leading:
                continue
            asked.add(coordinate)
            shown = f"{alias and f'{alias}_{name}: '}{_called(name, field)}"
            selections[shown] = {}
            if _leads_on(below):
                leading.add(coordinate)
                selections[shown] = {"__typename": {}}
                opened.append((below, selections[shown], "", leading))
        # Fields of one name have other types in other kinds, so they get other names in the answer.
        for kind in _kinds(type_):
            of_kind = selections[f"... on {kind.name}"] = {"__typename": {}}
            # What is found is of one kind, so nothing is left to a kind beside it.
            opened.append((kind, of_kind, kind.name, set[str]() if selections is whole else leading))
    return f"{{ {call} {_written(whole)} }}", asked


def made_ready(document: str) -> Prepared:
    """Such a document, parsed and validated once for all that it is asked by."""
    made = Prepared(schema, document, WIDE)
    assert made.errors == ()
    return made


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
    """An answer with null under some `keys`; each maps to the keys, in words, under which something else is meant."""

    def mask(value: Any, under: str) -> Any:
        if isinstance(value, list):
            return [mask(item, under) for item in value]
        if isinstance(value, dict):
            return {key: mask_field(key.rpartition("_")[2], item, under) for key, item in value.items()}
        return value

    def mask_field(name: str, value: Any, under: str) -> Any:
        return None if name in keys and under not in keys[name].split() else mask(value, name)

    return mask(answer, "")


def _written(selections: Selections) -> str:
    written = (f"{field} {_written(below)}" if below else field for field, below in selections.items())
    return f"{{ {' '.join(written)} }}"


def _leads_on(type_: Any) -> bool:
    return isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)


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
