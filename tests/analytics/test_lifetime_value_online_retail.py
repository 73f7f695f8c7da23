"""The lifetime values of the real shop equal an independent computation, on both stores."""

from datetime import date
from typing import Any

import pytest

from resolvers.operation.context import Context
from resolvers.operation.viewer import Role, Viewer
from schema.schema import schema
from tests.analytics.real_shop import NOW, Imported
from tests.oracle import lifetime_value
from tests.oracle.facts import Facts
from tests.reports.comparing import differences

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIELDS = """
    summary {
      totalCustomers totalRevenue totalProfit averageClv averageProfitPerCustomer topCustomerRevenue
      top10PercentContribution refundsOutsidePopulation
    }
    distribution { min max customerCount revenue }
    lorenz { customers revenue }
    costCoverage
    customers { totalCount pageInfo { hasNextPage endCursor } nodes {
      rank customer { number } clv {
        revenue profit profitMargin orders averageOrderValue firstPurchaseDate lastPurchaseDate daysAsCustomer
        lifespanDays purchaseFrequencyDays rank heuristic
      }
    } }
"""
QUESTIONS: dict[str, dict[str, Any]] = {
    "": {},
    "revenueBasis: GROSS, orderBy: ORDERS": {"revenue_basis": "GROSS", "order_by": "ORDERS"},
    'orderBy: AVERAGE_ORDER_VALUE, minRevenue: 1000, asOf: "2011-06-30"': {
        "order_by": "AVERAGE_ORDER_VALUE",
        "min_revenue": 100_000,
        "as_of": "2011-06-30",
    },
    "revenueBasis: MARGIN, orderBy: PROFIT": {"revenue_basis": "MARGIN", "order_by": "PROFIT"},
}


async def whole_report(real_shop: Imported, arguments: str) -> Any:
    """The report with all pages of its customers in one."""
    found, nodes, after = None, [], ""
    while found is None or found["customers"]["pageInfo"]["hasNextPage"]:
        context = Context(real_shop.services, Viewer("a test", Role.MANAGER, real_shop.id), NOW)
        query = f"{{ lifetimeValueReport(first: 1000{after}, {arguments}) {{ {FIELDS} }} }}"
        result = await schema.execute(query, context_value=context)
        await context.close()
        assert not result.errors, result.errors
        assert result.data is not None
        found = result.data["lifetimeValueReport"]
        nodes += found["customers"]["nodes"]
        after = f', after: "{found["customers"]["pageInfo"]["endCursor"]}"'
    assert found["customers"]["totalCount"] == len(nodes)
    people = [{"number": n["customer"]["number"], "rank": n["rank"], "clv": n["clv"]} for n in nodes]
    return {**found, "customers": people}


@pytest.mark.parametrize("arguments", QUESTIONS)
async def test_the_report_equals_the_independent_computation(
    real_shop: Imported, report_facts: Facts, arguments: str
) -> None:
    # Takes seconds: four thousand customers are asked for in pages, and each is compared.
    question = dict(QUESTIONS[arguments])
    if "as_of" in question:
        question["as_of"] = date.fromisoformat(question["as_of"]).toordinal()
    found = await whole_report(real_shop, arguments)
    assert len(found["customers"]) > 500
    assert differences(found, lifetime_value.report(report_facts, **question)) == []


async def test_what_the_real_shop_s_customers_were_worth(real_shop: Imported) -> None:
    # Takes seconds: four thousand customers are asked for in pages.
    found = await whole_report(real_shop, 'asOf: "2011-12-09"')
    assert found["summary"] == {
        "totalCustomers": 4338,
        "totalRevenue": "8310477.05",
        "totalProfit": None,
        "averageClv": "1915.74",
        "averageProfitPerCustomer": None,
        "topCustomerRevenue": "279489.02",
        "top10PercentContribution": pytest.approx(59.8046, abs=1e-4),
        "refundsOutsidePopulation": "295881.64",
    }
    assert [(b["min"], b["customerCount"]) for b in found["distribution"]] == [
        (None, 8), ("0.00", 468), ("160.00", 609), ("300.00", 1101), ("660.00", 1049), ("1600.00", 665),
        ("3500.00", 438),
    ]  # fmt: skip
    assert [person["number"] for person in found["customers"][:3]] == ["14646", "18102", "17450"]
