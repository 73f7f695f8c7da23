"""Patterns, affinity and recommendations of the worked example are what was worked out by hand, through GraphQL."""

from typing import Any

from tests.reports.test_patterns import AFFINITY, DOCUMENT
from tests.worked_example import expected
from tests.worked_example.conftest import Ask, disagreements


def patterns(ask: Ask, **more: Any) -> Any:
    usual = {"revenueBasis": "NET", "grouping": "MONTHLY"}
    return ask(DOCUMENT, **usual | more)["purchasePatterns"]


def test_patterns(ask: Ask) -> None:
    found = patterns(ask, compareTo="PREVIOUS_PERIOD")
    assert disagreements(expected.PATTERNS, found) == []
    assert found["notices"] == [
        "1 sale and 1 refund have no known hour: byHour, byWeekdayHour and busiestHour leave them out."
    ]


def test_patterns_on_margin(ask: Ask) -> None:
    assert disagreements(expected.PATTERNS_MARGIN, patterns(ask, revenueBasis="MARGIN")) == []


def test_patterns_of_one_customer(ask: Ask) -> None:
    year = {"start": "2024-01-01", "end": "2024-12-31"}
    assert disagreements(expected.PATTERNS_OF_ADA, patterns(ask, customer="ada", period=year)) == []


def test_a_weekly_series_from_sunday(ask: Ask) -> None:
    period = {"start": "2024-12-04", "end": "2024-12-31"}
    assert (
        disagreements(expected.PATTERNS_WEEKLY_SERIES, patterns(ask, period=period, grouping="WEEKLY")["series"]) == []
    )


def test_categories_bought_together(ask: Ask) -> None:
    found = ask(AFFINITY, minSupport=0.01, first=50)["categoryAffinity"]
    assert disagreements(expected.AFFINITY, found) == []


def test_recommendations(ask: Ask) -> None:
    document = "query R($id: ID!) { node(id: $id) { ... on Customer { recommendations { category reason score } } } }"
    found = ask(document, id="ben")["node"]["recommendations"]
    # What has no category is none to recommend: two are left of the three that were worked out.
    left = [r for r in expected.RECOMMENDATIONS_FOR_BEN if r["category"] != "Uncategorised"]
    assert [(r["category"], r["reason"]) for r in found] == [
        (r["category"], f"Customers who bought {r['pair'][0]} also bought {r['category']}.") for r in left
    ]
    assert [r["score"] for r in found] == [1.0, 0.5]
