"""The one way through a document: fragments, inline ones too, and what @skip and @include leave out of it.

Limits and costs go from the fragments that spread none upwards, access from the operation downwards; each fragment is
seen once by all of them, so that their time is linear however often it is spread.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from schema.document.errors import DocumentRefused


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}


class Fragments:
    """The fragments of a document, `ordered` so that each comes after those that it spreads.

    DocumentRefused tells of one that contains itself.
    """

    def __init__(self, document: DocumentNode) -> None:
        self.by_name = fragments_of(document)
        self.ordered = list(self._in_order())

    def _in_order(self) -> Iterator[FragmentDefinitionNode]:
        """Depth first without recursion: a chain of fragments may be longer than Python's stack is deep."""
        done: set[str] = set()
        for root in self.by_name:
            path = [] if root in done else [(root, self._spread_by(root))]
            open_names = {root}
            while path:
                name, spread = path[-1]
                following = next((other for other in spread if other not in done), None)
                if following is None:
                    path.pop()
                    open_names.discard(name)
                    done.add(name)
                    yield self.by_name[name]
                elif following in open_names:
                    raise DocumentRefused(f"the fragment {following} contains itself", self.by_name[following])
                else:
                    path.append((following, self._spread_by(following)))
                    open_names.add(following)

    def _spread_by(self, name: str) -> Iterator[str]:
        return iter([other for other in _spreads_in(self.by_name[name].selection_set) if other in self.by_name])


def _spreads_in(selections: SelectionSetNode) -> Iterator[str]:
    """The names of the fragments that are spread somewhere in a selection set."""
    waiting, walker = [selections], Walker()
    while waiting:
        for node, _ in walker.within(waiting.pop()):
            if isinstance(node, FragmentSpreadNode):
                yield node.name.value
            elif isinstance(node, FieldNode) and node.selection_set:
                waiting.append(node.selection_set)


class Selected(NamedTuple):
    """A selection on the type that it is made on, where that is known."""

    node: SelectionNode
    parent: GraphQLNamedType | None


class Walker:
    """Goes through selections: with the types of a schema, and without what directives leave out.

    `values` are those of variables: an unknown one leaves out nothing, and without `values` no directive does.
    """

    def __init__(self, schema: GraphQLSchema | None = None, values: Mapping[str, Any] | None = None) -> None:
        self._schema = schema
        self._values = values

    def selected(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None = None
    ) -> Iterator[Selected]:
        """What stands in a selection set: fields and fragments."""
        for node in selections.selections if selections else ():
            if not self._is_left_out(node):
                yield Selected(node, parent)

    def within(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None = None) -> Iterator[Selected]:
        """What is selected of one object: fields and spread fragments, in inline fragments too."""
        waiting = [self.selected(selections, parent)]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
            elif isinstance(found.node, InlineFragmentNode):
                inner = self.type_of(found.node.type_condition) or found.parent
                waiting.append(self.selected(found.node.selection_set, inner))
            else:
                yield found

    def fields(
        self,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        opens: Callable[[str], bool],
    ) -> Iterator[tuple[str, FieldNode]]:
        """Every field of an operation ("Type.field") but for introspection; those of a fragment once.

        What is below a field is walked where `opens` says so.
        """
        assert self._schema is not None
        seen: set[str] = set()
        waiting = [self.within(operation.selection_set, self._schema.get_root_type(operation.operation))]
        while waiting:
            node, parent = next(waiting[-1], (None, None))
            if node is None:
                waiting.pop()
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = fragments[node.name.value]
                waiting.append(self.within(fragment.selection_set, self.type_of(fragment.type_condition) or parent))
            elif isinstance(node, FieldNode) and parent and (field := field_of(parent, node.name.value)):
                coordinate = f"{parent.name}.{node.name.value}"
                yield coordinate, node
                if opens(coordinate):
                    waiting.append(self.within(node.selection_set, named_type_of(field)))

    def fields_within(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType | None]]:
        """Every field of a selection set and of those inside, with the type it is asked of; no spread ones."""
        waiting = [self.within(selections, parent)]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
            elif isinstance(found.node, FieldNode):
                yield found.node, found.parent
                field = field_of(found.parent, found.node.name.value)
                waiting.append(self.within(found.node.selection_set, named_type_of(field) if field else None))

    def type_of(self, condition: NamedTypeNode | None) -> GraphQLNamedType | None:
        """The type of a fragment's condition."""
        return self._schema.get_type(condition.name.value) if self._schema and condition else None

    def value(self, node: ValueNode) -> Any:
        """A literal or the value of a variable; of lists and inputs in a document the parts are nodes still."""
        return (self._values or {}).get(node.name.value) if isinstance(node, VariableNode) else _literal(node)

    def _is_left_out(self, node: SelectionNode) -> bool:
        if self._values is None:
            return False
        for directive in node.directives or ():
            condition = argument(directive.arguments, "if")
            decides = directive.name.value in ("skip", "include") and condition is not None
            if decides and self.value(cast(ArgumentNode, condition).value) is (directive.name.value == "skip"):
                return True
        return False


def values_of(operation: OperationDefinitionNode, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The variables of an operation: those given, else their defaults, as far as `Walker.value` tells them."""
    defaults = {d.variable.name.value: _literal(d.default_value) for d in operation.variable_definitions or ()}
    return {**defaults, **(given or {})}


def argument(arguments: Iterable[ArgumentNode] | None, name: str) -> ArgumentNode | None:
    """The argument of this name."""
    return next((found for found in arguments or () if found.name.value == name), None)


def field_of(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    """The field of this name, where the type has it."""
    return parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None


def named_type_of(field: GraphQLField) -> GraphQLNamedType:
    """What a field is or is a list of."""
    return cast(GraphQLNamedType, get_named_type(cast(Any, field.type)))


def _literal(node: ValueNode | None) -> Any:
    match node:
        case IntValueNode():
            return int(node.value)
        case BooleanValueNode() | StringValueNode() | EnumValueNode():
            return node.value
        case ListValueNode():
            return list(node.values)
        case ObjectValueNode():
            return {field.name.value: field.value for field in node.fields}
        case _:
            return None
