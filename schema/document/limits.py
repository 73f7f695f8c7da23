"""Limits of a document's form. Each fragment is measured once, however often it is spread: the time is linear.

They come before the rules of the specification, of which some take time that is exponential in nested fragments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
)

from resolvers.operation.errors import BadUserInput
from schema.document.errors import DocumentRefused
from schema.document.walking import Fragments, Walker

MOST_OPERATIONS = 50
MOST_FRAGMENTS = 200
MOST_VARIABLES = 200
MOST_COMPARISONS = 10_000  # of fields that must agree because they have the same name: about 60 ms
LONGEST_NUMBER = 50
DEEPEST_VARIABLE = 50
CEILING = 10**9  # no count goes beyond: 60 levels that each spread the next twice are 2^60 fields


@dataclass(frozen=True)
class Limits:
    """How large a document may be, with the fields of its fragments counted wherever they are spread."""

    depth: int = 20
    fields: int = 1_000
    root_fields: int = 20
    aliases: int = 50
    directives: int = 50
    list_size: int = 1_000


class Measures(NamedTuple):
    """The measures of a selection set, with those of its fragments."""

    depth: int = 0
    fields: int = 0
    root_fields: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: "Measures") -> "Measures":
        """Both in one selection set."""
        sums = (min(mine + its, CEILING) for mine, its in zip(self[1:], other[1:], strict=True))
        return Measures(max(self.depth, other.depth), *sums)


EMPTY = Measures()
Names = dict[str, tuple[int, int]]  # of the fields of one object: how often each is selected, with how many fields


class Measuring:
    """Measures the definitions of a document; `visited` counts the nodes that this took."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self.visited = 0
        self._document = document
        self._limits = limits
        self._comparisons = 0
        self._walker = Walker()  # what directives leave out is measured too
        self._fragments: dict[str, tuple[Measures, Names]] = {}

    def check(self) -> Fragments:
        """The fragments of a document that is within the limits; DocumentRefused tells of the first that it exceeds."""
        operations = [d for d in self._document.definitions if isinstance(d, OperationDefinitionNode)]
        self._hold(None, "operations", len(operations), MOST_OPERATIONS)
        fragments = Fragments(self._document)
        self._hold(None, "fragments", len(fragments.ordered), MOST_FRAGMENTS)
        for fragment in fragments.ordered:
            self._fragments[fragment.name.value] = self._measured(fragment)
        for operation in operations:
            shape, _ = self._measured(operation)
            self._hold(operation, "root fields", shape.root_fields, self._limits.root_fields, "MAX_ROOT_FIELDS")
        return fragments

    def _measured(self, definition: OperationDefinitionNode | FragmentDefinitionNode) -> tuple[Measures, Names]:
        names: Names = {}
        shape = self._whole(definition.selection_set, names).beside(self._directives(definition.directives))
        if isinstance(definition, OperationDefinitionNode):
            variables = definition.variable_definitions or ()
            self._hold(definition, "variables", len(variables), MOST_VARIABLES)
            for variable in variables:
                shape = shape.beside(self._directives(variable.directives))
                self._check_value(variable.default_value)
        limits = self._limits
        self._hold(definition, "levels", shape.depth, limits.depth, "MAX_DEPTH")
        self._hold(definition, "fields", shape.fields, limits.fields, "MAX_FIELDS")
        self._hold(definition, "aliases", shape.aliases, limits.aliases, "MAX_ALIASES")
        self._hold(definition, "directives", shape.directives, limits.directives, "MAX_DIRECTIVES")
        return shape, names

    def _hold(self, node: Node | None, what: str, count: int, most: int, setting: str = "") -> None:
        if count > most:
            shown = f"{count:,}" if count < CEILING else f"more than {CEILING:,}"
            hint = f" ({setting})" if setting else ""
            raise DocumentRefused(f"the document has {shown} {what}, at most {most:,} are taken{hint}", node)

    def _whole(self, selections: SelectionSetNode | None, names: Names) -> Measures:
        """A selection set with all that is in one object of the answer: what has the same name is compared."""
        shape = self._of(selections, names)
        self._comparisons += sum((count - 1) * fields // 2 for count, fields in names.values())
        self._hold(None, "comparisons of fields with the same name", self._comparisons, MOST_COMPARISONS)
        return shape

    def _of(self, selections: SelectionSetNode | None, names: Names) -> Measures:
        total = EMPTY
        for node, _ in self._walker.selected(selections):
            self.visited += 1
            total = total.beside(self._selection(node, names)).beside(self._directives(node.directives))
            self._hold(node, "fields", total.fields, self._limits.fields, "MAX_FIELDS")
        return total

    def _selection(self, node: SelectionNode, names: Names) -> Measures:
        if isinstance(node, FragmentSpreadNode):
            return self._spread(node.name.value, names)
        if isinstance(node, InlineFragmentNode):  # measured by itself: what it exceeds is told of it, not of a part
            return self._of(node.selection_set, names)
        return self._field(cast(FieldNode, node), names)

    def _field(self, field: FieldNode, names: Names) -> Measures:
        self._check_arguments(field.arguments)
        inner = self._whole(field.selection_set, {})
        _add(names, (field.alias or field.name).value, 1, inner.fields + 1)
        return inner._replace(
            depth=inner.depth + 1,
            fields=min(inner.fields + 1, CEILING),
            root_fields=1,
            aliases=inner.aliases + (1 if field.alias else 0),
        )

    def _spread(self, fragment: str, names: Names) -> Measures:
        shape, its_names = self._fragments.get(fragment, (EMPTY, cast(Names, {})))
        mark = f"...{fragment}"  # spread again in the same place, it is the same fields: they are compared once
        if mark not in names:
            names[mark] = (1, 0)
            for name, (count, fields) in its_names.items():
                _add(names, name, count, fields)
        return shape

    def _directives(self, directives: Sequence[DirectiveNode] | None) -> Measures:
        if not directives:
            return EMPTY
        for directive in directives:
            self._check_arguments(directive.arguments)
        return Measures(directives=len(directives))

    def _check_arguments(self, arguments: Iterable[ArgumentNode] | None) -> None:
        for argument in arguments or ():
            self._check_value(argument.value)

    def _check_value(self, value: ValueNode | None) -> None:
        waiting: list[ValueNode | None] = [value]
        while waiting:
            self.visited += 1
            node = waiting.pop()
            if isinstance(node, ListValueNode):
                check_list_size(len(node.values), self._limits, node)
                waiting.extend(node.values)
            elif isinstance(node, ObjectValueNode):
                waiting.extend(field.value for field in node.fields)
            elif isinstance(node, IntValueNode | FloatValueNode) and len(node.value) > LONGEST_NUMBER:
                raise DocumentRefused(
                    f"a number has {len(node.value):,} characters, at most {LONGEST_NUMBER} are taken", node
                )
            elif isinstance(node, StringValueNode) and "\0" in node.value:
                raise DocumentRefused("a text has a null character", node)


def _add(names: Names, name: str, count: int, fields: int) -> None:
    before = names.get(name, (0, 0))
    names[name] = (before[0] + count, min(before[1] + fields, CEILING))


def check_list_size(size: int, limits: Limits, node: Node | None = None) -> None:
    """DocumentRefused tells of a list that is too long."""
    if size > limits.list_size:
        raise DocumentRefused(
            f"a list has {size:,} items, at most {limits.list_size:,} are taken (MAX_LIST_SIZE)", node
        )


def check_variables(variables: Mapping[str, Any] | None, limits: Limits) -> None:
    """Hold the limits to variables: DocumentRefused tells of a long list, BadUserInput of other excesses."""
    waiting: list[tuple[Any, int]] = [(variables or {}, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST_VARIABLE:
            raise BadUserInput(f"a variable nests more than {DEEPEST_VARIABLE} levels")
        if isinstance(value, str) and "\0" in value:
            raise BadUserInput("a variable has a null character")
        if isinstance(value, list):
            items = cast(list[Any], value)
            check_list_size(len(items), limits)
            waiting.extend((item, depth + 1) for item in items)
        elif isinstance(value, dict):
            parts = cast(dict[str, Any], value)
            check_list_size(len(parts), limits)
            if any("\0" in name for name in parts):
                raise BadUserInput("the name of a variable or field has a null character")
            waiting.extend((part, depth + 1) for part in parts.values())
