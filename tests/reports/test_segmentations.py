"""Segmentation by every method, its migration and its trend equal the oracle's on random histories."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import methods, rfm
from tests.oracle.days import iso
from tests.oracle.facts import Facts
from tests.reports.comparing import PEOPLE, differences
from tests.reports.conftest import AskedShop, World
from tests.reports.histories import DAYS, FIRST, STOREFRONTS, TODAY, examples, histories

SEGMENTS = f"""
    method scheme asOf totalCustomers activeCustomers totalRevenue refundsOutsidePopulation
    insights {{ highestRevenueSegment largestSegment fastestGrowingSegment needsAttention }}
    segments {{
      name code customerCount percentage totalRevenue revenueContribution averageOrderValue recencyScore frequencyScore
      monetaryScore growth {PEOPLE}
      characteristics {{
        avgDaysSinceLastPurchase avgPurchaseFrequency avgTotalSpend avgCreditUtilization totalOutstanding PREFERRED
      }}
    }}
    cutPoints {{ score maxRecencyDays minFrequency minMonetary }}
    cells {{ recencyScore frequencyScore monetaryScore segmentCode customerCount revenue {PEOPLE} }}
"""
ARGUMENTS = (
    "$method: SegmentationMethod!, $scheme: RFMScheme!, $days: Int, $storefront: ID, $customerType: CustomerType"
)
GIVEN = "method: $method, scheme: $scheme, days: $days, storefront: $storefront, customerType: $customerType"
PREFERRED = "preferredCategory preferredChannel preferredWeekday preferredPaymentMethod peakMonth"
SEGMENTATION = f"""
query Segmentation({ARGUMENTS}, $includeInactive: Boolean!, $asOf: Date) {{
  segmentation({GIVEN}, includeInactive: $includeInactive, asOf: $asOf) {{ {SEGMENTS} }}
}}
"""
MIGRATION = f"""
query Migration({ARGUMENTS}, $from: Date!, $to: Date!) {{
  segmentMigration({GIVEN}, from: $from, to: $to, includeInactive: true) {{
    moves {{ from to customerCount revenue {PEOPLE} }}
  }}
}}
"""
TREND = f"""
query Trend({ARGUMENTS}, $from: Date!, $to: Date!, $every: CohortPeriod!) {{
  segmentationTrend({GIVEN}, from: $from, to: $to, every: $every, includeInactive: true) {{
    points {{ asOf segments {{ code name customerCount revenue }} }}
  }}
}}
"""

FILTERS: dict[str, Any] = {
    "scheme": st.sampled_from(["POS", "RETAIL", "REPORT"]),
    "days": st.sampled_from([None, 1, 30, 90, 90, 365]),
    "storefront": st.sampled_from([None, None, *STOREFRONTS]),
    "customer_type": st.sampled_from([None, None, "RETAIL", "WHOLESALE"]),
}
METHODS = ["RFM", "VALUE", "TIER", "BEHAVIOR"]
QUESTIONS = st.fixed_dictionaries(
    {**FILTERS, "include_inactive": st.booleans(), "as_of": st.one_of(st.just(TODAY.toordinal()), DAYS)}
)
SPANS = st.tuples(DAYS, DAYS).filter(lambda edges: edges[0] != edges[1]).map(sorted)
EVERY = st.sampled_from(["MONTH", "QUARTER", "YEAR"])


def expected(facts: Facts, question: dict[str, Any], method: str) -> dict[str, Any]:
    """The oracle's answer, where growth is against the population that was scored then, from what counted then."""
    asked = {k: v for k, v in question.items() if k != "as_of"}
    wanted = methods.segmentation(facts, question["as_of"], method=method, **asked)
    if question["days"] is None or method in methods.WITHOUT_GROWTH:
        return wanted
    then = methods.segmentation(facts, question["as_of"] - question["days"], method=method, **asked)
    before = Counter({s["name"]: s["customerCount"] for s in then["segments"]})
    for segment in wanted["segments"]:
        count, earlier = segment["customerCount"], before[segment["name"]]
        segment["growth"] = 100 * (count - earlier) / earlier if earlier else None
    choice = methods.Choice(method, question["scheme"], question["days"])
    in_order = methods.names_in_order(choice, (s["name"] for s in wanted["segments"]))
    now = {s["name"]: s["customerCount"] for s in wanted["segments"]}
    scheme = rfm.SCHEMES[question["scheme"]] if method == "RFM" else rfm.Scheme(method, (), (), ())
    fastest, _ = rfm.fastest_growing(scheme, {name: now[name] for name in in_order}, before)
    wanted["insights"]["fastestGrowingSegment"] = fastest
    return wanted


