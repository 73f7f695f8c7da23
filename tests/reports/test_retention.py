"""Retention equals the oracle's on random histories, whatever is asked."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import retention
from tests.oracle.facts import Facts
from tests.reports.comparing import PEOPLE, differences
from tests.reports.conftest import World
from tests.reports.histories import DAYS, FIRST, STOREFRONTS, TODAY, examples, histories

DOCUMENT = f"""
query Retention(
  $period: DateRange, $compareTo: Comparison, $cohortPeriod: CohortPeriod!, $trendPeriod: CohortPeriod!,
  $mode: RetentionMode!, $activityDays: Int!, $customerType: CustomerType, $storefront: ID
) {{
  retention(
    period: $period, compareTo: $compareTo, cohortPeriod: $cohortPeriod, trendPeriod: $trendPeriod, mode: $mode,
    activityDays: $activityDays, customerType: $customerType, storefront: $storefront
  ) {{
    period {{ start end days complete }}
    summary {{ ...Summary }}
    previous {{ ...Summary }}
    cohorts {{
      key start size currentActive churned
      periods {{
        period start customerCount retention complete revenue cumulativeRevenuePerCustomer {PEOPLE}
      }}
    }}
    trends {{
      key start startingCustomers newCustomers acquiredCustomers reactivatedCustomers churnedCustomers endingCustomers
      retentionRate churnRate complete
    }}
    repeatPurchases {{ oneTimeBuyers repeatBuyers repeatRate avgPurchasesPerCustomer medianDaysToSecondPurchase }}
  }}
}}
fragment Summary on RetentionSummary {{
  totalCustomers customersAtStart customersAtEnd activeCustomers retainedCustomers churnedCustomers newCustomers
  acquiredCustomers lapsedNewCustomers returningCustomers reactivatedCustomers retentionRate netRetentionRate churnRate
  repeatPurchaseRate winBackRate avgCustomerLifespanDays
}}
"""

UNIT = st.sampled_from(["MONTH", "MONTH", "QUARTER", "YEAR"])
PERIODS = st.one_of(
    st.none(),
    st.tuples(DAYS, DAYS).map(lambda edges: tuple(sorted(edges))),
    st.just((FIRST.toordinal() - 400, TODAY.toordinal())),
)
QUESTIONS = st.fixed_dictionaries(
    {
        "period": PERIODS,
        "compare_to": st.sampled_from([None, "PREVIOUS_PERIOD", "PREVIOUS_YEAR"]),
        "cohort_period": UNIT,
        "trend_period": UNIT,
        "mode": st.sampled_from(["ON", "ON_OR_AFTER"]),
        "activity_days": st.sampled_from([1, 7, 30, 90, 90, 400]),
        "customer_type": st.sampled_from([None, None, "RETAIL", "WHOLESALE"]),
        "storefront": st.sampled_from([None, None, *STOREFRONTS]),
    }
)


@given(facts=histories(), questions=st.lists(QUESTIONS, min_size=3, max_size=3))
@examples(12)
def test_retention_equals_the_oracle(world: World, facts: Facts, questions: list[dict[str, Any]]) -> None:
    # Takes seconds: the copy of each example is loaded, and the oracle is written for clarity.
    with world.shop_of(facts) as shop:
        for question in questions:
            answer = shop.ask(DOCUMENT, question)["retention"]
            assert differences(answer, retention.report(facts, **question)) == [], question


@given(facts=histories(), question=QUESTIONS)
@examples(10)
def test_customers_at_the_end_are_the_retained_the_new_and_the_reactivated(
    world: World, facts: Facts, question: dict[str, Any]
) -> None:
    # Takes seconds: the copy of each example is loaded.
    with world.shop_of(facts) as shop:
        report = shop.ask(DOCUMENT, question)["retention"]
    summary, trends = report["summary"], report["trends"]
    kept, won = summary["retainedCustomers"], summary["newCustomers"] + summary["reactivatedCustomers"]
    assert summary["customersAtEnd"] == kept + won
    assert summary["customersAtStart"] == kept + summary["churnedCustomers"]
    assert trends[0]["startingCustomers"] == summary["customersAtStart"]
    assert trends[-1]["endingCustomers"] == summary["customersAtEnd"]
    for before, after in pairwise(trends):
        assert before["endingCustomers"] == after["startingCustomers"]
    assert sum(trend["acquiredCustomers"] for trend in trends) == summary["acquiredCustomers"]
    assert sum(cohort["size"] for cohort in report["cohorts"]) == summary["totalCustomers"]
    assert all(cohort["periods"][0]["customerCount"] == cohort["size"] for cohort in report["cohorts"])
