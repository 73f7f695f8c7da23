"""The patterns of the real shop equal an independent computation, on both stores."""

from datetime import date
from typing import Any

import pytest

from resolvers.operation.context import Context
from resolvers.operation.viewer import Role, Viewer
from schema.schema import schema
from tests.analytics.real_shop import NOW, Imported
from tests.oracle import patterns
from tests.oracle.facts import Facts
from tests.reports.comparing import differences
from tests.reports.test_patterns import AFFINITY, DOCUMENT

pytestmark = pytest.mark.asyncio(loop_scope="session")

YEAR = ("2010-12-01", "2011-12-09")
QUESTIONS: list[dict[str, Any]] = [
    {"period": YEAR, "revenue_basis": "NET", "grouping": "MONTHLY"},
    {
        "period": ("2011-09-11", "2011-12-09"),
        "revenue_basis": "GROSS",
        "grouping": "WEEKLY",
        "compare_to": "PREVIOUS_PERIOD",
    },
    {"period": ("2011-06-01", "2011-06-30"), "revenue_basis": "MARGIN", "grouping": "DAILY"},
    {
        "period": ("2011-03-01", "2011-08-15"),
        "revenue_basis": "NET",
        "grouping": "MONTHLY",
        "basket_edges": (1, 10_000),
    },
]


async def answered(real_shop: Imported, document: str, variables: dict[str, Any]) -> Any:
    context = Context(real_shop.services, Viewer("a test", Role.MANAGER, real_shop.id), NOW)
    result = await schema.execute(document, variable_values=variables, context_value=context)
    await context.close()
    assert not result.errors, result.errors
    return result.data


def as_variables(question: dict[str, Any]) -> dict[str, Any]:
    start, end = question["period"]
    edges = question.get("basket_edges")
    return {
        "period": {"start": start, "end": end},
        "revenueBasis": question["revenue_basis"],
        "grouping": question["grouping"],
        "compareTo": question.get("compare_to"),
        "basketEdges": edges and [f"{edge / 100:.2f}" for edge in edges],
    }


def in_days(period: tuple[str, str]) -> tuple[int, int]:
    start, end = (date.fromisoformat(day).toordinal() for day in period)
    return start, end


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: " ".join(question["period"]))
async def test_the_report_equals_the_independent_computation(
    real_shop: Imported, report_facts: Facts, question: dict[str, Any]
) -> None:
    # Takes seconds: the oracle goes through half a million lines.
    found = (await answered(real_shop, DOCUMENT, as_variables(question)))["purchasePatterns"]
    del found["notices"]
    expected = patterns.report(report_facts, **{**question, "period": in_days(question["period"])})

    assert found["summary"]["totalTransactions"] > 1000
    assert differences(found, expected) == []


async def test_a_customer_and_the_affinity_of_a_shop_without_categories(
    real_shop: Imported, report_facts: Facts
) -> None:
    number = "14911"
    found = await answered(real_shop, '{ customer(by: {number: "14911"}) { id recommendations { score } } }', {})
    variables = as_variables(QUESTIONS[0]) | {"customer": found["customer"]["id"]}
    report = (await answered(real_shop, DOCUMENT, variables))["purchasePatterns"]
    del report["notices"]
    expected = patterns.report(report_facts, in_days(YEAR), customer=number)

    assert report["summary"]["totalTransactions"] > 100
    assert differences(report, expected) == []
    assert found["customer"]["recommendations"] == []
    period = {"start": YEAR[0], "end": YEAR[1]}
    affinity = await answered(real_shop, AFFINITY, {"period": period, "minSupport": 0.0, "first": 50})
    assert affinity == {"categoryAffinity": {"pairs": []}}
