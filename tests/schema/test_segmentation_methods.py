"""The corner shop by value, tier, use of credit and behavior; drill-downs of all methods; what is refused."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.copy.pinned import PinnedView
from models.naming import name_of
from resolvers.listing import Members
from resolvers.operation.paging import PageRequest
from resolvers.operation.viewer import Role
from tests.builders import Line, open_shop
from tests.schema.conftest import Asker
from tests.schema.test_segmentation import segmentation

METHODS = ("RFM", "VALUE", "TIER", "CREDIT", "BEHAVIOR")
SIZES = "segments { name code customerCount totalRevenue }"
PEOPLE = "customers { totalCount nodes { name } }"


def sizes(found: Any) -> list[tuple[Any, ...]]:
    return [tuple(segment.values()) for segment in found["segments"]]


async def test_value(ask_both: Asker) -> None:
    fields = f"method scheme days totalCustomers activeCustomers totalRevenue refundsOutsidePopulation {SIZES}"
    found = await segmentation(ask_both, fields, "method: VALUE")

    # ANN 99.50 has three worse of four, NONAME 60.00, BEN 40.00, GONE 30.00
    assert tuple(found.values())[:-1] == ("VALUE", None, 90, 4, 4, "229.50", "1.00")
    assert sizes(found) == [("Medium", "MEDIUM", 3, "199.50"), ("Low", "LOW", 1, "30.00"), ("High", "HIGH", 0, "0.00")]


async def test_tier(ask_both: Asker) -> None:
    fields = (
        f"days totalRevenue notices {SIZES} insights {{ highestRevenueSegment fastestGrowingSegment needsAttention }}"
    )
    found = await segmentation(ask_both, fields, "method: TIER, days: 30")

    assert found["days"] is None
    assert found["notices"] == ["Method TIER looks at all history: days 30 has no part in it."]
    assert (found["totalRevenue"], list(found["insights"].values())) == ("257.50", ["Regular", None, None])
    assert sizes(found) == [
        ("Regular", "REGULAR", 2, "167.50"),  # ANN 107.50 and BEN
        ("New", "NEW", 2, "90.00"),
        ("At-Risk", "AT_RISK", 0, "0.00"),
        ("VIP", "VIP", 0, "0.00"),
    ]


async def test_credit(ask_both: Asker) -> None:
    fields = f"""totalCustomers activeCustomers totalRevenue {SIZES}
        typical: segments {{
          name characteristics {{ avgCreditUtilization totalOutstanding avgDaysSinceLastPurchase }}
        }}"""
    found = await segmentation(ask_both, fields, "method: CREDIT")

    # NEW never bought and is there, IDLE is not active, OLD is ANN. ANN owes 20 + 80 - 15 of 500.
    assert (found["totalCustomers"], found["activeCustomers"], found["totalRevenue"]) == (5, 4, "229.50")
    assert sizes(found) == [
        ("No Credit", "NO_CREDIT", 4, "130.00"),
        ("Low", "LOW", 1, "99.50"),
        ("Moderate", "MODERATE", 0, "0.00"),
        ("High", "HIGH", 0, "0.00"),
        ("Over Limit", "OVER_LIMIT", 0, "0.00"),
    ]
    typical = {s["name"]: tuple(s["characteristics"].values()) for s in found["typical"]}
    assert typical["Low"] == (17.0, "85.00", 32.0)
    assert typical["No Credit"] == (None, "0.00", (59 + 13 + 8) / 3)  # NEW has no last purchase
    assert typical["High"] == (None, "0.00", None)


async def test_what_owes_is_what_each_customer_owes(ask: Asker) -> None:
    fields = """segments { characteristics { totalOutstanding avgCreditUtilization }
        customers { nodes { outstandingBalance creditUtilization } } }"""
    for segment in (await segmentation(ask, fields, "method: CREDIT, includeInactive: true"))["segments"]:
        owed = sum(float(node["outstandingBalance"]) for node in segment["customers"]["nodes"])
        used = [n["creditUtilization"] for n in segment["customers"]["nodes"] if n["creditUtilization"] is not None]
        assert float(segment["characteristics"]["totalOutstanding"]) == owed
        assert segment["characteristics"]["avgCreditUtilization"] == (sum(used) / len(used) if used else None)


async def test_behavior(ask_both: Asker) -> None:
    fields = f"totalCustomers {SIZES} insights {{ largestSegment needsAttention }}"
    found = await segmentation(ask_both, fields, "method: BEHAVIOR")

    assert sizes(found) == [("Uncategorised", "UNCATEGORISED", 4, "229.50"), ("Mixed", "MIXED", 0, "0.00")]
    assert found["insights"] == {"largestSegment": "Uncategorised", "needsAttention": None}


async def test_only_rfm_has_cells_cut_points_and_a_scheme(ask: Asker) -> None:
    fields = """method scheme cells { customerCount } cutPoints { score }
        segments { recencyScore frequencyScore monetaryScore }"""
    for method in METHODS[1:]:
        found = await segmentation(ask, fields, f"method: {method}, scheme: RETAIL")
        assert (found["method"], found["scheme"], found["cells"], found["cutPoints"]) == (method, None, [], [])
        assert {score for segment in found["segments"] for score in segment.values()} == {None}


async def test_texts_for_a_shop_manager(ask: Asker) -> None:
    for method, size in zip(METHODS[1:], (3, 4, 5, 2), strict=True):
        fields = "segments { name code description criteria recommendedActions } howComputed { definition statement }"
        found = await segmentation(ask, fields, f"method: {method}")
        assert len(found["segments"]) == len({s["code"] for s in found["segments"]}) == size
        for segment in found["segments"]:
            assert len(set(segment["recommendedActions"])) >= 3
            assert all(action.endswith((".", "?")) for action in segment["recommendedActions"])
            assert segment["description"].endswith(".")
            assert segment["criteria"].endswith(".")
        assert found["howComputed"]["definition"].endswith(".")
        assert "SELECT" in found["howComputed"]["statement"]


async def test_what_customers_prefer_is_told_of_every_method(ask_both: Asker) -> None:
    fields = """segments { name characteristics { preferredCategory preferredStorefront { name } preferredChannel
        preferredWeekday preferredPaymentMethod peakMonth } }"""
    found = {
        method: {
            s["name"]: tuple(s["characteristics"].values())
            for s in (await segmentation(ask_both, fields, f"method: {method}"))["segments"]
        }
        for method in METHODS
    }
    # All of the window: ANN on Wednesday, Saturday and Sunday, BEN on Monday, NONAME on Friday, GONE on Wednesday;
    # Web twice, High Street once; by store ANN twice and GONE; February three times.
    everybody = ("Uncategorised", {"name": "Web"}, "STORE", "WEDNESDAY", "CARD", 2)
    nobody = (None,) * 6
    assert found["BEHAVIOR"] == {"Uncategorised": everybody, "Mixed": nobody}
    assert found["CREDIT"]["Low"] == found["RFM"]["Champions"]  # ANN alone
    assert found["CREDIT"]["Over Limit"] == nobody
    assert found["TIER"]["New"] == found["RFM"]["New Customers"]
    assert found["VALUE"]["High"] == nobody


# ---------------------------------------------------------------- drill-downs


@pytest.mark.parametrize("method", METHODS)
async def test_drill_downs_have_exactly_who_is_counted(ask_both: Asker, method: str) -> None:
    fields = f"totalCustomers segments {{ customerCount {PEOPLE} }}"
    found = await segmentation(ask_both, fields, f"method: {method}, includeInactive: true")
    for segment in found["segments"]:
        people = segment["customers"]
        assert people["totalCount"] == segment["customerCount"] == len(people["nodes"])
    names = sorted(node["name"] for segment in found["segments"] for node in segment["customers"]["nodes"])
    more = ["anna Zed"] if method == "CREDIT" else []
    assert sorted(names) == sorted(["Anna Ólafsdóttir", "Ben", "Erased customer", "Idle", "NONAME", *more])
    assert len(names) == found["totalCustomers"]


async def test_pages_of_all_segments_and_cells_are_read_together(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await open_shop(ask.services.database, "Many")
    for i in range(40):
        for day in range(1, 2 + i % 7):
            shop.sale(f"C{i:02}", f"2026-0{1 + (i * day) % 3}-0{day}", f"{1 + i * i % 50}.00")
    await shop.save()
    ran: Counter[str] = Counter()
    fetch = PinnedView.fetch

    async def counted(self: PinnedView, statement: Any, *more: Any) -> Any:
        ran[name_of(statement)] += 1
        return await fetch(self, statement, *more)

    monkeypatch.setattr(PinnedView, "fetch", counted)
    monkeypatch.setattr("resolvers.operation.meter.SECONDS_AT_ONCE", 60.0)  # turns part what is looked up at one time
    fields = f"segments {{ customerCount {PEOPLE} }} cells {{ customerCount {PEOPLE} }}"
    asker = ask.being(business_id=shop.id)
    await asker.load_copy()
    answer = await asker.run(f"{{ segmentation(days: null) {{ {fields} }} }}")

    found = answer.data["segmentation"]
    inhabited = [c for of in ("segments", "cells") for c in found[of] if c["customerCount"]]
    assert len(inhabited) > 20
    assert all(c["customers"]["totalCount"] == len(c["customers"]["nodes"]) == c["customerCount"] for c in inhabited)
    assert answer.statements == 2  # the business, and all the profiles
    assert ran == {"rfm.scored_customers": 1, "listing.member_pages": 1}


async def test_a_cursor_goes_on_in_every_segment_at_once(ask: Asker) -> None:
    shop = await open_shop(ask.services.database, "Ties")
    for i in range(24):
        shop.sale(f"N{i:02}", "2026-03-01", "10.00" if i % 3 else f"{i}.00")
    await shop.save()
    asker = ask.being(business_id=shop.id)
    whole = await segmentation(asker, "segments { code customers { nodes { number } } }", "method: VALUE")
    for segment in whole["segments"]:
        expected = [node["number"] for node in segment["customers"]["nodes"]]
        found, after = [], ""
        while len(found) < len(expected):
            fields = f"segments {{ customers(first: 5{after}) {{ nodes {{ number }} pageInfo {{ endCursor }} }} }}"
            (part,) = (await segmentation(asker, fields, f'method: VALUE, segmentCode: "{segment["code"]}"'))[
                "segments"
            ]
            found += [node["number"] for node in part["customers"]["nodes"]]
            after = f', after: "{part["customers"]["pageInfo"]["endCursor"]}"'
        assert found == expected


REVENUES = st.lists(st.sampled_from([-5, 0, 3, 3, 3, 7, 2**62, -(2**62)]), max_size=30)


@given(revenue=REVENUES, limit=st.integers(0, 8), edge=st.none() | st.sampled_from([-6, -5, 0, 3, 4, 7, 2**63 - 1]))
@pytest.mark.parametrize("backward", [False, True])
def test_what_is_read_for_a_page_holds_all_that_can_be_on_it(
    backward: bool, revenue: list[int], limit: int, edge: int | None
) -> None:
    amounts = np.array(revenue, np.int64)
    request = PageRequest(limit, backward, None if edge is None else (edge, "x"))
    chosen = amounts[Members(np.arange(len(amounts)), amounts).on_page(request)].tolist()

    sign = 1 if backward else -1
    order = sorted(revenue, key=lambda amount: sign * amount)
    beyond = [a for a in order if edge is None or sign * a > sign * edge]
    ties = [a for a in order if edge is not None and a == edge]
    assert not Counter([*ties, *beyond[: limit + 1]]) - Counter(chosen)
    assert not Counter(chosen) - Counter(revenue)
    if beyond:  # and no more than those that tie for the last place
        last = beyond[: limit + 1][-1]
        assert all(sign * a <= sign * last for a in chosen)


# ---------------------------------------------------------------- arguments


async def test_a_segment_asked_for_limits_the_list_and_nothing_else(ask: Asker) -> None:
    for method, name, code in (
        ("VALUE", "Low", "LOW"),
        ("TIER", "At-Risk", "AT_RISK"),
        ("CREDIT", "Over Limit", "OVER_LIMIT"),
        ("BEHAVIOR", "Mixed", "MIXED"),
    ):
        whole = await segmentation(ask, "totalCustomers insights { largestSegment }", f"method: {method}")
        for argument in (f'segmentName: "{name}"', f'segmentCode: "{code}"'):
            fields = "totalCustomers insights { largestSegment } segments { name code }"
            found = await segmentation(ask, fields, f"method: {method}, {argument}")
            assert found.pop("segments") == [{"name": name, "code": code}]
            assert found == whole
    both = 'method: VALUE, segmentName: "Low", segmentCode: "HIGH"'
    assert (await segmentation(ask, "segments { name }", both))["segments"] == []


async def test_a_segment_that_the_method_lacks_is_refused_with_those_it_has(ask: Asker) -> None:
    expected = {
        'method: VALUE, segmentName: "HIGH"': '`segmentName`: method VALUE has no segment "HIGH"; '
        'it has "High" (HIGH), "Medium" (MEDIUM), "Low" (LOW)',
        'method: TIER, segmentCode: "At-Risk"': '`segmentCode`: method TIER has no segment "At-Risk"; '
        'it has "New" (NEW), "At-Risk" (AT_RISK), "VIP" (VIP), "Regular" (REGULAR)',
        'method: BEHAVIOR, segmentName: "Food"': '`segmentName`: method BEHAVIOR of this window has no segment "Food"; '
        'it has "Uncategorised" (UNCATEGORISED), "Mixed" (MIXED)',
    }
    for arguments, told in expected.items():
        assert await ask.refused(f"{{ segmentation({arguments}) {{ days }} }}") == told


async def test_credit_of_a_past_day_is_refused(ask: Asker) -> None:
    told = await ask.refused('{ segmentation(method: CREDIT, asOf: "2026-03-04") { days } }')
    assert told == (
        "method CREDIT is of today's balances and limits, which are not kept by day: "
        "leave `asOf` out instead of 2026-03-04, or give today, 2026-03-05"
    )
    for day in ("2026-03-05", "2026-03-06"):
        found = await segmentation(ask, "asOf totalCustomers", f'method: CREDIT, asOf: "{day}"')
        assert found == {"asOf": "2026-03-05", "totalCustomers": 5}


async def test_windows_filters_and_days_of_each_method(ask: Asker) -> None:
    fields = "totalCustomers activeCustomers totalRevenue refundsOutsidePopulation"
    expected = {
        "method: VALUE, days: 9": (1, 1, "30.00", "1.00"),
        "method: BEHAVIOR, days: 33": (3, 3, "177.50", "1.00"),
        "method: VALUE, days: null, includeInactive: true": (5, 5, "757.50", "1.00"),
        "method: BEHAVIOR, customerType: WHOLESALE": (1, 1, "40.00", "18.50"),
        "method: TIER, customerType: RETAIL": (3, 3, "197.50", "1.00"),
        'method: TIER, asOf: "2025-12-31"': (2, 2, "40.00", "0.00"),
        "method: CREDIT, days: 9": (5, 4, "30.00", "1.00"),
        "method: CREDIT, days: null, customerType: WHOLESALE": (1, 1, "60.00", "18.50"),
        "method: CREDIT, includeInactive: true": (6, 5, "729.50", "1.00"),
    }
    found = {asked: tuple((await segmentation(ask, fields, asked)).values()) for asked in expected}
    assert found == expected


async def test_a_past_tier_is_of_the_facts_to_that_day(ask: Asker) -> None:
    # BEN's sale of January was pending until the 25th: on the 24th his last one is 106 days old.
    for day, expected in {"2026-01-24": "At-Risk", "2026-01-25": "Regular"}.items():
        found = await segmentation(ask, f"segments {{ name {PEOPLE} }}", f'method: TIER, asOf: "{day}"')
        of_ben = [s["name"] for s in found["segments"] for node in s["customers"]["nodes"] if node["name"] == "Ben"]
        assert of_ben == [expected]


async def test_a_shop_without_a_customer(ask: Asker) -> None:
    shop = await open_shop(ask.services.database, "Empty")
    fields = """totalCustomers activeCustomers totalRevenue refundsOutsidePopulation
        insights { highestRevenueSegment largestSegment fastestGrowingSegment needsAttention }
        segments { customerCount percentage revenueContribution averageOrderValue growth customers { totalCount }
            characteristics { avgDaysSinceLastPurchase avgCreditUtilization preferredCategory peakMonth } }"""
    for method in METHODS:
        found = await segmentation(ask.being(business_id=shop.id), fields, f"method: {method}")
        assert (found["totalCustomers"], found["activeCustomers"], found["totalRevenue"]) == (0, 0, "0.00")
        assert set(found["insights"].values()) == {None}
        for segment in found["segments"]:
            assert (segment.pop("customerCount"), segment.pop("customers")) == (0, {"totalCount": 0})
            assert set(segment.pop("characteristics").values()) == {None}
            assert set(segment.values()) == {None}


async def test_an_answer_is_kept_until_the_facts_change(ask: Asker) -> None:
    shop = await open_shop(ask.services.database, "Kept")
    shop.customer("A", credit_limit="10.00", opening_balance="1.00")
    shop.sale("A", "2026-03-01", lines=[Line("x", "5", category="Tea")])
    await shop.save()
    asker = ask.being(business_id=shop.id)

    async def asked(method: str) -> tuple[Any, ...]:
        fields = "segments { name customerCount } freshness { fromCache dataRevision }"
        found = await segmentation(asker, fields, f"method: {method}")
        name = next(s["name"] for s in found["segments"] if s["customerCount"])
        return name, found["freshness"]["fromCache"], found["freshness"]["dataRevision"]

    before = {"VALUE": "Low", "TIER": "New", "CREDIT": "Low", "BEHAVIOR": "Tea"}
    after = {"VALUE": "Low", "TIER": "Regular", "CREDIT": "Over Limit", "BEHAVIOR": "Cake"}
    first = (await asked("RFM"))[2]
    for method, name in before.items():
        assert [await asked(method), await asked(method)] == [(name, False, first), (name, True, first)]
    shop.sale("A", "2026-01-01", lines=[Line("x", "9", category="Cake")], status="PARTIAL")
    await shop.save()
    for method, name in after.items():
        assert [await asked(method), await asked(method)] == [(name, False, first + 1), (name, True, first + 1)]


async def test_viewers_may_ask_and_customers_not(ask: Asker) -> None:
    assert (await segmentation(ask.being(Role.VIEWER), "totalCustomers", "method: TIER"))["totalCustomers"] == 4
    customer = ask.being(Role.CUSTOMER, customer_id=1)
    await customer.refused("{ segmentation(method: TIER) { days } }", "FORBIDDEN")
