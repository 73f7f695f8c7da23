"""Fields that are one look-up: declared by what loads them, so that a whole list is looked up at once."""

import inspect
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import strawberry

from resolvers.operation.context import Batch, Context
from resolvers.operation.meter import pace
from schema.arguments import Info

Arguments = Callable[..., Awaitable[Hashable]]
_ID = attrgetter("id")
Finish = Callable[[Context, Any, Any, Any], Any]


@dataclass(frozen=True)
class Lookup:
    """How a field is looked up.

    `batch` answers for the key that `key` reads from the object (no key, no value). `arguments` makes what `batch` is
    told of the field's arguments, `finish` what the field shows of (context, key, arguments, found).
    """

    batch: Batch
    key: Callable[[Any], Any]
    arguments: Arguments | None = None
    finish: Finish | None = None

    async def of(self, sources: Sequence[Any], context: Context, given: dict[str, Any]) -> list[Any]:
        """The field of each object."""
        arguments = await self.arguments(context, **given) if self.arguments else None
        keys = [self.key(source) for source in sources]
        known = [key for key in keys if key is not None]
        values = await context.load_many(self.batch, known, arguments) if known else ()
        if context.meter.is_large:  # a thousand objects may have waited for the same statement
            await pace().breathe()
        found = dict(zip(known, values, strict=True))
        if self.finish is None:
            return [found.get(key) for key in keys]
        finish = self.finish
        return [None if key is None else finish(context, key, arguments, found[key]) for key in keys]


def looked_up(batch: Batch, type_: Any, description: str, *, key: str = "id", finish: Finish | None = None) -> Any:
    """A field without arguments that `batch` answers for the attribute `key`."""
    return _field(Lookup(batch, attrgetter(key), None, finish), (), type_, description)


def arguments_of(
    batch: Batch, type_: Any, description: str, *, key: Callable[[Any], Any] = _ID, finish: Finish | None = None
) -> Callable[[Arguments], Any]:
    """Declares a field by the function that makes the arguments of `batch`; its parameters are those of the field."""

    def declare(arguments: Arguments) -> Any:
        parameters = list(inspect.signature(arguments).parameters.values())[1:]
        return _field(Lookup(batch, key, arguments, finish), parameters, type_, description)

    return declare


def _field(lookup: Lookup, parameters: Sequence[inspect.Parameter], type_: Any, description: str) -> Any:
    async def resolve(root: Any, info: Info, **given: Any) -> Any:
        return (await lookup.of([root], info.context, given))[0]

    own = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Parent[Any]),
        inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
    ]
    signature = inspect.Signature([*own, *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters)])
    resolve.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    resolve.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    field: Any = strawberry.field(resolver=resolve, description=description, graphql_type=type_)
    field.metadata = {**field.metadata, "lookup": lookup}
    return field
