"""The storefronts of a business: few, so they are always read together."""

from collections.abc import Sequence
from typing import Any

from models.storefronts import storefronts_of_business
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import key_of
from resolvers.operation.loaders import one_each


async def list_storefronts(context: Context) -> list[Any]:
    """Every storefront of the business by name."""
    return await context.reader.rows(storefronts_of_business())


async def storefront_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The storefront of each id, None where this business has no such storefront."""
    return one_each(await list_storefronts(context), ids)


async def storefront_key(context: Context, id_: str | None) -> int | None:
    """The key of a storefront argument; BadUserInput where this business has no such storefront."""
    if id_ is None:
        return None
    key = key_of(id_, "Storefront")
    if await context.load(storefront_by_id, key) is None:
        raise BadUserInput(f'there is no storefront "{id_}": `storefronts` lists those of this business')
    return key
