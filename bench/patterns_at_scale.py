"""Purchase patterns and affinity at scale, uncached, against statements written by hand that give the same answers.

    python bench/patterns_at_scale.py STORE

STORE holds the business "Demo", as for `reports_at_scale.py`. Each part is asked for the default 90 days and for all
history; one customer's parts, of which lines and payments come from the store, are held against one RFM of all history.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parents[1]))

from analytics.affinity import Together, bought_together, lines_of_categories
from analytics.patterns import (
    Grouping,
    Moments,
    PatternScope,
    SeriesUnits,
    basket_sizes,
    basket_units,
    categories,
    count_unique_buyers,
    moments_of,
    payment_methods,
    seasons_to,
    visits_by_unit,
    visits_of,
)
from analytics.scope import Scope
from analytics.segmentation import RFMScheme
from analytics.segmentation.rfm import score_population
from bench.large_shop import Direct, Race, of_rows, opened, run, seconds_of, tuples_of
from resolvers.operation.reader import Reader
from resolvers.patterns.engines import OfStore

EDGES = (0, 100_00, 250_00, 500_00, 1000_00)
MONTHS = SeriesUnits(Grouping.MONTHLY)
LEAST = Fraction(1, 100)


def rows_of_moments(moments: Moments) -> list[tuple[Any, ...]]:
    """The floor's rows, in an order."""
    sales, refunds = moments.sales, moments.refunds
    found = [*zip(*(sales[name].tolist() for name in ("day", "hour", "transactions", "known", "gross")), strict=True)]
    back = [*zip(*(refunds[name].tolist() for name in ("day", "hour", "refunds", "amount")), strict=True)]
    rows = [(*row, 0) for row in found] + [(day, hour, count, 0, 0, amount) for day, hour, count, amount in back]
    return _sorted(rows)


def _sorted(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted((day, -1 if hour is None else hour, *rest) for day, hour, *rest in rows)


def rows_of_pairs(together: Together) -> list[tuple[Any, ...]]:
    """The floor's rows."""
    pairs = together.pairs(LEAST, 50)
    return [(p.first, p.second, p.both, p.with_first, p.with_second, p.transactions) for p in pairs]


def races(engine: Direct, scope: PatternScope) -> list[Race]:
    """Each part with its floor."""
    start, last = scope.start, scope.as_of

    async def whole_baskets() -> list[tuple[int, int, int]]:
        sizes, units = await basket_sizes(engine, scope, EDGES), await basket_units(engine, scope, EDGES)
        return [(i, *both) for i, both in enumerate(zip(sizes, units, strict=True)) if both[0]]

    async def pairs() -> Together:
        return await bought_together(engine, scope, LEAST, await lines_of_categories(engine))

    def shares(found: list[Any]) -> list[tuple[Any, ...]]:
        return [tuple(vars(share).values()) for share in found]

    return [
        of_rows(
            "days and hours",
            lambda: moments_of(engine, scope, False),
            lambda: _sorted(engine.floor_rows("patterns_moments", start, last)),
            rows_of_moments,
        ),
        of_rows(
            "unique customers",
            lambda: count_unique_buyers(engine, scope),
            lambda: engine.floor_rows("patterns_buyers", start, last),
            lambda count: [(count,)],
        ),
        of_rows(
            "visits by month",
            lambda: engine.fetch(visits_by_unit(scope.form, MONTHS), scope.params()),
            lambda: engine.floor_rows("patterns_visits", start, last),
            tuples_of,
        ),
        of_rows(
            "baskets", whole_baskets, lambda: engine.floor_rows("patterns_baskets", start, last), lambda rows: rows
        ),
        of_rows(
            "payment methods",
            lambda: payment_methods(engine, scope),
            lambda: engine.floor_rows("patterns_payments", start, last),
            shares,
        ),
        of_rows(
            "categories",
            lambda: categories(engine, scope, False),
            lambda: engine.floor_rows("patterns_categories", start, last),
            shares,
        ),
        of_rows(
            "seasonality",
            lambda: seasons_to(engine, scope),
            lambda: engine.floor_rows("patterns_seasons", last),
            lambda seasons: [(s.revenue, s.days) for s in seasons],
        ),
        of_rows(
            "affinity", pairs, lambda: engine.floor_rows("patterns_affinity", start, last, float(LEAST)), rows_of_pairs
        ),
    ]


def parts_of_one(engine: Direct, reader: Reader, scope: PatternScope) -> dict[str, Callable[[], Awaitable[Any]]]:
    """What one customer's patterns ask for."""
    store, stored = OfStore(cast(Any, SimpleNamespace(store=reader))), replace(scope, stored=True)
    return {
        "days and hours": lambda: moments_of(engine, scope, False),
        "visits": lambda: visits_of(engine, scope, MONTHS),
        "baskets": lambda: basket_sizes(engine, scope, EDGES),
        "units": lambda: basket_units(store, stored, EDGES),
        "payment methods": lambda: payment_methods(store, stored),
        "categories": lambda: categories(store, stored, False),
        "seasonality": lambda: seasons_to(engine, scope),
    }


async def measure(engine: Direct, reader: Reader | None) -> None:
    """Race all parts on a copy, and print; those of one customer too where there is the store."""
    last = engine.last_day()
    rfm = await seconds_of(lambda: score_population(engine, Scope(last, None), RFMScheme.POS))
    print(f"one RFM of all history: {rfm:.3f} s")
    for name, scope in (("90 days", PatternScope(last, 90)), ("all history", PatternScope(last, None))):
        print(f"{name}:")
        for race in races(engine, scope):
            await run(race)
    if reader is None:
        return
    middle = (
        "SELECT customer_id FROM (SELECT customer_id, count(*) AS n FROM sale WHERE customer_id IS NOT NULL "
        "GROUP BY customer_id) ORDER BY abs(n - ?), customer_id LIMIT 1"
    )
    for sales in (10, 40, 200):
        customer = engine.root.execute(middle, [sales]).fetchone()[0]  # type: ignore[index]
        for name, work in parts_of_one(engine, reader, PatternScope(last, None, customer=customer)).items():
            print(f"one customer of {sales} sales, {name}: {await seconds_of(work) / rfm:.3f} x RFM", flush=True)


async def main(url: str) -> None:
    """Measure on the copy of a store."""
    async with opened(url) as (engine, reader):
        await measure(engine, reader)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
