"""The real shop: every answer equals an independent computation, and is the same to the byte on both stores."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from analytics.copy.engine import as_rows
from models import Customer, Refund, Sale
from models.database import table
from schema.schema import schema
from tests.analytics.asking import ask, operation, told, told_by_oracle
from tests.analytics.real_shop import NOW, Imported
from tests.oracle import methods, online_retail, rfm
from tests.oracle.facts import Facts
from tests.reports.comparing import differences

pytestmark = pytest.mark.asyncio(loop_scope="session")

LAST = date(2011, 12, 9)

customer, sale, refund = table(Customer), table(Sale), table(Refund)


Oracle = Callable[[str, date, int | None], rfm.Segmentation]


@pytest.fixture(scope="session")
def oracle(facts: online_retail.OnlineRetailFacts) -> Oracle:
    """The oracle's answer to a question, computed once."""

    @cache
    def answer(scheme: str, as_of: date, days: int | None) -> rfm.Segmentation:
        return rfm.segmentation(facts.for_rfm(), as_of.toordinal(), days, scheme)

    return answer


# ---------------------------------------------------------------- totals


async def test_totals_equal_the_independent_computation(
    real_shop: Imported, facts: online_retail.OnlineRetailFacts
) -> None:
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
    async with operation(real_shop.services, real_shop.id, now=NOW) as context:
        view = await context.facts()
        (sold,), (returned,), (known,) = [as_rows(await view.fetch(s, {})) for s in (sales, refunds, people)]
    kept = (len(facts.sales), int(facts.sales["total"].sum()), int(facts.sales["customer"].isna().sum()))
    assert (sold.count, int(sold.amount), sold.anonymous) == kept == (19_959, 1_065_562_248, 1_427)
    back = (len(facts.refunds), int(facts.refunds["amount"].sum()), int(facts.refunds["customer"].isna().sum()))
    assert (returned.count, int(returned.amount), returned.anonymous) == back
    assert back[:2] == (3_836, 89_681_249)
    assert known.count == len(facts.customers) == 4_371


async def test_the_figures_given_for_orientation(real_shop: Imported) -> None:
    async with operation(real_shop.services, real_shop.id, now=NOW) as context:
        answer = await ask(context, as_of=LAST)
        assert (answer.total_customers, answer.total_revenue) == (2_889, Decimal("3169444.18"))


async def test_revenue_and_refunds_outside_reconcile_with_the_books(
    real_shop: Imported, facts: online_retail.OnlineRetailFacts
) -> None:
    async with operation(real_shop.services, real_shop.id, now=NOW) as context:
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
    real_shop: Imported, oracle: Oracle, scheme: str, as_of: date, days: int | None
) -> None:
    expected = oracle(scheme, as_of, days)
    async with operation(real_shop.services, real_shop.id, now=NOW) as context:
        answer = await ask(context, scheme, days, as_of=as_of)
        assert await told(answer, real_shop.numbers.__getitem__) == told_by_oracle(expected)


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
query ($method: SegmentationMethod! = RFM, $scheme: RFMScheme! = POS, $days: Int, $asOf: Date) {
  segmentation(method: $method, scheme: $scheme, days: $days, asOf: $asOf) {
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
MOVES_AND_POINTS = """
query ($method: SegmentationMethod!, $from: Date!, $to: Date!) {
  segmentMigration(method: $method, from: $from, to: $to) {
    moves { from to customerCount revenue customers(first: 20) { totalCount nodes { number } } }
    notices howComputed { definition statement } freshness { dataRevision engine }
  }
  segmentationTrend(method: $method, from: $from, to: $to) {
    points { asOf segments { code name customerCount revenue } }
    notices howComputed { definition statement } freshness { dataRevision engine }
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


async def answered(real_shop: Imported, query: str, variables: dict[str, Any]) -> bytes:
    """The answer as it goes over the wire."""
    async with operation(real_shop.services, real_shop.id, now=NOW) as context:
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


METHODS = ["VALUE", "TIER", "BEHAVIOR"]


@pytest.mark.parametrize(("days", "as_of"), [(90, "2011-12-09"), (None, None), (30, "2011-06-15")])
@pytest.mark.parametrize("method", METHODS)
async def test_the_other_methods_equal_the_oracle_on_both_stores(
    on_sqlite: Imported, on_postgres: Imported, report_facts: Facts, method: str, days: int | None, as_of: str | None
) -> None:
    # Takes seconds: the oracle goes through half a million lines.
    data = await same(on_sqlite, on_postgres, SEGMENTATION, method=method, days=days, asOf=as_of)
    day = report_facts.today if as_of is None else date.fromisoformat(as_of).toordinal()
    wanted = methods.segmentation(report_facts, day, method=method, days=days)
    answer = without_pages(data["segmentation"])
    assert differences(answer, wanted | {"days": None if method == "TIER" else days}) == []


async def test_credit_is_the_same_on_both_stores(on_sqlite: Imported, on_postgres: Imported) -> None:
    answer = (await same(on_sqlite, on_postgres, SEGMENTATION, method="CREDIT", days=90))["segmentation"]
    assert {s["code"]: s["customerCount"] for s in answer["segments"] if s["customerCount"]} == {"NO_CREDIT": 4_371}
    assert answer["totalCustomers"] == 4_371


@pytest.mark.parametrize("method", ["RFM", *METHODS])
async def test_moves_and_points_equal_the_oracle_on_both_stores(
    on_sqlite: Imported, on_postgres: Imported, report_facts: Facts, method: str
) -> None:
    # Takes seconds: the oracle segments four thousand customers at the end of each of eight months.
    start, end = date(2011, 3, 31), date(2011, 11, 30)
    asked = {"method": method, "from": str(start), "to": str(end)}
    data = await same(on_sqlite, on_postgres, MOVES_AND_POINTS, **asked)
    days = start.toordinal(), end.toordinal()
    moves = data["segmentMigration"]["moves"]
    assert [move.pop("customers")["totalCount"] for move in moves] == [move["customerCount"] for move in moves]
    moves.sort(key=lambda move: (move["from"] or "", move["to"] or ""))
    assert differences(moves, methods.segment_migration(report_facts, *days, method=method)["moves"]) == []
    points = data["segmentationTrend"]["points"]
    assert differences(points, methods.segmentation_trend(report_facts, *days, method=method)["points"]) == []


def without_pages(answer: Any) -> Any:
    """What the oracle tells too: no pages, texts and ways, and nothing that is typical beside figures."""
    for segment in answer["segments"]:
        assert segment.pop("customers")["totalCount"] == segment["customerCount"]
        for text in ("description", "criteria", "recommendedActions"):
            assert segment.pop(text)
        typical = segment["characteristics"]
        segment["characteristics"] = {k: v for k, v in typical.items() if k.startswith(("avg", "total"))}
    return {k: v for k, v in answer.items() if k not in ("notices", "howComputed", "freshness")}


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
