"""Every report at scale, uncached, against statements written by hand that give the same complete answer.

    python bench/reports_at_scale.py STORE

STORE holds the business "Demo", for instance made by `DATABASE_URL=STORE python main.py demo --customers 1000000`.
Answers are compared before anything is timed; ratios are of medians of one run, seconds are for orientation. Last, the
four reports in one operation against each in an operation of its own, through GraphQL, with nothing kept.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from analytics.calendar import CohortPeriod
from analytics.cohorts import CohortTable, cohort_table
from analytics.lifetime_value.ranking import LifetimeValueOrder, Ranking, RankingTerms, ranked
from analytics.lifetime_value.spread import SpreadSummary, summary
from analytics.lifetime_value.sums import Joined, customers_of
from analytics.retention import TrendFigures, activity_over, second_purchases, trends_over
from analytics.scope import Scope
from analytics.segmentation import RFMScheme
from analytics.segmentation.rfm import score_population
from bench.large_shop import Direct, Race, of_rows, opened, run, seconds_of, tuples_of
from models.database import Database
from resolvers.businesses import find_business
from resolvers.operation.computed import ReportCache
from resolvers.operation.context import Context
from resolvers.operation.ids import use_ids_of
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from schema.schema import schema

YEAR = 365
ACTIVITY_DAYS = 90
FIRST = 50
FOUR = (
    "segmentation(days: null) { totalCustomers insights { highestRevenueSegment } "
    "segments { name customerCount totalRevenue } cells { customerCount } cutPoints { score } }",
    "lifetimeValueReport(first: 50) { summary { totalCustomers averageClv top10PercentContribution } "
    "distribution { customerCount } lorenz { revenue } customers { nodes { rank clv { revenue profit } } } }",
    "purchasePatterns { summary { totalTransactions uniqueCustomers revenue } byWeekdayHour { revenue } "
    "series { revenue } baskets { transactionCount avgItems } categories { revenue } paymentMethods { method } "
    "seasonality { index } }",
    "retention { summary { totalCustomers retentionRate } trends { endingCustomers } "
    "repeatPurchases { repeatRate } cohorts { key size periods { customerCount revenue } } }",
)


def rows_of_cohorts(cohorts: CohortTable) -> list[tuple[Any, ...]]:
    """The floor's rows: of each cell the buyers, those who leave after it, of them the active, and the revenue."""
    rows: list[tuple[Any, ...]] = []
    for cohort in map(cohorts.at, cohorts.units):
        later = [cell.on_or_after for cell in cohort.cells[1:]] + [0]
        for cell, still in zip(cohort.cells, later, strict=True):
            rows.append((cohort.unit, cell.unit, cell.on, cell.on_or_after - still, cell.revenue))
    return [row for row in rows if any(row[2:])]


def rows_of_trends(trends: list[TrendFigures]) -> list[tuple[Any, ...]]:
    """The floor's rows: all but the unit."""
    return [tuple(vars(trend).values())[1:] for trend in trends]


