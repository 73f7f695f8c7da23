"""The schema: the types of all domains, with plain fields read as fast as they can be."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, GraphQLUnionType
from strawberry.schema.config import StrawberryConfig

from schema.document.access import Access, check_personal
from schema.document.lengths import check_lengths
from schema.document.portal import check_shown
from schema.document.prepared import AsPrepared
from schema.document.roles import check_roles
from schema.execution.executor import RowExecutor
from schema.execution.inputs import make_inputs_at_once
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription


def _kind_of(row: Any, _info: Any, _type: Any) -> str:
    return type(row).__name__  # the reader names the class of a row for its kind


def _rows_are_objects(built: GraphQLSchema) -> None:
    """Let plain rows be objects: their class tells which, no object is checked again, plain fields are attributes."""
    for type_ in built.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            type_.is_type_of = None
            for field in type_.fields.values():
                if getattr(field.resolve, "_is_default", False):
                    field.resolve = _attribute(field.extensions["strawberry-definition"].python_name)
        elif isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            type_.resolve_type = _kind_of


def _attribute(name: str) -> Callable[..., Any]:
    read = attrgetter(name)

    def attribute(source: Any, _info: Any) -> Any:
        return read(source)

    attribute.read = read  # pyright: ignore[reportFunctionMemberAccess]  the mark of a plain field to the executor
    return attribute


def make_schema() -> strawberry.Schema:
    """The schema that is served."""
    made = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[AsPrepared, Access],
        execution_context_class=RowExecutor,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    built = made._schema  # pyright: ignore[reportPrivateUsage]
    check_roles(built)
    check_shown(built)
    check_personal(built)
    check_lengths(built)
    _rows_are_objects(built)
    make_inputs_at_once(built)
    return made


schema = make_schema()
