"""Which categories are bought together, and what that recommends to a customer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Annotated

from analytics.affinity import (
    LEAST_SUPPORT_TO_RECOMMEND,
    Pair,
    Together,
    bought_together,
    categories_of_customers,
    lines_of_categories,
)
from analytics.copy.pinned import PinnedView
from analytics.copy.tables import ITEMS
from analytics.patterns import PatternScope
from models.customers import CustomerType
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.loaders import many_each
from resolvers.operation.meter import each_aside
from resolvers.operation.paging import MAX_PAGE
from resolvers.operation.ranges import DateRange
from resolvers.operation.reports import Freshness, HowComputed, Kept, Parts, freshness_of, kept
from resolvers.periods import asked_period, default_of_patterns
from resolvers.storefronts import storefront_key
from rules.days import day_number

DEFINITION = (
    "Of two categories, each ordered pair. Support is the share of all counted sales of the period with a line of "
    "both, confidence the share of those with the first that have the second too, lift that confidence over the share "
    "of all sales with the second: above 1 they are bought together more often than by chance. Lines without a "
    "category are Uncategorised. Pairs are by lift, then support, then names."
)


@dataclass(frozen=True)
class AffinityQuestion:
    """The arguments of a report on affinity, as a client gives them."""

    period: DateRange | None = None
    storefront: str | None = None
    customer_type: CustomerType | None = None
    min_support: float = 0.01
    first: int = 50


@dataclass(frozen=True)
class CategoryAffinity:
    """The categories that are bought together in a period."""

    asked: AffinityQuestion
    pairs: Sequence[Pair]
    notices: Annotated[Sequence[str], "What a reader should know about this answer."]
    how_computed: Annotated[HowComputed, "What the numbers are, and the statements that computed them."]
    freshness: Annotated[Freshness, "How fresh it is."]


async def category_affinity(context: Context, question: AffinityQuestion) -> CategoryAffinity:
    """Pairs of categories by lift; BadUserInput says which argument is impossible."""
    first, least = checked_first(question.first), question.min_support
    if not 0 <= least <= 1:
        raise BadUserInput(f"`minSupport` is a share of all sales, from 0 to 1, not {least}")
    storefront = await storefront_key(context, question.storefront)
    period, notices = await asked_period(context, question.period, default_of_patterns)
    scope = PatternScope(period.as_of, period.days, storefront, question.customer_type, include_inactive=True)
    min_support = Fraction(Decimal(repr(least)))  # as it was written: the float of 0.01 is a little more
    computed, is_kept = await _together(context, scope, min_support)
    together = computed.value
    how = HowComputed(DEFINITION, together.statement)
    pairs = await asyncio.to_thread(together.pairs, min_support, first)
    notices = [*notices, *_of_left_out(together)]
    return CategoryAffinity(question, pairs, notices, how, freshness_of(computed, is_kept))


def _of_left_out(together: Together) -> list[str]:
    count = len(together.categories)
    if not together.left_out:
        return []
    return [f"Pairs are of the {count:,} categories of most lines; {together.left_out:,} others are left out."]


async def _together(context: Context, scope: PatternScope, min_support: Fraction) -> tuple[Computed[Together], bool]:
    async def count_lines(view: PinnedView) -> Kept[dict[str, int]]:
        found = await lines_of_categories(view)
        return kept(found, len(found))

    lines = await Parts(context, "affinity", None).get("lines", count_lines, ITEMS)

    async def compute(view: PinnedView) -> Kept[Together]:
        found = await bought_together(view, scope, min_support, lines)
        return Kept(found, found.nbytes)

    return await Parts(context, "affinity", scope).computed("together", compute, ITEMS, min_support)


def checked_first(first: int) -> int:
    """How many are asked for; BadUserInput where that is impossible."""
    if not 1 <= first <= MAX_PAGE:
        raise BadUserInput(f"`first` must be from 1 to {MAX_PAGE:,}, not {first:,}")
    return first


# ---------------------------------------------------------------- recommendations


@dataclass(frozen=True)
class Recommendation:
    """A category that a customer has not bought yet."""

    category: Annotated[str, "The category."]
    product: Annotated[str | None, "A product of it; null, since categories are what is recommended."]
    reason: Annotated[str, "Why: the pair of categories behind it."]
    score: Annotated[float, "The share of all candidates that fit no better, 0 to 1: the best has 1."]


async def recommendations_by_customer(context: Context, ids: Sequence[int], first: int) -> list[list[Recommendation]]:
    """What fits each customer best, from all purchases of everyone to today."""
    today = day_number((await context.business()).today)
    everyone = PatternScope(today, None, include_inactive=True)
    computed, _ = await _together(context, everyone, LEAST_SUPPORT_TO_RECOMMEND)
    together = computed.value

    rows = await context.reader.stored(categories_of_customers(), {**everyone.params(), "ids": list(ids)})
    bought = many_each(rows, ids, "customer_id", lambda row: row.category)
    return await each_aside(partial(_recommended, together, first), bought)


def _recommended(together: Together, first: int, bought: Sequence[str]) -> list[Recommendation]:
    return [
        Recommendation(
            found.category, None, f"Customers who bought {found.because_of} also bought {found.category}.", found.score
        )
        for found in together.recommended(bought, first)
    ]
