"""The values that customers have of a trait, however they are written: for filters, and to choose from.

Two spellings are one value if they are equal case-folded and NFC; it is shown as most customers have it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, Integer, SelectBase, Text, bindparam, column, func, select
from sqlalchemy import table as named_table

from analytics.copy.engine import Engine, as_rows, column_of
from analytics.scope import Scope, counted_sales, customer, sale
from models.customers import customer_tag, listed
from models.naming import statement
from rules.contacts import folded

# The value that each spelling of a tag is of, and the tags that are asked for, given along with statements.
spelled = named_table("spelled", column("spelling", Text), column("place", Integer))


class Trait(StrEnum):
    """What is known of customers in words that the shop chose."""

    CITY = "city"
    COUNTRY = "country"
    ACQUISITION_SOURCE = "acquisition_source"
    TAGS = "tags"


@statement
def spellings_of(trait: Trait) -> SelectBase:
    """Each spelling of a trait, with how many of the customers that may be listed have it, the most first."""
    is_tag = trait is Trait.TAGS
    text = customer_tag.c.tag if is_tag else customer.c[trait.value]
    source = customer.join(customer_tag, customer_tag.c.customer_id == customer.c.id) if is_tag else customer
    return (
        select(text.label("spelling"), func.count().label("customers"))
        .select_from(source)
        .where(text.is_not(None), *listed())
        .group_by(text)
        .order_by(func.count().desc(), text)
    )


@statement
def holders_of_tags() -> SelectBase:
    """How many customers that may be listed have a tag, by the place of its value in `spelled`."""
    return (
        select(spelled.c.place, func.count(customer_tag.c.customer_id.distinct()).label("customers"))
        .join(customer_tag, customer_tag.c.tag == spelled.c.spelling)
        .join(customer, customer.c.id == customer_tag.c.customer_id)
        .where(*listed())
        .group_by(spelled.c.place)
    )


@statement
def with_all_tags() -> SelectBase:
    """Who has a tag of each of the :places values in `spelled`."""
    return (
        select(customer_tag.c.customer_id)
        .join(spelled, spelled.c.spelling == customer_tag.c.tag)
        .group_by(customer_tag.c.customer_id)
        .having(func.count(spelled.c.place.distinct()) == bindparam("places", type_=Integer))
        .order_by(customer_tag.c.customer_id)
    )


@statement
def buyers_by_storefront() -> SelectBase:
    """How many customers that may be listed bought at each storefront to :as_of, the most first."""
    buyers = func.count(sale.c.customer_id.distinct())
    return (
        select(sale.c.storefront_id.cast(BigInteger).label("storefront_id"), buyers.label("customers"))
        .join(customer, customer.c.id == sale.c.customer_id)
        .where(sale.c.storefront_id.is_not(None), counted_sales(storefront=False), *listed())
        .group_by(sale.c.storefront_id)
        .order_by(buyers.desc(), sale.c.storefront_id)
    )


@dataclass(frozen=True)
class FacetValue:
    """A value as most have it, its spellings, and how many customers have one of them."""

    value: str
    spellings: tuple[str, ...]
    customers: int


Values = Mapping[str, FacetValue]


async def values_of(engine: Engine, trait: Trait) -> Values:
    """The values of a trait by what they are folded to, those that most customers have first."""
    rows = as_rows(await engine.fetch(spellings_of(trait), {}))
    found = await asyncio.to_thread(_together, rows)
    if trait is Trait.TAGS:  # a customer may have several spellings of one
        counts = as_rows(await engine.fetch(holders_of_tags(), {}, {"spelled": spellings_table(found)}))
        holders = {row.place: row.customers for row in counts}
        found = {
            key: FacetValue(one.value, one.spellings, holders[place]) for place, (key, one) in enumerate(found.items())
        }
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].customers, pair[1].value)))


def _together(rows: list[Any]) -> dict[str, FacetValue]:
    found: dict[str, FacetValue] = {}
    for row in rows:  # the most usual spelling comes first
        before = found.get(folded(row.spelling), FacetValue(row.spelling, (), 0))
        spellings, customers = (*before.spellings, row.spelling), before.customers + row.customers
        found[folded(row.spelling)] = FacetValue(before.value, spellings, customers)
    return found


def spellings_table(values: Values) -> pa.Table:
    """All spellings of some values with the place of each value among them, to be named by a statement."""
    pairs = [(text, place) for place, one in enumerate(values.values()) for text in one.spellings]
    texts, places = [text for text, _ in pairs], [place for _, place in pairs]
    return pa.Table.from_arrays([pa.array(texts, pa.string()), pa.array(places, pa.int32())], ["spelling", "place"])


async def holders_of_all(engine: Engine, tags: Values) -> pa.Table:
    """Who has all of some tags, as members of a list."""
    rows = await engine.fetch(with_all_tags(), {"places": len(tags)}, {"spelled": spellings_table(tags)})
    ids = column_of(rows, "customer_id")
    return pa.table({"customer_id": ids, "revenue": ids * 0})


async def buyers_at(engine: Engine, as_of: int) -> list[tuple[int, int]]:
    """The storefronts with how many customers bought there to a day, the most first."""
    rows = as_rows(await engine.fetch(buyers_by_storefront(), Scope(as_of, None).params()))
    return [(int(row.storefront_id), int(row.customers)) for row in rows]
