"""How long the texts and lists may be that a client sends: one table by the names of arguments and input fields.

It is held to what was sent before anything is made of it. An input may refuse less by itself, in words of its own: this
is the outer bound. An argument that takes a text or a list and has no place in it fails the build.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)
from graphql.pyutils import did_you_mean, suggestion_list

from resolvers.operation.errors import BadUserInput
from schema.document.errors import VALIDATION_FAILED
from schema.document.walking import Walker, field_of

LONGEST_ID = 200
LONGEST_OF_OTHERS = 100  # of a text that stands for a date, a decimal, a word of an enumeration

# Characters of a text, and of each text of a list.
TEXTS = {
    500: "columns search",
    1_000: """acquisitionCampaign acquisitionSource action actor add addTags brand campaign categories category city
        code codeRegions contact country email excludedCategories externalId field firstName from gender idempotencyKey
        key label lastName line1 line2 name number part phone postalCode product redemptionCode reference referralCode
        region remove rfmSegment segmentCode segmentName sku state subject system tags ticket to type types value
        values""",
    4_000: "address after before benefits url",
    20_000: "criteria description note notes reason wording",
}

# Items of a list.
LISTS = {
    50: """basketEdges benefits categories choices consents externalIds kinds preferences redeem reminderDays segments
        tiers types values""",
    100: "columns metadata payments",
    250: "add addTags codeRegions excludedCategories remove tags",
    500: "items",
    1_000: "ids inputs",
}

MOST_MARKS = 30  # combining ones in a row, as the stream-safe format of Unicode has it: to sort more is quadratic
LONGEST_NAME = 80
MOST_SUGGESTED = 10  # names that nobody knows, beyond which nothing is suggested for them


def _by_name(rows: Mapping[int, str]) -> dict[str, int]:
    return {name: most for most, names in rows.items() for name in names.split()}


TEXT_OF, ITEMS_OF = _by_name(TEXTS), _by_name(LISTS)


class NoLength(Exception):
    """An argument or a field of an input whose texts or lists have no largest length."""


class Place(NamedTuple):
    """Where a value stands: the name of the argument or of the field of an input, and its type."""

    name: str
    type: Any


def places_of(schema: GraphQLSchema) -> Iterator[tuple[str, Place]]:
    """Every argument ("Type.field.argument") and field of an input ("Input.field") of a schema."""
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{type_.name}.{name}", Place(name, field.type)) for name, field in type_.fields.items())
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                for argument, definition in field.args.items():
                    yield f"{type_.name}.{name}.{argument}", Place(argument, definition.type)


def check_lengths(schema: GraphQLSchema) -> None:
    """NoLength where a text or a list of the schema has no largest length."""
    without = [coordinate for coordinate, place in places_of(schema) if _lacks_length(place)]
    if without:
        raise NoLength(f"the tables of schema/document/lengths.py lack {sorted(without)}")


def _lacks_length(place: Place) -> bool:
    type_ = _nullable(place.type)
    if isinstance(type_, GraphQLList):
        return place.name not in ITEMS_OF or _lacks_length(_item_of(place))
    return type_.name == "String" and place.name not in TEXT_OF


def _nullable(type_: Any) -> Any:
    return cast(Any, type_).of_type if isinstance(type_, GraphQLNonNull) else type_


# ---------------------------------------------------------------- what is sent


class Lengths:
    """What the table says of one document; `unknown` counts its arguments that nobody knows.

    A GraphQLError tells of a literal that is too long, and of a field that an input has not: the rule of the
    specification would print the whole input for each of them.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, *, hide_names: bool = False) -> None:
        self.unknown = 0
        self._hide_names = hide_names
        self._walker = Walker(schema)
        self._variables: dict[str, set[Place]] = {}
        self._defaults: list[tuple[str, ValueNode]] = []
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
                self._check_definition(schema, definition)
        for name, default in self._defaults:
            for place in self._variables.get(name, ()):
                self._check_literal(place, default)

    def check(self, variables: Mapping[str, Any] | None) -> None:
        """BadUserInput tells of a variable that is too long in a place where it stands."""
        for name, value in (variables or {}).items():
            for place in self._variables.get(name, ()):
                self._check_given(place, value)

    def _check_definition(
        self, schema: GraphQLSchema, definition: OperationDefinitionNode | FragmentDefinitionNode
    ) -> None:
        if isinstance(definition, OperationDefinitionNode):
            parent: Any = schema.get_root_type(definition.operation)
            variables = definition.variable_definitions or ()
            self._defaults.extend((v.variable.name.value, v.default_value) for v in variables if v.default_value)
        else:
            parent = self._walker.type_of(definition.type_condition)
        for node, of in self._walker.fields_within(definition.selection_set, parent):
            self._check_arguments(node, of)

    def _check_arguments(self, node: FieldNode, parent: Any) -> None:
        field = field_of(parent, node.name.value)
        for argument in node.arguments or ():
            name = argument.name.value
            definition = field.args.get(name) if field else None
            if definition is None:
                self.unknown += 1
            else:
                self._check_literal(Place(name, definition.type), argument.value)

    def _check_literal(self, place: Place, node: ValueNode) -> None:
        if isinstance(node, VariableNode):
            self._variables.setdefault(node.name.value, set()).add(place)
        elif isinstance(node, ListValueNode):
            _check_items(place, len(node.values), node)
            for item in node.values:
                self._check_literal(_item_of(place), item)
        elif isinstance(node, ObjectValueNode):
            self._check_object(place, node)
        elif isinstance(node, StringValueNode | EnumValueNode):
            _check_text(place, node.value, node)

    def _check_object(self, place: Place, node: ObjectValueNode) -> None:
        fields = _fields_of(place)
        for field in node.fields if fields else ():
            name = field.name.value
            if name not in fields:
                told = _unknown(place, name, fields, hide_names=self._hide_names)
                raise GraphQLError(told, field, extensions={"code": VALIDATION_FAILED})
            self._check_literal(Place(name, fields[name].type), field.value)

    def _check_given(self, place: Place, value: Any) -> None:
        if isinstance(value, str):
            _check_text(place, value)
        elif isinstance(value, list):
            items = cast(list[Any], value)
            _check_items(place, len(items))
            inner = _item_of(place)
            for item in items:
                self._check_given(inner, item)
        elif isinstance(value, dict) and (fields := _fields_of(place)):
            for name, given in cast(dict[str, Any], value).items():
                if name not in fields:
                    raise BadUserInput(_unknown(place, name, fields, hide_names=self._hide_names))
                self._check_given(Place(name, fields[name].type), given)


