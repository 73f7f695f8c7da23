"""What customers were worth, as a document: the whole ranking, and how revenue lies among them."""

from asyncio import to_thread
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from operator import attrgetter, itemgetter
from typing import Any

import pyarrow as pa

from exports.charts import bars, lorenz_curve, signed
from exports.customers import Person, people_of, slices
from exports.document import (
    HUMP,
    Column,
    Document,
    Table,
    batch_of_objects,
    day,
    integer,
    money,
    number,
    percent,
    text,
)
from exports.heading import heading_of, window
from resolvers.lifetime_value.customer import heuristic_by_value
from resolvers.lifetime_value.report import (
    CustomerValue,
    LifetimeValueQuestion,
    LifetimeValueReport,
    lifetime_value_report,
)
from resolvers.operation.context import Context
from resolvers.prediction.customer import PredictedCLV, prediction_by_value
from resolvers.prediction.model import lifetime_value_model
from rules.days import date_of


@dataclass(frozen=True)
class LifetimeValueRow:
    """A customer of the ranking with what is looked up of it."""

    value: CustomerValue
    who: Person
    heuristic: Decimal | None
    predicted: Any


def _worth(make: Any, name: str, title: str, **more: Any) -> Column:
    read = attrgetter(HUMP.sub(r"_\1", name).lower())

    def cell(row: LifetimeValueRow) -> Any:
        return read(row.value.clv)

    return make(name, title, cell, **more)


def _predicted(make: Any, name: str, title: str, **more: Any) -> Column:
    read = attrgetter(HUMP.sub(r"_\1", name).lower())

    def cell(row: LifetimeValueRow) -> Any:
        return read(row.predicted) if isinstance(row.predicted, PredictedCLV) else None

    return make(name, title, cell, **more)


VALUES = (
    integer("rank", "Rank", lambda row: row.value.rank),
    text("number", "Number", lambda row: row.who.number),
    text("name", "Name", lambda row: row.who.name, wide=True),
    _worth(money, "revenue", "Revenue"),
    _worth(money, "profit", "Profit"),
    _worth(percent, "profitMargin", "Margin", printed=False),
    _worth(integer, "orders", "Orders"),
    _worth(money, "averageOrderValue", "Average order"),
    _worth(day, "firstPurchaseDate", "First purchase", printed=False),
    _worth(day, "lastPurchaseDate", "Last purchase"),
    _worth(integer, "daysAsCustomer", "Days as customer", printed=False),
    _worth(integer, "lifespanDays", "Days from first to last purchase", printed=False),
    _worth(number, "purchaseFrequencyDays", "Days per order", printed=False),
    money("heuristic", "Rule of thumb", printed=False),
)
PREDICTED = (
    _predicted(number, "probabilityAlive", "Alive (0 to 1)", printed=False),
    _predicted(text, "churnRisk", "Churn risk", is_word=True),
    _predicted(number, "expectedOrders", "Orders to come"),
    _predicted(money, "predictedRevenue", "Revenue to come"),
    _predicted(money, "predictedProfit", "Profit to come", printed=False),
    _predicted(money, "totalValue", "Total value", printed=False),
)
SUMMARY = (
    integer("totalCustomers", "Customers"),
    money("totalRevenue", "Revenue"),
    money("totalProfit", "Profit"),
    money("averageClv", "Average per customer"),
    money("averageProfitPerCustomer", "Average profit per customer"),
    money("topCustomerRevenue", "Best customer"),
    percent("top10PercentContribution", "Share of the best tenth"),
    money("refundsOutsidePopulation", "Refunds outside of the population", lambda row: row[1]),
)
BUCKETS = (
    text("label", "Revenue", wide=True),
    money("min", "From", printed=False),
    money("max", "To below", printed=False),
    integer("customerCount", "Customers"),
    money("revenue", "Total"),
)
LORENZ = (percent("customers", "Lowest customers"), percent("revenue", "Their share of revenue"))


async def document(context: Context, asked: LifetimeValueQuestion) -> Document:
    """The ranking of all customers with the summary, the distribution and the Lorenz curve.

    Nobody looks at a file again in a minute: it waits for the model, which a screen does not.
    """
    model = await lifetime_value_model(context, asked.as_of)
    found, heading = await lifetime_value_report(context, asked), await heading_of(context, asked)
    summary = await found.summary()
    buckets, lorenz = await found.distribution(), await found.lorenz()
    columns = tuple(column.within(itemgetter(0)) for column in SUMMARY[:-1]) + SUMMARY[-1:]
    return heading.document(
        "Lifetime value of customers",
        window(date_of(found.people.scope.as_of), None),
        [
            await _values(context, found),
            heading.table("distribution", "Customers by revenue", BUCKETS, buckets),
            heading.appendix("lorenz", "Lorenz curve", LORENZ, lorenz),
        ],
        summary=heading.table("summary", "Summary", columns, [(summary, await summary.refunds_outside_population())]),
        notices=(*await found.notices(), *((f"Without predictions: {model.message}",) if model.message else ())),
        definition=found.how_computed.definition,
        charts=_charts(buckets, lorenz),
    )


def _charts(buckets: Any, lorenz: Any) -> tuple[Any, ...]:
    rows = [
        (b.label, float(b.customer_count), f"{b.customer_count:,} customers, {signed(f'{b.revenue:,}')}")
        for b in buckets
    ]
    of_values = bars("value-distribution", "Customers by revenue", rows)
    return (of_values, lorenz_curve(lorenz)) if lorenz else (of_values,)


async def _values(context: Context, found: LifetimeValueReport) -> Table:
    ranking = await found.ranking()
    best = [found.at(ranking, 0).clv] if len(ranking) else []
    is_predicted = any(isinstance(p, PredictedCLV) for p in await prediction_by_value(context, best, None))
    columns = (*VALUES, *(PREDICTED if is_predicted else ()))
    return Table("customers", "Customers by value", columns, partial(_batches, context, found, columns), len(ranking))


async def _batches(
    context: Context, found: LifetimeValueReport, columns: tuple[Column, ...]
) -> AsyncGenerator[pa.RecordBatch]:
    ranking, exponent = await found.ranking(), found.business.row.currency_exponent
    for rows in slices(len(ranking)):
        values = [found.at(ranking, place) for place in range(rows.start, rows.stop)]
        who = await people_of(context, ranking.people.customer_id[ranking.position[rows]])
        worth = [value.clv for value in values]
        rules = await heuristic_by_value(context, worth, None)
        predicted = await prediction_by_value(context, worth, None) if len(columns) > len(VALUES) else [None] * len(who)
        held = [LifetimeValueRow(*row) for row in zip(values, who, rules, predicted, strict=True)]
        yield await to_thread(batch_of_objects, columns, held, exponent)
