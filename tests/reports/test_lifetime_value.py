"""The lifetime value report equals the oracle's on random histories, whatever is asked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle import lifetime_value
from tests.oracle.facts import COUNTED, Facts
from tests.reports.comparing import PEOPLE, differences
from tests.reports.conftest import AskedShop, World
from tests.reports.histories import DAYS, FIRST, STOREFRONTS, histories, joined_by_hand, without_costs

DOCUMENT = f"""
query LifetimeValue(
  $joined: DateRange, $customerType: CustomerType, $storefront: ID, $minRevenue: Decimal, $minProfit: Decimal,
  $revenueBasis: RevenueBasis!, $orderBy: LifetimeValueOrder!, $asOf: Date
) {{
  lifetimeValueReport(
    joined: $joined, customerType: $customerType, storefront: $storefront, minRevenue: $minRevenue,
    minProfit: $minProfit, revenueBasis: $revenueBasis, orderBy: $orderBy, asOf: $asOf, first: 1000
  ) {{
    summary {{
      totalCustomers totalRevenue totalProfit averageClv averageProfitPerCustomer topCustomerRevenue
      top10PercentContribution refundsOutsidePopulation
    }}
    customers {{ nodes {{ rank customer {{ number }} clv {{ ...Value }} }} }}
    distribution {{ min max customerCount revenue {PEOPLE} }}
    lorenz {{ customers revenue }}
    costCoverage
  }}
}}
fragment Value on CLV {{
  revenue profit profitMargin orders averageOrderValue firstPurchaseDate lastPurchaseDate daysAsCustomer lifespanDays
  purchaseFrequencyDays rank heuristic
}}
"""
ONE_CUSTOMER = """
query($asOf: Date) { customers(first: 1000) { nodes {
  number
  clv(asOf: $asOf) {
    revenue profit orders averageOrderValue firstPurchaseDate lastPurchaseDate daysAsCustomer lifespanDays
    rank heuristic
  }
  purchases(asOf: $asOf) { revenue profit orders averageOrderValue firstPurchaseDate lastPurchaseDate }
} } }
"""
AMOUNT = st.one_of(st.none(), st.none(), st.integers(-5_000, 30_000))
EDGE = st.one_of(st.none(), DAYS)
RANGE = st.tuples(EDGE, EDGE).filter(lambda edges: None in edges or edges[0] <= edges[1])
QUESTIONS = st.fixed_dictionaries(
    {
        "joined": st.one_of(st.none(), st.none(), RANGE),
        "customer_type": st.sampled_from([None, None, "RETAIL", "WHOLESALE"]),
        "storefront": st.sampled_from([None, None, *STOREFRONTS]),
        "min_revenue": AMOUNT,
        "min_profit": AMOUNT,
        "revenue_basis": st.sampled_from(["NET", "GROSS", "MARGIN"]),
        "order_by": st.sampled_from(["REVENUE", "PROFIT", "ORDERS", "AVERAGE_ORDER_VALUE"]),
        "as_of": st.one_of(st.none(), DAYS),
    }
)


def of_counted_sales(facts: Facts) -> Facts:
    """The same with no refund of a sale that did not count on that day.

    The oracle takes its share of the profit also from who has no known profit; the product leaves that unknown.
    """
    counted = {s.id: s.changes[-1][0] if s.changes else s.day for s in facts.sales if s.status in COUNTED}
    refunds = (
        r if r.sale is None or (r.sale in counted and counted[r.sale] <= r.day) else r._replace(sale=None)
        for r in facts.refunds
    )
    return replace(facts, refunds=tuple(refunds))


def asked(question: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a question as GraphQL wants them."""
    joined, amounts = question["joined"], {name: _money(question[name]) for name in ("min_revenue", "min_profit")}
    edges = joined and {"start": _iso(joined[0]), "end": _iso(joined[1])}
    return {**question, **amounts, "joined": edges}


def _money(minor: int | None) -> Decimal | None:
    return None if minor is None else Decimal(minor).scaleb(-2)


def _iso(ordinal: int | None) -> str | None:
    return None if ordinal is None else str(FIRST.fromordinal(ordinal))


def answer_of(shop: AskedShop, question: dict[str, Any]) -> Any:
    """The report, each customer by its number as the oracle has it."""
    found = shop.ask(DOCUMENT, asked(question))["lifetimeValueReport"]
    found["customers"] = [
        {"customer": node["customer"]["number"], "rank": node["rank"], "clv": node["clv"]}
        for node in found["customers"]["nodes"]
    ]
    return found


@given(
    facts=histories().map(joined_by_hand).map(of_counted_sales),
    questions=st.lists(QUESTIONS, min_size=4, max_size=4),
    has_costs=st.sampled_from([True] * 4 + [False]),
)
@settings(max_examples=12, deadline=None, derandomize=True)
def test_the_report_equals_the_oracle(
    world: World, facts: Facts, questions: list[dict[str, Any]], has_costs: bool
) -> None:
    # Takes seconds: the copy of each example is loaded, and the oracle is written for clarity.
    told = facts if has_costs else without_costs(facts)
    with world.shop_of(told) as shop:
        for question in questions:
            assert differences(answer_of(shop, question), lifetime_value.report(told, **question)) == [], question


@given(facts=histories().map(of_counted_sales), as_of=st.one_of(st.none(), DAYS))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_the_value_of_each_customer_equals_the_report_and_its_purchases(
    world: World, facts: Facts, as_of: int | None
) -> None:
    with world.shop_of(facts) as shop:
        nodes = shop.ask(ONE_CUSTOMER, {"as_of": as_of})["customers"]["nodes"]
    values = {row["number"]: row["clv"] for row in lifetime_value.report(facts, as_of)["customers"]}
    for node in nodes:
        assert differences(node["clv"], values.get(node["number"])) == []
        if node["clv"] is not None:
            assert {name: node["clv"][name] for name in node["purchases"]} == node["purchases"]
    assert {node["number"] for node in nodes if node["clv"]} == set(values)
