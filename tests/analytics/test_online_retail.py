"""The real shop: every answer equals an independent computation, and is the same to the byte on both stores."""

import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import func, select

from analytics.engine import as_rows
from ingest.loader import import_file
from ingest.mapping import preset
from models import Customer, Refund, Sale
from models.database import Database, table
from resolvers.businesses import ensure_business
from resolvers.context import Services
from resolvers.rfm import Segmentation
from schema.schema import schema
from tests.analytics.asking import ask, insights_of, operation, scored
from tests.builders import ACTOR
from tests.conftest import REQUIRE_SERVICES, missing, named, on_server
from tests.oracle import online_retail, rfm

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime(2012, 1, 2, 9, 30, tzinfo=UTC)
FILE = "online_retail_2010-12_2011-12.csv.gz"
LAST = date(2011, 12, 9)

customer, sale, refund = table(Customer), table(Sale), table(Refund)


@dataclass(frozen=True)
class Imported:
    """The real shop in a store, and the numbers of its customers by id."""

    services: Services
    id: int
    numbers: dict[int, str]


@asynccontextmanager
async def imported(url: str, path: Path, rejects: Path) -> AsyncGenerator[Imported]:
    services = Services(Database(url))
    database = services.database
    shop = await ensure_business(database, "Online Retail", currency="GBP", timezone="Europe/London", now=NOW)
    await import_file(
        database, path=path, business=shop, mapping=preset("online-retail"), now=NOW, actor=ACTOR, rejects=rejects
    )
    async with database.engine.connect() as connection:
        rows = await connection.execute(select(customer.c.id, customer.c.number))
        numbers = {row.id: row.number for row in rows}
    yield Imported(services, shop.id, numbers)
    await services.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def on_sqlite(
    sqlite_template: Path, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Imported]:
    folder = tmp_path_factory.mktemp("online-retail")
    shutil.copy(sqlite_template, folder / "store.db")
    async with imported(f"sqlite:///{folder / 'store.db'}", data_dir / FILE, folder / "rejects.csv") as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def on_postgres(
    postgres_template: str | None, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Imported]:
    if postgres_template is None:
        missing("no PostgreSQL answers at TEST_POSTGRES_URL", REQUIRE_SERVICES)
    name = f"customer_api_{uuid4().hex[:12]}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    try:
        rejects = tmp_path_factory.mktemp("online-retail") / "rejects.csv"
        async with imported(named(name), data_dir / FILE, rejects) as made:
            yield made
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def shop(request: pytest.FixtureRequest) -> Imported:
    """The shop on SQLite and then on PostgreSQL."""
    return request.getfixturevalue(request.param)


Oracle = Callable[[str, date, int | None], rfm.Segmentation]


@pytest.fixture(scope="session")
def facts(data_dir: Path) -> online_retail.OnlineRetailFacts:
    """The file as the oracle reads it."""
    return online_retail.import_facts(data_dir / FILE)


@pytest.fixture(scope="session")
def oracle(facts: online_retail.OnlineRetailFacts) -> Oracle:
    """The oracle's answer to a question, computed once."""

    @cache
    def answer(scheme: str, as_of: date, days: int | None) -> rfm.Segmentation:
        return rfm.segmentation(facts.for_rfm(), as_of.toordinal(), days, scheme)

    return answer


# ---------------------------------------------------------------- totals


async def test_totals_equal_the_independent_computation(shop: Imported, facts: online_retail.OnlineRetailFacts) -> None:
    sales = select(
        func.count().label("count"),
        func.sum(sale.c.total).label("amount"),
        func.count().filter(sale.c.customer_id.is_(None)).label("anonymous"),
    ).select_from(sale)
    refunds = select(
        func.count().label("count"),
        func.sum(refund.c.amount).label("amount"),
        func.count().filter(refund.c.customer_id.is_(None)).label("anonymous"),
    ).select_from(refund)
    people = select(func.count().label("count")).select_from(customer)
    async with operation(shop.services, shop.id, now=NOW) as context:
        view = await context.facts()
        (sold,), (returned,), (known,) = [as_rows(await view.fetch(s, {})) for s in (sales, refunds, people)]
    kept = (len(facts.sales), int(facts.sales["total"].sum()), int(facts.sales["customer"].isna().sum()))
    assert (sold.count, int(sold.amount), sold.anonymous) == kept == (19_959, 1_065_562_248, 1_427)
    back = (len(facts.refunds), int(facts.refunds["amount"].sum()), int(facts.refunds["customer"].isna().sum()))
    assert (returned.count, int(returned.amount), returned.anonymous) == back
    assert back[:2] == (3_836, 89_681_249)
    assert known.count == len(facts.customers) == 4_371