def _unknown(place: Place, name: str, fields: Mapping[str, Any], *, hide_names: bool) -> str:
    near = [] if hide_names else suggestion_list(name[:LONGEST_NAME], list(fields))
    return f"Unknown field '{name[:LONGEST_NAME]}' of '{_named(place)}'.{did_you_mean(near)}"


def _item_of(place: Place) -> Place:
    type_ = _nullable(place.type)
    return Place(place.name, cast(Any, type_).of_type) if isinstance(type_, GraphQLList) else place


def _fields_of(place: Place) -> Mapping[str, Any]:
    type_ = _named(place)
    return type_.fields if isinstance(type_, GraphQLInputObjectType) else {}


def _named(place: Place) -> Any:
    type_ = _nullable(place.type)
    while isinstance(type_, GraphQLList):  # one item stands for a list of it
        type_ = _nullable(cast(Any, type_).of_type)
    return type_


def _check_items(place: Place, count: int, node: ValueNode | None = None) -> None:
    most = ITEMS_OF.get(place.name)
    if most is not None and count > most:
        _refuse(f"`{place.name}` has {count:,} items, at most {most:,} are taken", node)


def _check_text(place: Place, text: str, node: ValueNode | None = None) -> None:
    most = _longest(place)
    if len(text) > most:
        _refuse(f"`{place.name}` has {len(text):,} characters, at most {most:,} are taken", node)
    if len(text) > MOST_MARKS and not text.isascii() and _marks_in_a_row(text) > MOST_MARKS:
        _refuse(f"`{place.name}` has more than {MOST_MARKS} accents on one letter", node)


def _longest(place: Place) -> int:
    type_ = _named(place)
    if type_.name == "String":
        return TEXT_OF.get(place.name, LONGEST_ID)  # those of our schema are all there: check_lengths
    return LONGEST_ID if type_.name == "ID" else LONGEST_OF_OTHERS


def _marks_in_a_row(text: Iterable[str]) -> int:
    longest = run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        longest = max(longest, run)
    return longest


def _refuse(message: str, node: ValueNode | None) -> None:
    if node is None:
        raise BadUserInput(message)
    raise GraphQLError(message, node, extensions={"code": BadUserInput.code})
