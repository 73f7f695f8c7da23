"""Every report of a business that has sold nothing, and of one with a single customer: all fields, and no error."""

from typing import Any

import pytest

from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import open_shop
from tests.schema.conftest import Asker
from tests.schema.walking import everything_under

CALLS = {
    "acquisition": "acquisition",
    "categoryAffinity": "categoryAffinity",
    "customers": "customers(orderBy: TOTAL_SPENT)",
    "lifetimeValueReport": "lifetimeValueReport(orderBy: PREDICTED)",
    "purchasePatterns": "purchasePatterns(compareTo: PREVIOUS_PERIOD)",
    "receivablesAging": "receivablesAging",
    "retention": "retention(compareTo: PREVIOUS_YEAR)",
    "viewer": "viewer",
    **{
        f"segmentation {method}": f"segmentation(method: {method})"
        for method in ("VALUE", "TIER", "CREDIT", "BEHAVIOR")
    },
    **{f"segmentation {scheme}": f"segmentation(scheme: {scheme})" for scheme in ("POS", "RETAIL", "REPORT")},
    "segmentMigration": 'segmentMigration(from: "2025-12-05", to: "2026-03-05")',
    "segmentationTrend": 'segmentationTrend(from: "2025-12-05", to: "2026-03-05")',
}


def document_of(name: str) -> str:
    """Every field under a call, but for customers of cells in which nobody can be."""
    return everything_under(name.split(maxsplit=1)[0], CALLS[name], lambda field: field != "RFMCell.customers")[0]


def numbers_in(answer: Any) -> list[float]:
    """All numbers of an answer."""
    if isinstance(answer, dict):
        return [number for value in answer.values() for number in numbers_in(value)]
    if isinstance(answer, list):
        return [number for value in answer for number in numbers_in(value)]
    return [answer] if isinstance(answer, int | float) and not isinstance(answer, bool) else []


@pytest.mark.parametrize("name", CALLS)
async def test_a_business_that_has_sold_nothing(services: Services, name: str) -> None:
    shop = await open_shop(services.database)
    answer = await Asker(services, Viewer("stan", Role.STAFF, shop.id)).run(document_of(name))
    assert answer.messages == []


@pytest.mark.parametrize("name", CALLS)
async def test_a_single_customer_with_a_single_sale(services: Services, name: str) -> None:
    shop = await open_shop(services.database)
    shop.sale("anna", "2026-03-05", "10.00", storefront="Web", payments={"CASH": "10.00"})
    await shop.save()
    answer = await Asker(services, Viewer("stan", Role.STAFF, shop.id)).run(document_of(name))
    assert answer.messages == []
    assert all(abs(number) < 10**9 for number in numbers_in(answer.data))  # nothing was divided by nothing


async def test_what_a_single_customer_makes_of_the_reports(services: Services) -> None:
    shop = await open_shop(services.database)
    shop.sale("anna", "2026-03-05", "10.00")
    await shop.save()
    found = await Asker(services, Viewer("stan", Role.STAFF, shop.id))("""{
      segmentation { totalCustomers totalRevenue segments { code customerCount revenueContribution growth } }
      lifetimeValueReport { summary { averageClv top10PercentContribution } customers { nodes { rank } } }
      purchasePatterns { summary { totalTransactions transactionsPerCustomer } frequency { avgDaysBetweenPurchases } }
      retention {
        summary { customersAtStart retentionRate churnRate newCustomers customersAtEnd }
        cohorts { key size periods { customerCount retention complete } }
        repeatPurchases { medianDaysToSecondPurchase repeatRate }
      }
    }""")
    there = [segment for segment in found["segmentation"]["segments"] if segment["customerCount"]]
    assert (found["segmentation"]["totalCustomers"], found["segmentation"]["totalRevenue"]) == (1, "10.00")
    assert there == [{"code": "R4F4M4", "customerCount": 1, "revenueContribution": 100.0, "growth": None}]
    assert found["lifetimeValueReport"] == {
        "summary": {"averageClv": "10.00", "top10PercentContribution": 100.0},
        "customers": {"nodes": [{"rank": 1}]},
    }
    assert found["purchasePatterns"] == {
        "summary": {"totalTransactions": 1, "transactionsPerCustomer": 1.0},
        "frequency": {"avgDaysBetweenPurchases": None},
    }
    assert found["retention"] == {
        "summary": {
            "customersAtStart": 0,
            "retentionRate": None,
            "churnRate": None,
            "newCustomers": 1,
            "customersAtEnd": 1,
        },
        "cohorts": [
            {"key": "2026-03", "size": 1, "periods": [{"customerCount": 1, "retention": 100.0, "complete": False}]}
        ],
        "repeatPurchases": {"medianDaysToSecondPurchase": None, "repeatRate": 0.0},
    }