async def test_the_figures_given_for_orientation(shop: Imported) -> None:
    async with operation(shop.services, shop.id, now=NOW) as context:
        answer = await ask(context, as_of=LAST)
        assert (answer.total_customers, answer.total_revenue) == (2_889, Decimal("3169444.18"))


async def test_revenue_and_refunds_outside_reconcile_with_the_books(
    shop: Imported, facts: online_retail.OnlineRetailFacts
) -> None:
    async with operation(shop.services, shop.id, now=NOW) as context:
        answer = await ask(context, days=None, as_of=LAST)
        outside = await answer.refunds_outside_population()
    of_customers = facts.sales[facts.sales["customer"].notna()]
    books = int(of_customers["total"].sum()) - int(facts.refunds["amount"].sum())
    assert (answer.total_revenue - outside) * 100 == books


# ---------------------------------------------------------------- segmentation


WINDOWS = [
    (LAST, 90),
    (LAST, None),
    (LAST, 365),
    (date(2011, 9, 30), 91),
    (date(2011, 3, 31), None),
    (date(2011, 1, 31), 30),
    (date(2010, 12, 5), 5),  # the first days: nothing before to compare with
    (date(2011, 11, 20), 1),
    (date(2010, 11, 30), 90),  # before there was anything
]


@pytest.mark.parametrize(("as_of", "days"), WINDOWS, ids=str)
@pytest.mark.parametrize("scheme", ["POS", "RETAIL", "REPORT"])
async def test_a_segmentation_equals_the_oracle(
    shop: Imported, oracle: Oracle, scheme: str, as_of: date, days: int | None
) -> None:
    expected = oracle(scheme, as_of, days)
    async with operation(shop.services, shop.id, now=NOW) as context:
        answer = await ask(context, scheme, days, as_of=as_of)
        assert {shop.numbers[id_]: row for id_, row in scored(answer).items()} == customers_of(expected)
        assert [await of_product(s) for s in answer.segments] == [of_oracle(s) for s in expected.segments]
        assert insights_of(await answer.insights()) == insights_of(expected.insights)
        assert cut_points_of(answer) == [
            (c.score, c.max_recency_days, c.min_frequency, c.min_monetary) for c in expected.cut_points
        ]
        assert cells_of(answer) == [
            (c.recency_score, c.frequency_score, c.monetary_score, c.segment_code, c.customer_count, c.revenue)
            for c in expected.cells
        ]
        assert (
            answer.total_customers,
            minor(answer.total_revenue),
            await answer.active_customers(),
            minor(await answer.refunds_outside_population()),
        ) == (
            expected.total_customers,
            expected.total_revenue,
            expected.active_customers,
            expected.refunds_outside_population,
        )


def minor(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)


def customers_of(expected: rfm.Segmentation) -> dict[str, tuple[int, int, int, str, str]]:
    people = expected.customers
    columns = ("recency_days", "frequency", "monetary", "score_code", "segment_name")
    return dict(zip(people.index, zip(*(people[name].tolist() for name in columns), strict=True), strict=True))


async def of_product(segment: Any) -> tuple[Any, ...]:
    return (
        segment.name,
        segment.code,
        segment.customer_count,
        segment.percentage,
        minor(segment.total_revenue),
        segment.revenue_contribution,
        minor(segment.average_order_value),
        (segment.recency_score, segment.frequency_score, segment.monetary_score),
        segment.avg_days_since_last_purchase,
        segment.avg_purchase_frequency,
        minor(segment.avg_total_spend),
        await segment.growth(),
    )


