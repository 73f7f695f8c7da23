"""The schema: the types of all domains, with plain fields read as fast as they can be."""

from typing import Any

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from schema.access import Access
from schema.query import Query
from schema.scalars import SCALARS


def _kind_of(row: Any, _info: Any, _type: Any) -> str:
    return type(row).__name__  # the reader names the class of a row for its kind


def _rows_are_objects(built: GraphQLSchema) -> None:
    """Let plain rows be objects: their class tells which, and no object is checked again."""
    for type_ in built.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            type_.is_type_of = None
        elif isinstance(type_, GraphQLInterfaceType):
            type_.resolve_type = _kind_of


def make_schema() -> strawberry.Schema:
    """The schema that is served."""
    made = strawberry.Schema(query=Query, extensions=[Access], config=StrawberryConfig(scalar_map=SCALARS))
    _rows_are_objects(made._schema)  # pyright: ignore[reportPrivateUsage]
    return made


schema = make_schema()