def rows_of_value(found: tuple[Ranking, SpreadSummary]) -> list[tuple[Any, ...]]:
    """The floor's rows: the summary, the first customers, the buckets, and the Lorenz curve in hundredths."""
    ranking, said = found
    people = ranking.people
    best = [int(i) for i in ranking.position[:FIRST]]
    top = sum(int(people.revenue(ranking.basis, int(i))) for i in ranking.position[: -(-len(ranking) // 10)])
    rows: list[tuple[Any, ...]] = [
        ("summary", 0, said.customers, said.revenue, said.profit, said.gross, said.costed, said.refunded, said.top, top)
    ]
    for place, i in enumerate(best, 1):
        sums = people.figures(i, ranking.basis)
        days = int(people.first_day[i]), int(people.last_day[i])
        rows.append(("customer", place, int(people.customer_id[i]), sums.revenue, sums.profit, sums.orders, *days))
    rows += [("bucket", 0, b.min, b.max, b.last - b.first, b.revenue) for b in said.buckets]
    rows += [("lorenz", percent, round(share, 6)) for percent, share in enumerate(said.lorenz)]
    return rows


def same_value(found: tuple[Ranking, SpreadSummary], floor: list[tuple[Any, ...]]) -> bool:
    """Both say the same; the floor's curve is in hundredths of a minor unit, ours in percent."""
    total = next(row[3] for row in floor if row[0] == "summary")
    lengths = {"summary": 10, "customer": 8, "bucket": 6, "lorenz": 3}
    theirs = [row[: lengths[row[0]]] for row in floor]
    theirs = [row for row in theirs if row[:5] != ("bucket", 0, None, 0, 0)]  # ours shows it where somebody is in it
    theirs = [(*row[:2], round(row[2] / total, 6)) if row[0] == "lorenz" else row for row in theirs]
    return sorted(map(str, rows_of_value(found))) == sorted(map(str, theirs))


def races(engine: Direct, last: int) -> list[Race]:
    """All reports with their floors; the period is the year to the last day."""
    scope = Scope(last, YEAR, include_inactive=True)
    units = CohortPeriod.MONTH.units_over(scope.start, scope.as_of)

    async def value() -> tuple[Ranking, SpreadSummary]:
        people = await customers_of(engine, scope.all_history(), Joined())
        terms, order = RankingTerms(), LifetimeValueOrder.REVENUE
        ranking = Ranking(people, terms.basis, order, ranked(people, terms, order))
        return ranking, summary(ranking)

    return [
        Race("lifetime value", value, lambda: engine.floor_rows("lifetime_value", last), same_value),
        of_rows(
            "retention: summary",
            lambda: activity_over(engine, scope, ACTIVITY_DAYS),
            lambda: engine.floor_rows("retention_activity", scope.start, last, ACTIVITY_DAYS),
            lambda a: [tuple(vars(a).values())],
        ),
        of_rows(
            "retention: cohorts, both modes",
            lambda: cohort_table(engine, scope, ACTIVITY_DAYS, CohortPeriod.MONTH),
            lambda: [
                (*row[:4], row[5])
                for row in engine.floor_rows("cohorts", last, ACTIVITY_DAYS)
                if any((*row[2:4], row[5]))
            ],
            rows_of_cohorts,
        ),
        of_rows(
            "retention: trends",
            lambda: trends_over(engine, scope, ACTIVITY_DAYS, CohortPeriod.MONTH, units),
            lambda: engine.floor_rows("retention_trends", scope.start, last, ACTIVITY_DAYS),
            rows_of_trends,
        ),
        of_rows(
            "retention: second purchases",
            lambda: engine.fetch(second_purchases(scope.shape), scope.all_history().params()),
            lambda: engine.floor_rows("second_purchases", last),
            tuples_of,
        ),
    ]


async def four_together(url: str) -> None:
    """Print what the four reports take in one operation, against the sum of four operations."""
    services = Services(Database(url))
    await use_ids_of(services.database)
    business = await find_business(services.database, "Demo")
    assert business is not None
    viewer = Viewer("bench", Role.ADMIN, business.id, None, True)

    async def ask(*parts: str) -> None:
        services.reports = ReportCache(2**30, 600)
        context = Context(services, viewer, datetime.now(UTC))
        result = await schema.execute(f"{{ {' '.join(parts)} }}", context_value=context)
        await context.close()
        assert not result.errors, result.errors

    alone = [await seconds_of(lambda part=part: ask(part)) for part in FOUR]
    together = await seconds_of(lambda: ask(*FOUR))
    shown = " + ".join(f"{seconds:.2f}" for seconds in alone)
    print(f"four reports in one operation: {together / sum(alone):.2f} x their sum ({together:.2f} s of {shown})")
    await services.close()


async def main(url: str) -> None:
    """Measure and print."""
    async with opened(url) as (engine, _):
        last = engine.last_day()
        one_rfm = await seconds_of(lambda: score_population(engine, Scope(last, None), RFMScheme.POS))
        print(f"one RFM of all history: {one_rfm:.3f} s")
        for race in races(engine, last):
            ours, _ = await run(race)
            print(f"  {ours / one_rfm:.2f} x RFM")
    await four_together(url)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