def of_oracle(segment: rfm.SegmentSummary) -> tuple[Any, ...]:
    return (
        segment.name,
        segment.code,
        segment.customer_count,
        segment.percentage,
        segment.total_revenue,
        segment.revenue_contribution,
        segment.average_order_value,
        (segment.recency_score, segment.frequency_score, segment.monetary_score),
        segment.avg_days_since_last_purchase,
        segment.avg_purchase_frequency,
        segment.avg_total_spend,
        segment.growth,
    )


def cut_points_of(answer: Segmentation) -> list[tuple[Any, ...]]:
    return [(c.score, c.max_recency_days, c.min_frequency, minor(c.min_monetary)) for c in answer.cut_points]


def cells_of(answer: Segmentation) -> list[tuple[Any, ...]]:
    return [
        (c.recency_score, c.frequency_score, c.monetary_score, c.segment_code, c.customer_count, minor(c.revenue))
        for c in answer.cells
    ]


# ---------------------------------------------------------------- the same bytes on both stores


PERSON = """
fragment Person on Customer {
  id number name type isActive joinedOn createdAt outstandingBalance creditUtilization tags
  address { country city }
  purchases(asOf: "2011-12-09") {
    orders revenue refunded profit averageOrderValue firstPurchaseDate lastPurchaseDate daysSinceLastPurchase
  }
  gross: purchases(asOf: "2011-06-30", revenueBasis: GROSS) { orders revenue }
  pos: rfm(asOf: "2011-12-09") { ...Scores }
  retail: rfm(scheme: RETAIL, days: null, asOf: "2011-12-09") { ...Scores }
  report: rfm(scheme: REPORT, days: 200, asOf: "2011-09-30") { ...Scores }
}
fragment Scores on RFMScore {
  recencyDays frequency monetary recencyScore frequencyScore monetaryScore scoreCode segment { code name } asOf days
}
"""
SEGMENTATION = """
query ($scheme: RFMScheme!, $days: Int, $asOf: Date) {
  segmentation(scheme: $scheme, days: $days, asOf: $asOf) {
    method scheme asOf days totalCustomers totalRevenue activeCustomers refundsOutsidePopulation notices
    segments {
      name code description criteria customerCount percentage totalRevenue revenueContribution averageOrderValue
      recencyScore frequencyScore monetaryScore recommendedActions growth
      characteristics {
        avgDaysSinceLastPurchase avgPurchaseFrequency avgTotalSpend avgCreditUtilization totalOutstanding
        preferredCategory preferredChannel preferredWeekday preferredPaymentMethod peakMonth
        preferredStorefront { name }
      }
      customers(first: 20) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id number } } }
    }
    cutPoints { score maxRecencyDays minFrequency minMonetary }
    cells { recencyScore frequencyScore monetaryScore segmentCode customerCount revenue
      customers(first: 3) { totalCount nodes { number } } }
    insights { highestRevenueSegment largestSegment fastestGrowingSegment needsAttention }
    howComputed { definition statement }
    freshness { dataRevision engine }
  }
}
"""
PAGE = (
    PERSON
    + """
query ($number: String!) {
  customer(by: {number: $number}) {
    ...Person
    sales(first: 5) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        id number status occurredAt businessDate channel subtotal discount tax total
        items { product sku category quantity unitPrice total profit isProduct }
        payments { method amount } refunds { amount }
      }
    }
    spring: sales(first: 3, period: {start: "2011-03-01", end: "2011-05-31"}) { totalCount nodes { number total } }
    refunds(first: 5) { totalCount nodes { id amount occurredAt businessDate reason } }
  }
}
"""
)
LIST = (
    PERSON
    + """
query ($filter: CustomerFilter, $orderBy: CustomerOrder, $after: String) {
  customers(first: 40, after: $after, filter: $filter, orderBy: $orderBy, asOf: "2011-12-09") {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { ...Person } }
  }
}
"""
)
FILTERS: list[dict[str, Any]] = [
    {},
    {"search": "128"},
    {"country": "Germany"},
    {"type": "RETAIL", "isActive": True, "isVerified": False},
    {"type": "WHOLESALE"},
    {"joined": {"start": "2011-02-01", "end": "2011-02-28"}},
    {"lastPurchase": {"start": "2011-06-01", "end": "2011-06-30"}},
    {"totalSpent": {"min": "1000", "max": "1500.50"}},
    {"totalSpent": {"max": "-0.01"}},
    {"rfmSegment": "CHAMPION"},
    {"rfmSegment": "Can't Lose Them", "country": "United Kingdom"},
    {"search": "12", "country": "France", "totalSpent": {"min": "100"}, "lastPurchase": {"start": "2011-05-01"}},
]


