"""What resolvers answer, as types: a result class is declared once, where it is made, and registered here.

A field of a result is shown if its annotation says what it is: `orders: Annotated[int, "Counted sales."]`. Its name,
its type and its description are that; the description of the type is the docstring of the class.
"""

from collections.abc import Callable, Coroutine, Mapping
from inspect import getdoc
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import strawberry

from schema.arguments import about

PLACE = "before"  # in the metadata of a field: the name of the one that follows it


def registered(result: type, /, names: Mapping[str, str] | None = None, **further: Any) -> None:
    """Make a type of a result class, of its name; `names` are those of fields that are not called as attributes.

    `further` fields are not attributes, or have types that only the schema knows. They come last, or where `before`
    puts them.
    """
    fields = {
        attribute: about(description, (names or {}).get(attribute), type_)
        for attribute, type_, description in shown_fields(result)
    }
    for attribute, field in further.items():
        fields = _with(fields, attribute, field)
    description = " ".join((getdoc(result) or "").split())
    made: Any = strawberry.type(type(result.__name__, (), fields), description=description)
    definition = made.__strawberry_definition__
    definition.origin = result  # by this mark of Strawberry's, annotations that name the class mean this type
    result.__strawberry_definition__ = definition  # pyright: ignore[reportAttributeAccessIssue]


def formerly(attribute: str, name: str, now: str, type_: Any) -> Any:
    """An attribute under the name that it had before it was called `now`, for as long as clients may ask for it."""

    def resolve(root: strawberry.Parent[Any]) -> Any:
        return getattr(root, attribute)

    resolver: Callable[..., Any] = resolve
    return strawberry.field(
        resolver=resolver,
        name=name,
        description=f"The same as `{now}`.",
        deprecation_reason=has_other_name(now),
        graphql_type=type_,
    )


def has_other_name(now: str) -> str:
    """Why a name is deprecated, and until when it stays."""
    return f"It is called `{now}` now; this name goes on 2027-06-01 at the earliest."


def before(following: str, field: Any) -> Any:
    """A further field that stands before another one, in the order of the exported schema."""
    field.metadata = {**field.metadata, PLACE: following}
    return field


def computed(method: str, type_: Any, description: str) -> Any:
    """A field that is computed where it is asked for, by a method of the result."""

    async def resolve(root: strawberry.Parent[Any]) -> Any:
        return await getattr(root, method)()

    resolver: Callable[..., Coroutine[Any, Any, Any]] = resolve
    return strawberry.field(resolver=resolver, description=description, graphql_type=type_)


def shown_fields(result: type) -> list[tuple[str, Any, str]]:
    """The attributes of a result class that are shown, each with its type and its description."""
    return [
        (attribute, *get_args(annotation))
        for attribute, annotation in get_type_hints(result, include_extras=True).items()
        if get_origin(annotation) is Annotated
    ]


def _with(fields: dict[str, Any], attribute: str, field: Any) -> dict[str, Any]:
    following = field.metadata.get(PLACE)
    names = list(fields)
    place = names.index(following) if following else len(names)
    items = list(fields.items())
    return dict([*items[:place], (attribute, field), *items[place:]])