def check(shop: AskedShop, facts: Facts, question: dict[str, Any], method: str) -> None:
    # What is preferred is told of every method; the oracle tells it of BEHAVIOR.
    document = SEGMENTATION.replace("PREFERRED", PREFERRED if method == "BEHAVIOR" else "")
    found = shop.ask(document, question | {"method": method})["segmentation"]
    assert differences(found, expected(facts, question, method)) == []


@pytest.mark.parametrize("method", METHODS)
@given(facts=histories(), questions=st.lists(QUESTIONS, min_size=3, max_size=3))
@examples(15)
def test_a_segmentation_equals_the_oracle(
    world: World, method: str, facts: Facts, questions: list[dict[str, Any]]
) -> None:
    # Takes seconds: the copy of each example is loaded, and the oracle is written for clarity.
    with world.shop_of(facts) as shop:
        for question in questions:
            check(shop, facts, question, method)


@given(facts=histories(), questions=st.lists(QUESTIONS, min_size=3, max_size=3))
@examples(12)
def test_credit_of_today_equals_the_oracle(world: World, facts: Facts, questions: list[dict[str, Any]]) -> None:
    with world.shop_of(facts) as shop:
        for question in questions:
            check(shop, facts, question | {"as_of": TODAY.toordinal()}, "CREDIT")


@given(
    facts=histories(),
    method=st.sampled_from(METHODS),
    filters=st.fixed_dictionaries(FILTERS),
    spans=st.lists(SPANS, min_size=3, max_size=3),
)
@examples(12)
def test_a_migration_equals_the_oracle(
    world: World, facts: Facts, method: str, filters: dict[str, Any], spans: list[Any]
) -> None:
    with world.shop_of(facts) as shop:
        for start, end in spans:
            asked = filters | {"method": method, "from": start, "to": end}
            found = shop.ask(MIGRATION, asked)["segmentMigration"]["moves"]
            wanted = methods.segment_migration(facts, start, end, method=method, **filters)["moves"]
            found.sort(key=lambda move: (move["from"] or "", move["to"] or ""))
            assert differences(found, wanted) == []


@given(
    facts=histories(),
    method=st.sampled_from(METHODS),
    filters=st.fixed_dictionaries(FILTERS),
    span=st.one_of(SPANS, st.just((FIRST.toordinal(), TODAY.toordinal()))),
    every=EVERY,
)
@examples(12)
def test_a_trend_equals_the_oracle(
    world: World, facts: Facts, method: str, filters: dict[str, Any], span: Any, every: str
) -> None:
    start, end = span
    with world.shop_of(facts) as shop:
        found = shop.ask(TREND, filters | {"method": method, "from": start, "to": end, "every": every})
    points = found["segmentationTrend"]["points"]
    wanted = methods.segmentation_trend(facts, start, end, every=every, method=method, **filters)["points"]
    names = [[segment["name"] for segment in point["segments"]] for point in points]
    assert all(some == names[0] for some in names), "every point has the same segments"
    if method == "BEHAVIOR":  # the oracle lists those of the point, the API those of any
        for point in points:
            point["segments"] = [s for s in point["segments"] if s["customerCount"] or s["name"] == methods.MIXED]
    assert differences(points, wanted) == []
    assert [point["asOf"] for point in points] == sorted(point["asOf"] for point in points)
    assert points[-1]["asOf"] == iso(end)