async def answered(shop: Imported, query: str, variables: dict[str, Any]) -> bytes:
    """The answer as it goes over the wire."""
    async with operation(shop.services, shop.id, now=NOW) as context:
        result = await schema.execute(query, variable_values=variables, context_value=context)
    assert not result.errors, result.errors
    return orjson.dumps(result.data)


async def same(on_sqlite: Imported, on_postgres: Imported, query: str, **variables: Any) -> Any:
    """The answer that both stores give to the byte."""
    lite, full = [await answered(shop, query, variables) for shop in (on_sqlite, on_postgres)]
    assert lite == full
    return orjson.loads(lite)


@pytest.mark.parametrize(("days", "as_of"), [(90, "2011-12-09"), (None, None), (30, "2011-06-15")])
@pytest.mark.parametrize("scheme", ["POS", "RETAIL", "REPORT"])
async def test_a_segmentation_is_the_same_on_both_stores(
    on_sqlite: Imported, on_postgres: Imported, scheme: str, days: int | None, as_of: str | None
) -> None:
    data = await same(on_sqlite, on_postgres, SEGMENTATION, scheme=scheme, days=days, asOf=as_of)
    answer = data["segmentation"]
    assert sum(s["customerCount"] for s in answer["segments"]) == answer["totalCustomers"] > 0
    assert sum(s["customers"]["totalCount"] for s in answer["segments"]) == answer["totalCustomers"]
    assert sum(c["customers"]["totalCount"] for c in answer["cells"]) == answer["totalCustomers"]


@pytest.mark.parametrize("number", ["12748", "14646", "17841", "12346", "18287", "16446"])
async def test_a_customer_s_page_is_the_same_on_both_stores(
    on_sqlite: Imported, on_postgres: Imported, number: str
) -> None:
    data = await same(on_sqlite, on_postgres, PAGE, number=number)
    assert data["customer"]["number"] == number
    assert data["customer"]["sales"]["totalCount"] > 0


@pytest.mark.parametrize("order", ["NEWEST", "NAME", "TOTAL_SPENT", "LAST_PURCHASE"])
@pytest.mark.parametrize("number", range(len(FILTERS)), ids=lambda i: "+".join(FILTERS[i]) or "everyone")
async def test_a_list_of_customers_is_the_same_on_both_stores(
    on_sqlite: Imported, on_postgres: Imported, number: int, order: str
) -> None:
    asked = {"filter": FILTERS[number], "orderBy": order}
    first = (await same(on_sqlite, on_postgres, LIST, **asked))["customers"]
    if first["pageInfo"]["hasNextPage"]:
        after = first["pageInfo"]["endCursor"]
        second = (await same(on_sqlite, on_postgres, LIST, **asked, after=after))["customers"]
        assert not {e["node"]["id"] for e in first["edges"]} & {e["node"]["id"] for e in second["edges"]}
    assert (first["totalCount"] == 0) == (FILTERS[number] == {"type": "WHOLESALE"})


async def test_orders_by_spending_are_those_of_the_oracle(
    on_sqlite: Imported, on_postgres: Imported, facts: online_retail.OnlineRetailFacts
) -> None:
    first = (await same(on_sqlite, on_postgres, LIST, filter={}, orderBy="TOTAL_SPENT"))["customers"]
    bought = facts.sales.groupby("customer")["total"].sum()
    spent = bought.sub(facts.refunds.groupby("customer")["amount"].sum(), fill_value=0).astype("int64")
    best = spent.sort_values(ascending=False).head(40)
    found = [(e["node"]["number"], int(Decimal(e["node"]["purchases"]["revenue"]) * 100)) for e in first["edges"]]
    assert found == list(zip(best.index, best.tolist(), strict=True))
