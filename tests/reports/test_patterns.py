"""Purchase patterns, affinity and recommendations equal the oracle's on random histories, whatever is asked."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import patterns
from tests.oracle.facts import UNCATEGORISED, Facts
from tests.reports.comparing import differences
from tests.reports.conftest import World
from tests.reports.histories import DAYS, FIRST, STOREFRONTS, TODAY, examples, histories

SUMMARY = """
fragment Summary on PatternSummary {
  totalTransactions uniqueCustomers revenue anonymousTransactions avgBasketSize avgItemsPerTransaction
  transactionsPerCustomer mostPopularPaymentMethod busiestDay busiestHour
}
"""
REPORT = """
fragment Report on PurchasePatterns {
  period { start end days complete }
  summary { ...Summary }
  frequency { daily weekly monthly avgDaysBetweenPurchases }
  baskets { min max transactionCount percentage avgItems }
  byWeekdayHour { weekday hour transactionCount revenue percentage }
  byWeekday { key transactionCount revenue percentage }
  byHour { key transactionCount revenue percentage }
  byMonth { key transactionCount revenue percentage }
  seasonality { month index }
  series { start end transactionCount uniqueCustomers revenue complete }
  paymentMethods { method transactionCount percentage avgTransactionValue }
  categories { category purchaseCount percentage avgSpend revenue }
}
"""
DOCUMENT = f"""
query Patterns(
  $customer: ID, $period: DateRange, $compareTo: Comparison, $revenueBasis: RevenueBasis!, $customerType: CustomerType,
  $storefront: ID, $grouping: Grouping!, $basketEdges: [Decimal!]
) {{
  purchasePatterns(
    customer: $customer, period: $period, compareTo: $compareTo, revenueBasis: $revenueBasis,
    customerType: $customerType, storefront: $storefront, grouping: $grouping, basketEdges: $basketEdges
  ) {{ ...Report previous {{ ...Summary }} notices }}
}}
{REPORT} {SUMMARY}
"""
OF_EACH = f"""
query OfEach($period: DateRange) {{
  customers(first: 1000) {{ nodes {{ number patterns(period: $period) {{ ...Report }} }} }}
}}
{REPORT} {SUMMARY}
"""
AFFINITY = """
query Affinity(
  $period: DateRange, $storefront: ID, $customerType: CustomerType, $minSupport: Float!, $first: Int!
) {
  categoryAffinity(
    period: $period, storefront: $storefront, customerType: $customerType, minSupport: $minSupport, first: $first
  ) { pairs { first second support confidence lift transactions } }
}
"""

PERIODS = st.one_of(
    st.none(),
    st.tuples(DAYS, DAYS).map(lambda edges: tuple(sorted(edges))),
    st.just((FIRST.toordinal() - 400, TODAY.toordinal())),
)
SCOPES = {
    "period": PERIODS,
    "customer_type": st.sampled_from([None, None, "RETAIL", "WHOLESALE"]),
    "storefront": st.sampled_from([None, None, *STOREFRONTS]),
}
EDGES = st.lists(st.integers(-5_000, 120_000), unique=True, min_size=1, max_size=6).map(sorted)
QUESTIONS = st.fixed_dictionaries(
    {
        **SCOPES,
        "compare_to": st.sampled_from([None, "PREVIOUS_PERIOD", "PREVIOUS_YEAR"]),
        "revenue_basis": st.sampled_from(["NET", "GROSS", "MARGIN"]),
        "grouping": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
        "basket_edges": st.one_of(st.none(), EDGES),
        "of_one": st.sampled_from([False, False, True]),
    }
)


def asked(facts: Facts, question: dict[str, Any]) -> dict[str, Any]:
    """The question as the oracle takes it."""
    rest = {name: value for name, value in question.items() if name != "of_one"}
    return rest | {"customer": facts.customers[0].number if question["of_one"] else None}


@given(facts=histories(), questions=st.lists(QUESTIONS, min_size=4, max_size=4))
@examples(12)
def test_patterns_equal_the_oracle(world: World, facts: Facts, questions: list[dict[str, Any]]) -> None:
    # Takes seconds: the copy of each example is loaded, and the oracle is written for clarity.
    with world.shop_of(facts) as shop:
        for question in (asked(facts, question) for question in questions):
            edges = question["basket_edges"]
            given_edges = edges and [str(Decimal(edge).scaleb(-2)) for edge in edges]
            answer = shop.ask(DOCUMENT, {**question, "basket_edges": given_edges})["purchasePatterns"]
            expected = patterns.report(facts, **question)
            told = [notice for notice in answer.pop("notices") if "no known hour" in notice]
            assert differences(answer, expected) == [], question
            assert not expected["hourUnknown"] or told[0].startswith(f"{expected['hourUnknown']} sale")


@given(facts=histories(), period=PERIODS)
@examples(6)
def test_the_patterns_of_a_page_of_customers_are_those_of_each(world: World, facts: Facts, period: Any) -> None:
    with world.shop_of(facts) as shop:
        for node in shop.ask(OF_EACH, {"period": period})["customers"]["nodes"]:
            expected = patterns.report(facts, period, customer=node["number"])
            assert differences(node["patterns"], expected) == [], node["number"]


AFFINITY_QUESTIONS = st.fixed_dictionaries(
    {
        **SCOPES,
        "min_support": st.sampled_from([0.0, 0.01, 0.1, 0.25, 1 / 3, 0.5, 1.0]),
        "first": st.sampled_from([1, 3, 50, 1000]),
    }
)


@given(facts=histories(), questions=st.lists(AFFINITY_QUESTIONS, min_size=4, max_size=4))
@examples(12)
def test_affinity_equals_the_oracle(world: World, facts: Facts, questions: list[dict[str, Any]]) -> None:
    with world.shop_of(facts) as shop:
        for question in questions:
            answer = shop.ask(AFFINITY, question)["categoryAffinity"]
            assert differences(answer, patterns.category_affinity(facts, **question)) == [], question


@given(facts=histories())
@examples(8)
def test_recommendations_equal_the_oracle(world: World, facts: Facts) -> None:
    """But for lines without a category, which recommend nothing here; equal strengths have equal scores."""
    fields = "recommendations(first: 1000) { category reason score }"
    with world.shop_of(facts) as shop:
        nodes = shop.ask(f"{{ customers(first: 1000) {{ nodes {{ number {fields} }} }} }}")["customers"]["nodes"]
    for node in nodes:
        expected = [
            (found["category"], f"Customers who bought {found['pair'][0]} also bought {found['category']}.")
            for found in patterns.recommendations(without_uncategorised(facts), node["number"])
        ]
        found = node["recommendations"]
        assert [(r["category"], r["reason"]) for r in found] == expected
        assert [r["score"] for r in found] == sorted((r["score"] for r in found), reverse=True)
        assert not found or found[0]["score"] == 1.0


def without_uncategorised(facts: Facts) -> Facts:
    """The same history, where lines without a category are left out, and its sales are not."""
    kept = tuple(item for item in facts.items if (item.category or UNCATEGORISED) != UNCATEGORISED)
    return Facts(facts.customers, facts.sales, kept, facts.payments, facts.refunds, facts.today)
