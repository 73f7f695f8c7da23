"""The values that occur among customers, to choose from and to filter by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import pyarrow as pa

from analytics.copy.pinned import PinnedView
from analytics.facets import Trait, Values, buyers_at, holders_of_all, values_of
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.reports import Kept, Parts, kept
from resolvers.storefronts import list_storefronts
from rules.contacts import folded, search_words
from rules.days import day_number

MOST_FACETS = 1_000


@dataclass(frozen=True)
class Facet:
    """A value that customers have."""

    value: Annotated[str, "As most of them have it: the same in other letters is one value."]
    customers: Annotated[int, "How many customers a list with it has."]


@dataclass(frozen=True)
class StorefrontFacet:
    """A storefront where customers bought."""

    storefront_id: int
    customers: Annotated[int, "How many customers bought there."]


@dataclass(frozen=True)
class CustomerFacets:
    """The values that occur among the customers that may be listed, with how many have them, most first."""

    context: Context
    words: tuple[str, ...] | None
    first: int

    async def of(self, trait: Trait) -> list[Facet]:
        """The values of a trait, as many as are wanted."""
        values = (await known_values(self.context, trait)).values()
        return [Facet(one.value, one.customers) for one in values if self._is_found(one.value)][: self.first]

    async def cities(self) -> list[Facet]:
        """Where they live; nothing without the right to see it."""
        return await self.of(Trait.CITY) if self.context.viewer.sees_personal_data else []

    async def countries(self) -> list[Facet]:
        """In which countries; nothing without the right to see it."""
        return await self.of(Trait.COUNTRY) if self.context.viewer.sees_personal_data else []

    async def tags(self) -> list[Facet]:
        """Their tags."""
        return await self.of(Trait.TAGS)

    async def acquisition_sources(self) -> list[Facet]:
        """Where they came from."""
        return await self.of(Trait.ACQUISITION_SOURCE)

    async def storefronts(self) -> list[StorefrontFacet]:
        """Where they bought."""
        as_of = day_number((await self.context.business()).today)
        names = {row.id: row.name for row in await list_storefronts(self.context)}

        async def compute(view: PinnedView) -> Kept[list[tuple[int, int]]]:
            found = await buyers_at(view, as_of)
            return kept(found, len(found))

        bought = await Parts(self.context, "facets", as_of).get("storefronts", compute)
        return [StorefrontFacet(*pair) for pair in bought if self._is_found(names[pair[0]])][: self.first]

    def _is_found(self, value: str) -> bool:
        """Whether each word of the search begins a word of the value."""
        own = search_words(value).split()
        return self.words is None or all(any(word.startswith(asked) for word in own) for asked in self.words)


async def known_values(context: Context, trait: Trait) -> Values:
    """The values of a trait by what they are folded to."""

    async def compute(view: PinnedView) -> Kept[Values]:
        found = await values_of(view, trait)
        return kept(found, len(found))

    return await Parts(context, "facets", trait).get("values", compute)


async def spellings(context: Context, trait: Trait, asked: str) -> list[str]:
    """All spellings of a value that occur."""
    found = (await known_values(context, trait)).get(folded(asked))
    return [] if found is None else list(found.spellings)


async def members_with_tags(context: Context, asked: Sequence[str]) -> pa.Table:
    """Who has all of some tags, in whatever letters."""
    known, wanted = await known_values(context, Trait.TAGS), sorted({folded(tag) for tag in asked})
    if not known.keys() >= set(wanted):
        return pa.table({"customer_id": pa.array([], pa.int64()), "revenue": pa.array([], pa.int64())})
    return await holders_of_all(await context.facts(), {tag: known[tag] for tag in wanted})


async def customer_facets(context: Context, search: str | None, first: int) -> CustomerFacets:
    """The values to choose from; BadUserInput for an impossible number of them."""
    if not 1 <= first <= MOST_FACETS:
        raise BadUserInput(f"`first` must be from 1 to {MOST_FACETS:,}, not {first:,}")
    await context.business()  # of one that is not there nothing is answered
    words = None if search is None or not search.strip() else tuple(search_words(search).split())
    return CustomerFacets(context, words, first)
