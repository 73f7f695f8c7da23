"""The oracle says about the worked example what was worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.oracle import (
    acquisition,
    data_quality,
    lifetime_value,
    methods,
    patterns,
    receivables,
    retention,
)
from tests.oracle.days import day
from tests.worked_example import expected
from tests.worked_example.compare import differences
from tests.worked_example.shop import FACTS, SHOP

YEAR = (day("2024-01-01"), day("2024-12-31"))


@pytest.mark.parametrize("fact", [*SHOP.sales, *SHOP.refunds], ids=lambda fact: fact.id)
def test_local_and_utc_columns_agree(fact):
    local = fact.occurred_at.astimezone(ZoneInfo(SHOP.timezone))
    assert local.date() == fact.business_date
    assert local.hour == (12 if fact.hour is None else fact.hour)


def test_lifetime_value():
    assert differences(expected.LIFETIME_VALUE, lifetime_value.report(FACTS)) == []


@pytest.mark.parametrize("order", expected.LIFETIME_VALUE_ORDERS)
def test_lifetime_value_orders(order):
    found = lifetime_value.report(FACTS, order_by=order)["customers"]
    assert [row["customer"] for row in found] == expected.LIFETIME_VALUE_ORDERS[order]


def test_lifetime_value_at_a_storefront():
    found = lifetime_value.report(FACTS, storefront="market")
    assert differences(expected.LIFETIME_VALUE_AT_MARKET["summary"], found["summary"]) == []
    assert [row["customer"] for row in found["customers"]] == expected.LIFETIME_VALUE_AT_MARKET["order"]


@pytest.mark.parametrize("basis", ["GROSS", "MARGIN"])
def test_lifetime_value_on_other_bases(basis):
    found = lifetime_value.report(FACTS, revenue_basis=basis)
    wanted = dict(getattr(expected, f"LIFETIME_VALUE_{basis}"))
    assert [row["customer"] for row in found["customers"]] == wanted.pop("order")
    assert differences(wanted, found["summary"]) == []


@pytest.mark.parametrize("method", ["VALUE", "TIER", "CREDIT", "BEHAVIOR"])
def test_segmentation(method):
    found = methods.segmentation(FACTS, method=method)
    assert differences(getattr(expected, f"SEGMENTATION_{method}"), found) == []


def test_segmentation_by_rfm():
    found = methods.segmentation(FACTS)
    assert differences(expected.SEGMENTATION_POS, found) == []
    cells = {
        (cell["recencyScore"], cell["frequencyScore"], cell["monetaryScore"]): (
            cell["segmentCode"],
            cell["customerIds"],
            cell["revenue"],
        )
        for cell in found["cells"]
        if cell["customerCount"]
    }
    assert cells == expected.SEGMENTATION_POS_CELLS
    assert len(found["cells"]) == 125


def test_migration():
    found = methods.segment_migration(FACTS, day("2024-10-02"), day("2024-12-31"))
    assert differences(expected.MIGRATION, found) == []
    found = methods.segment_migration(FACTS, day("2024-07-15"), day("2024-10-02"))
    assert differences(expected.MIGRATION_WITH_A_LEAVER, found) == []


def test_trend():
    points = methods.segmentation_trend(FACTS, day("2024-08-20"), day("2024-12-31"), every="QUARTER")["points"]
    found = {
        point["asOf"]: {
            part["code"]: (part["customerCount"], part["revenue"])
            for part in point["segments"]
            if part["customerCount"]
        }
        for point in points
    }
    assert found == expected.TREND


def test_patterns():
    assert differences(expected.PATTERNS, patterns.report(FACTS, compare_to="PREVIOUS_PERIOD")) == []
    assert differences(expected.PATTERNS_MARGIN, patterns.report(FACTS, revenue_basis="MARGIN")) == []
    assert differences(expected.PATTERNS_OF_ADA, patterns.report(FACTS, YEAR, customer="ada")) == []


def test_weekly_series():
    found = patterns.report(FACTS, (day("2024-12-04"), day("2024-12-31")), grouping="WEEKLY")
    assert differences(expected.PATTERNS_WEEKLY_SERIES, found["series"]) == []


def test_categories_bought_together():
    assert differences(expected.AFFINITY, patterns.category_affinity(FACTS)) == []
    assert differences(expected.RECOMMENDATIONS_FOR_BEN, patterns.recommendations(FACTS, "ben")) == []


def test_retention():
    found = retention.report(FACTS, compare_to="PREVIOUS_PERIOD")
    assert differences(expected.RETENTION, found) == []
    assert differences(expected.COHORTS_ON, found["cohorts"]) == []
    found = retention.report(FACTS, mode="ON_OR_AFTER", trend_period="QUARTER")
    assert differences(expected.COHORTS_ON_OR_AFTER, found["cohorts"]) == []
    assert differences(expected.TRENDS_BY_QUARTER, found["trends"]) == []
    found = retention.report(FACTS, cohort_period="QUARTER")
    assert differences(expected.COHORTS_BY_QUARTER_ON, found["cohorts"]) == []


def test_the_rest():
    assert differences(expected.ACQUISITION, acquisition.report(FACTS, YEAR)) == []
    assert differences(expected.RECEIVABLES, receivables.report(FACTS)) == []
    assert differences(expected.DATA_QUALITY, data_quality.report(FACTS)) == []
    balances = receivables.outstanding_balances(FACTS)
    assert {customer: Decimal(owed) / 100 for customer, owed in balances.items() if owed} == (
        expected.OUTSTANDING_BALANCES
    )
