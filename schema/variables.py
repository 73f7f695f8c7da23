"""Inputs that are told outside of a document, in the same words as its variables."""

from typing import Any, TypeVar, cast

import graphql.utilities
from graphql import GraphQLError
from strawberry.types.arguments import convert_argument

from resolvers.operation.errors import BadUserInput
from schema.schema import schema

I = TypeVar("I")  # noqa: E741  an input


def told_input(values: Any, input: type[I]) -> I:
    """An input of this class; BadUserInput says what of the values is none."""
    type_: Any = schema._schema.type_map[input.__name__]  # pyright: ignore[reportPrivateUsage]
    problems: list[str] = []

    def tell(error: GraphQLError, path: list[str | int]) -> None:
        problems.append(f"{'.'.join(map(str, path))}: {error.message}" if path else error.message)

    utilities: Any = graphql.utilities  # whose types are not told
    utilities.validate_input_value(values, type_, tell)
    if problems:
        raise BadUserInput(" ".join(problems[:3]))
    plain = utilities.coerce_input_value(values, type_)
    return cast(I, convert_argument(plain, input, schema.schema_converter.scalar_registry, schema.config))
