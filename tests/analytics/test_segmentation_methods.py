"""Methods VALUE, TIER, CREDIT and BEHAVIOR on small shops of which every number was worked out by hand."""

from collections.abc import AsyncGenerator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Integer, MetaData, SelectBase, Table, text

from analytics.copy.engine import as_rows, table_of
from analytics.copy.tables import EVERYTHING
from analytics.scope import Scope
from analytics.segmentation import SegmentationMethod
from analytics.segmentation.behavior import customers_by_category
from analytics.segmentation.credit import customers_by_credit, place_of
from analytics.segmentation.methods import CREDIT, MIXED, behavior_table
from analytics.segmentation.preferences import Dimension, payments_by_group, sales_by_group, spend_by_group
from analytics.segmentation.purchases import refunded_in_window
from analytics.segmentation.rfm import scored_customers
from analytics.segmentation.sizes import segment_sizes
from analytics.segmentation.valued import customers_by_value
from models.customers import CustomerType
from models.database import Database
from models.naming import name_of
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.segmentation.report import Segmentation
from rules.selling import PaymentMethod, SaleChannel
from tests.analytics.asking import ask, insights_of, minor, operation
from tests.builders import Line, Shop, open_shop

# Today is 2026-03-05: the 90 days begin on 2025-12-06.
AS_OF = 20_517


def members(shop: Shop, answer: Segmentation) -> dict[str, list[str]]:
    """The customers of each segment that has some, by name."""
    found = {s.name: sorted(map(shop.number_of, s.members()["customer_id"].to_pylist())) for s in answer.segments}
    return {name: people for name, people in found.items() if people}


def sizes(answer: Segmentation) -> list[tuple[str, int, int | None]]:
    """Name, customers and revenue in minor units of each segment, as listed."""
    return [(s.name, s.customer_count, minor(s.total_revenue)) for s in answer.segments]


async def asked(services: Services, shop: Shop, method: str, **more: Any) -> tuple[Segmentation, dict[str, list[str]]]:
    async with operation(services, shop.id) as context:
        answer = await ask(context, method=method, **more)
        return answer, members(shop, answer)


# ---------------------------------------------------------------- VALUE


async def of_revenues(services: Services, *pounds: int) -> dict[str, list[str]]:
    """The segments of customers a, b, c… with these revenues."""
    shop = await open_shop(services.database, f"Revenues {pounds}")
    for number, revenue in zip("abcdefghijklmno", pounds, strict=False):
        shop.sale(number, "2026-03-01", f"{max(revenue, 0)}.00")
        if revenue < 0:
            shop.refund(number, "2026-03-02", f"{-revenue}.00")
    await shop.save()
    return {name: list("".join(found)) for name, found in (await asked(services, shop, "VALUE"))[1].items()}


async def test_value_is_by_who_is_strictly_worse_and_ties_stay_together(services: Services) -> None:
    assert await of_revenues(services, 1, 2, 3, 4, 5) == {"High": ["e"], "Medium": ["b", "c", "d"], "Low": ["a"]}
    assert await of_revenues(services, 5, 4, 3, 2, 1, 10, 9, 8, 7, 6) == {
        "High": ["f", "g"], "Medium": ["a", "b", "c", "h", "i", "j"], "Low": ["d", "e"],
    }  # fmt: skip
    # Of four, three worse are 0.75: nobody reaches 0.8. One worse of four is 0.25.
    assert await of_revenues(services, 1, 2, 3, 4) == {"Medium": ["b", "c", "d"], "Low": ["a"]}
    assert await of_revenues(services, 7) == {"Low": ["a"]}
    assert await of_revenues(services, 7, 7, 7, 7, 7) == {"Low": ["a", "b", "c", "d", "e"]}
    assert await of_revenues(services, 1, 1, 9, 9, 9) == {"Medium": ["c", "d", "e"], "Low": ["a", "b"]}
    assert await of_revenues(services, 1, 2, 2, 2, 9) == {"High": ["e"], "Medium": ["b", "c", "d"], "Low": ["a"]}
    assert await of_revenues(services, 0, -3, -3, 2, 1) == {"High": ["d"], "Medium": ["a", "e"], "Low": ["b", "c"]}


@pytest.fixture
async def shop(services: Services) -> Shop:
    """A shop of five customers with a history before the window; idle is not active."""
    made = await open_shop(services.database)
    made.sale("anna", "2026-03-01", "100.00", storefront="High Street", payments={"CARD": "100.00"})
    made.sale("anna", "2026-02-01", "20.00", channel="ONLINE", payments={"CASH": "5.00", "CARD": "15.00"})
    made.refund("anna", "2026-02-02", "30.00")
    made.sale("ben", "2026-01-05", "80.00", payments={"CASH": "80.00"})
    made.sale("ben", "2025-11-05", "500.00")
    made.sale("cleo", "2025-12-06", "10.00")
    made.sale("dan", "2025-12-05", "300.00")  # the day before the window
    made.refund("dan", "2026-01-01", "25.00")
    made.sale("eve", "2026-02-04", "60.00")
    made.customer("idle", is_active=False)
    made.sale("idle", "2026-03-05", "900.00")
    made.refund(None, "2026-03-05", "4.00")
    await made.save()
    return made


@pytest.fixture
async def context(services: Services, shop: Shop) -> AsyncGenerator[Context]:
    async with operation(services, shop.id) as made:
        yield made


async def test_value_in_full(shop: Shop, context: Context) -> None:
    answer = await ask(context, method="VALUE")
    # 90.00, 80.00, 60.00 and 10.00 of four customers.
    assert members(shop, answer) == {"Medium": ["anna", "ben", "eve"], "Low": ["cleo"]}
    assert sizes(answer) == [("Medium", 3, 230_00), ("Low", 1, 10_00), ("High", 0, 0)]
    assert (answer.method, answer.scheme, answer.days) == ("VALUE", None, 90)
    assert (answer.total_customers, answer.total_revenue, answer.active_customers) == (4, Decimal("240.00"), 4)
    assert await answer.refunds_outside_population() == Decimal("29.00")
    assert (answer.cells, answer.cut_points, answer.notices) == ([], [], [])
    medium = answer.segments[0]
    assert (medium.percentage, medium.revenue_contribution) == (75.0, 100 * 230 / 240)
    assert medium.average_order_value == Decimal("57.50")  # four sales
    assert medium.characteristics.avg_days_since_last_purchase == (4 + 59 + 29) / 3
    assert (medium.characteristics.avg_purchase_frequency, medium.characteristics.avg_total_spend) == (
        4 / 3,
        Decimal("76.67"),
    )
    assert (
        medium.recency_score,
        medium.characteristics.avg_credit_utilization,
        medium.characteristics.total_outstanding,
    ) == (None, None, None)
    # In the 90 days before ben (500.00) and dan (300.00) bought: one of two worse is Medium, none is Low.
    assert {s.name: await s.growth() for s in answer.segments} == {"High": None, "Medium": 200.0, "Low": 0.0}
    assert insights_of(await answer.insights()) == ("Medium", "Medium", "Medium", None)


async def test_value_of_all_history_and_with_inactive_customers(shop: Shop, context: Context) -> None:
    answer = await ask(context, method="VALUE", days=None, include_inactive=True)
    # idle 900, ben 580, dan 275, anna 90, eve 60, cleo 10: one worse of six is 0.17, five are 0.83.
    assert members(shop, answer) == {"High": ["idle"], "Medium": ["anna", "ben", "dan"], "Low": ["cleo", "eve"]}
    assert {await s.growth() for s in answer.segments} == {None}
    assert answer.active_customers == 5
    assert (await answer.insights()).fastest_growing_segment is None


# ---------------------------------------------------------------- TIER


async def test_tier_takes_the_first_that_holds_over_all_history(services: Services) -> None:
    shop = await open_shop(services.database)
    bought = {
        "new": ["2026-02-04"],  # 29 days ago, and the best by revenue
        "not new": ["2026-02-03"],  # 30 days ago
        "today": ["2026-03-05"],
        "old and new": ["2025-01-01", "2026-03-05"],
        "89 days": ["2025-12-06"],
        "90 days": ["2025-12-05"],
        "rich and gone": ["2025-06-01"],
        "rich": ["2025-06-01", "2025-12-07"],
    }
    amounts = {"new": "9000", "rich and gone": "8000", "rich": "3000"}
    for number, days in bought.items():
        for day in days:
            shop.sale(number, day, amounts.get(number, "10"))
    await shop.save()
    answer, found = await asked(services, shop, "TIER")
    # Of eight, seven worse are 0.875 ("new" has them, and is New before all), six 0.75, and five ("rich") 0.625.
    assert found == {
        "New": ["new", "today"],
        "At-Risk": ["90 days", "rich and gone"],
        "Regular": ["89 days", "not new", "old and new", "rich"],
    }
    shop.sale("rich", "2025-06-01", "4000")  # 10,000: seven worse
    await shop.save()
    answer, found = await asked(services, shop, "TIER")
    assert found["VIP"] == ["rich"]
    assert [s.code for s in answer.people.table.segments] == ["NEW", "AT_RISK", "VIP", "REGULAR"]


async def test_tier_ignores_days_and_says_so(shop: Shop, context: Context) -> None:
    whole = await ask(context, method="TIER")
    assert members(shop, whole) == {"New": ["eve"], "At-Risk": ["dan"], "VIP": ["ben"], "Regular": ["anna", "cleo"]}
    assert (whole.days, whole.notices, whole.total_revenue) == (None, [], Decimal("1015.00"))
    assert whole.active_customers == 4
    assert "`days` has no part in it" in whole.how_computed.definition
    assert await whole.refunds_outside_population() == Decimal("4.00")
    short = await ask(context, method="TIER", days=7)
    assert sizes(short) == sizes(whole)
    assert (short.days, short.notices) == (None, ["Method TIER looks at all history: days 7 has no part in it."])
    assert (await ask(context, method="TIER", days=None)).notices == []
    assert {await s.growth() for s in whole.segments} == {None}
    assert insights_of(await whole.insights()) == ("VIP", "Regular", None, "At-Risk")


async def test_tier_of_a_past_day_and_of_a_storefront(shop: Shop, context: Context) -> None:
    then = await ask(context, method="TIER", as_of="2026-01-31")
    assert members(shop, then) == {"Regular": ["ben", "cleo", "dan"]}  # of three, two worse are 0.67
    street = global_id("Storefront", shop.id_of_storefront("High Street"))
    assert members(shop, await ask(context, method="TIER", storefront=street)) == {"New": ["anna"]}


# ---------------------------------------------------------------- CREDIT

BALANCES = {  # of a limit of 100.00
    "29.99": "Low",
    "30.00": "Moderate",
    "69.99": "Moderate",
    "70.00": "High",
    "99.99": "High",
    "100.00": "Over Limit",
    "250.00": "Over Limit",
    "0.00": "Low",
    "-20.00": "Low",
}


@pytest.fixture
async def books(services: Services) -> Shop:
    """A customer for each balance, and some whose balance is of sales and payments."""
    made = await open_shop(services.database)
    for amount in BALANCES:
        made.customer(amount, credit_limit="100.00", opening_balance=amount)
    made.customer("none", opening_balance="50.00")
    made.customer("partial", credit_limit="1000.00")
    payments = {"CASH": "100.00", "CREDIT": "300.00"}
    part = made.sale("partial", "2024-01-01", "500.00", tax="50.00", status="PARTIAL", payments=payments)
    made.refund(None, "2024-01-02", "40.00", sale=part)  # leaves 500 + 50 - 100 - 40 = 410.00
    made.payment("partial", "2026-01-01", "110.00")  # of no sale: 300.00 in all, which is 30 %
    made.customer("paid", credit_limit="10.00")
    made.sale("paid", "2026-03-01", "500.00")  # COMPLETED: nothing is owed, whatever was paid
    made.sale("paid", "2026-03-02", "70.00", status="PENDING")
    made.customer("idle", is_active=False, credit_limit="1.00", opening_balance="9.00")
    made.customer("merged", merged_into="paid", credit_limit="1.00", opening_balance="9.00")
    made.refund("none", "2026-03-03", "3.00")
    made.refund("idle", "2026-03-03", "2.00")
    made.refund(None, "2026-03-03", "1.00")
    await made.save()
    return made


async def test_credit_in_full(services: Services, books: Shop) -> None:
    async with operation(services, books.id) as context:
        answer = await ask(context, method="CREDIT")
        expected: dict[str, list[str]] = {}
        for number, name in {**BALANCES, "none": "No Credit", "partial": "Moderate", "paid": "Low"}.items():
            expected.setdefault(name, []).append(number)
        assert members(books, answer) == {name: sorted(people) for name, people in expected.items()}
        by_name = {s.name: s for s in answer.segments}
        assert [s.code for s in answer.people.table.segments] == ["NO_CREDIT", "LOW", "MODERATE", "HIGH", "OVER_LIMIT"]
        # Low: 29.99, 0, -20 and 0 of 100 or 10; partial adds 30 % and 300.00 to 30.00 and 69.99 of Moderate.
        assert by_name["Low"].characteristics.avg_credit_utilization == pytest.approx((29.99 + 0 - 20 + 0) / 4)
        assert by_name["Moderate"].characteristics.avg_credit_utilization == pytest.approx((30 + 69.99 + 30) / 3)
        assert by_name["No Credit"].characteristics.avg_credit_utilization is None
        assert {name: minor(s.characteristics.total_outstanding) for name, s in by_name.items()} == {
            "No Credit": 50_00, "Low": 9_99, "Moderate": 399_99, "High": 169_99, "Over Limit": 350_00,
        }  # fmt: skip
        assert (answer.total_customers, answer.total_revenue) == (12, Decimal("497.00"))
        assert answer.active_customers == 1
        assert sizes(answer)[0] == ("Low", 4, 500_00)
        assert by_name["No Credit"].total_revenue == Decimal("-3.00")  # a refund without a sale in the window
        low = by_name["Low"]
        assert (low.characteristics.avg_days_since_last_purchase, low.characteristics.avg_purchase_frequency) == (
            4.0,
            0.25,
        )
        assert (low.average_order_value, low.characteristics.avg_total_spend) == (Decimal("500.00"), Decimal("125.00"))
        high = by_name["High"]
        assert (high.characteristics.avg_days_since_last_purchase, high.average_order_value) == (None, None)
        assert await answer.refunds_outside_population() == Decimal("3.00")  # idle's and nobody's
        assert {await s.growth() for s in answer.segments} == {None}
        assert insights_of(await answer.insights()) == ("Low", "Low", None, "Over Limit")


async def test_credit_of_all_history_counts_old_sales_and_everybody_there_is(services: Services, books: Shop) -> None:
    async with operation(services, books.id) as context:
        answer = await ask(context, method="CREDIT", days=None, include_inactive=True)
        assert (answer.total_customers, answer.total_revenue) == (13, Decimal("955.00"))
        assert (answer.active_customers, await answer.refunds_outside_population()) == (1, Decimal("1.00"))
        moderate = next(s for s in answer.segments if s.name == "Moderate")
        assert moderate.characteristics.avg_days_since_last_purchase == (date(2026, 3, 5) - date(2024, 1, 1)).days
        some = await ask(context, method="CREDIT", days=1)
        assert (some.active_customers, some.total_revenue) == (1, Decimal("0.00"))  # active within 90 days all the same


async def test_credit_needs_attention_where_nobody_is_over_the_limit(services: Services) -> None:
    shop = await open_shop(services.database)
    shop.customer("anna", credit_limit="10.00", opening_balance="8.00")
    await shop.save()
    async with operation(services, shop.id) as context:
        answer = await ask(context, method="CREDIT")
        assert insights_of(await answer.insights()) == ("High", "High", None, "High")


async def test_credit_is_refused_of_a_past_day(services: Services, books: Shop) -> None:
    async with operation(services, books.id) as context:
        with pytest.raises(BadUserInput, match=r"not kept by day: leave `asOf` out instead of 2026-03-04.*2026-03-05"):
            await ask(context, method="CREDIT", as_of="2026-03-04")
        today = await ask(context, method="CREDIT", as_of="2026-03-05")
        later = await ask(context, method="CREDIT", as_of="2026-03-06")
        assert sizes(today) == sizes(later)
        assert (len(today.notices), len(later.notices)) == (0, 1)


async def test_credit_of_a_storefront_owes_for_its_sales_only(services: Services) -> None:
    shop = await open_shop(services.database)
    shop.customer("anna", credit_limit="100.00", opening_balance="5.00")
    shop.sale("anna", "2026-03-01", "20.00", status="PARTIAL", storefront="Web")
    shop.sale("anna", "2026-03-01", "60.00", status="PARTIAL", storefront="High Street")
    shop.payment("anna", "2026-03-02", "1.00")
    await shop.save()
    async with operation(services, shop.id) as context:
        web = global_id("Storefront", shop.id_of_storefront("Web"))
        answer = await ask(context, method="CREDIT", storefront=web)
        low = answer.segments[0]
        assert (low.name, low.characteristics.total_outstanding, low.total_revenue) == (
            "Low",
            Decimal("24.00"),
            Decimal("20.00"),
        )
        assert len(answer.notices) == 1
        assert (await ask(context, method="CREDIT")).segments[0].name == "High"


@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), st.integers(0, 2**62)), min_size=1, max_size=20))
def test_the_use_of_credit_is_compared_exactly(cases: list[tuple[int, int]]) -> None:
    places = place_of(*(np.array(column, np.int64) for column in zip(*cases, strict=True)))
    for (owed, limit), place in zip(cases, places, strict=True):
        name = CREDIT.segments[place].name
        if limit == 0:
            assert name == "No Credit"
        else:
            edges = [(30, "Low"), (70, "Moderate"), (100, "High")]
            assert name == next((name for percent, name in edges if 100 * owed < percent * limit), "Over Limit")


# ---------------------------------------------------------------- BEHAVIOR


def spent(shop: Shop, number: str, by_category: Mapping[str | None, str], **more: Any) -> None:
    lines = [Line("x", price, category=category) for category, price in by_category.items()]
    shop.sale(number, "2026-03-01", lines=lines, **more)


@pytest.fixture
async def baskets(services: Services) -> Shop:
    made = await open_shop(services.database)
    spent(made, "half", {"Tea": "50", "Cake": "25", "Milk": "25"})
    spent(made, "both halves", {"Tea": "50", "Coffee": "50"})
    spent(made, "less", {"Tea": "49.99", "Cake": "25", "Milk": "25.01"})
    spent(made, "one", {"Cake": "7"})
    spent(made, "nothing", {"Cake": "0", "Tea": "0"})
    spent(made, "unknown", {None: "60", "Tea": "40"})
    spent(made, "given back", {"Tea": "-10", "Cake": "4"})  # -6 in all
    spent(made, "two above half", {"Tea": "80", "Cake": "80", "Milk": "-60"})
    spent(made, "discounted", {"Tea": "60", "Cake": "40"}, discount="55")
    made.refund("discounted", "2026-03-02", "40")  # changes money, not what is bought
    spent(made, "in two sales", {"Tea": "30"})
    spent(made, "in two sales", {"Cake": "20"})
    made.sale("in two sales", "2025-12-05", lines=[Line("x", "500", category="Cake")])  # before the window
    spent(made, "pending", {"Milk": "9"}, status="PENDING")
    made.sale(None, "2026-03-01", lines=[Line("x", "10", category="Milk")])
    await made.save()
    return made


async def test_behavior_in_full(services: Services, baskets: Shop) -> None:
    answer, found = await asked(services, baskets, "BEHAVIOR")
    assert found == {
        "Tea": ["discounted", "half", "in two sales"],
        "Coffee": ["both halves"],  # the first by name
        "Cake": ["one", "two above half"],
        "Uncategorised": ["unknown"],
        "Mixed": ["given back", "less", "nothing"],
    }
    # Tea: 5 + 100 + 50, Cake: 7 + 100, Coffee and Uncategorised 100, Mixed: 100 + 0 - 6.
    assert sizes(answer) == [
        ("Tea", 3, 155_00),
        ("Cake", 2, 107_00),
        ("Coffee", 1, 100_00),
        ("Uncategorised", 1, 100_00),
        ("Mixed", 3, 94_00),
    ]
    assert [s.code for s in answer.segments] == ["TEA", "CAKE", "COFFEE", "UNCATEGORISED", "MIXED"]
    assert answer.total_customers == 10


async def test_behavior_grows_by_name_and_needs_no_attention(services: Services, baskets: Shop) -> None:
    async with operation(services, baskets.id) as context:
        answer = await ask(context, method="BEHAVIOR")
        # In the 90 days before one customer bought, Cake.
        growth = {s.name: await s.growth() for s in answer.segments}
        assert growth == {"Tea": None, "Cake": 100.0, "Coffee": None, "Uncategorised": None, "Mixed": None}
        assert insights_of(await answer.insights()) == ("Tea", "Tea", "Cake", None)


async def test_behavior_of_nobody_is_mixed_and_empty(services: Services) -> None:
    shop = await open_shop(services.database)
    await shop.save()
    answer, found = await asked(services, shop, "BEHAVIOR")
    assert (sizes(answer), found) == ([("Mixed", 0, 0)], {})


async def test_names_that_share_a_code_get_a_number(services: Services) -> None:
    shop = await open_shop(services.database)
    for number, category in {
        "a": "tea",
        "b": "Tea",
        "c": "TEA",
        "d": "Mixed",
        "e": "Tea 2",
        "f": "O'Neil-Ware",
    }.items():
        spent(shop, number, {category: "5"})
    spent(shop, "g", {"x": "1", "y": "1", "z": "1"})
    await shop.save()
    answer, found = await asked(services, shop, "BEHAVIOR")
    assert {s.name: s.code for s in answer.segments} == {
        "O'Neil-Ware": "ONEIL_WARE", "TEA": "TEA", "Tea": "TEA_2", "Tea 2": "TEA_2_2", "tea": "TEA_3", "Mixed": "MIXED",
    }  # fmt: skip
    assert found["Mixed"] == ["d", "g"]  # a category of that name shares the segment
    only, people = await asked(services, shop, "BEHAVIOR", segment_code="TEA_3")
    assert ([s.name for s in only.segments], people) == (["tea"], {"tea": ["a"]})


@given(st.lists(st.text(min_size=1, max_size=6), max_size=12))
def test_codes_of_categories_are_unique_and_mixed_is_last(categories: list[str]) -> None:
    segments = behavior_table(categories).segments
    assert len({s.code for s in segments}) == len({s.name for s in segments}) == len(segments)
    assert {s.name for s in segments} == {*categories, MIXED}
    assert segments[-1].name == MIXED


# ---------------------------------------------------------------- all methods


async def test_segments_asked_for_by_name_or_code_limit_the_list_only(services: Services, shop: Shop) -> None:
    for method, name, code in (
        ("VALUE", "Medium", "MEDIUM"),
        ("TIER", "At-Risk", "AT_RISK"),
        ("CREDIT", "No Credit", "NO_CREDIT"),
        ("BEHAVIOR", "Uncategorised", "UNCATEGORISED"),
    ):
        whole, _ = await asked(services, shop, method)
        for arguments in ({"segment_name": name}, {"segment_code": code}, {"segment_name": name, "segment_code": code}):
            answer, _ = await asked(services, shop, method, **arguments)
            assert [(s.name, s.code) for s in answer.segments] == [(name, code)]
            assert answer.total_customers == whole.total_customers
        for wrong in ({"segment_name": code}, {"segment_code": name}, {"segment_name": ""}):
            with pytest.raises(BadUserInput, match=rf'method {method}.* has no segment.*"{name}" \({code}\)'):
                await asked(services, shop, method, **wrong)


async def test_a_long_list_of_valid_names_is_cut(services: Services) -> None:
    shop = await open_shop(services.database)
    for i in range(60):
        spent(shop, f"c{i}", {f"Category {i:02}": "1"})
    await shop.save()
    with pytest.raises(BadUserInput, match=r"CATEGORY_39\) and 21 more$"):
        await asked(services, shop, "BEHAVIOR", segment_name="Tea")


async def test_what_the_customers_of_a_segment_prefer(services: Services, shop: Shop, context: Context) -> None:
    answer = await ask(context, method="TIER")
    regular = next(s for s in answer.segments if s.name == "Regular")
    found = {dimension.name: await answer.preferred(dimension, regular.segment) for dimension in Dimension}
    # anna: Sunday 1 March at High Street by card, Sunday 1 February online by card and cash; cleo: Saturday 6 December.
    assert found == {
        "STOREFRONT": shop.id_of_storefront("High Street"),
        "CHANNEL": "STORE",
        "WEEKDAY": 7,
        "MONTH": 2,
        "PAYMENT_METHOD": "CARD",
        "CATEGORY": "Uncategorised",
    }


async def test_merged_and_foreign_customers_are_not_counted_twice(services: Services, books: Shop) -> None:
    other = await open_shop(services.database, "Other")
    other.customer("anna", credit_limit="1.00")
    await other.save()
    answer, found = await asked(services, other, "CREDIT")
    assert (answer.total_customers, found) == (1, {"Low": ["anna"]})


# ---------------------------------------------------------------- the same statements on the stores themselves


GROUPED = Table("grouped_customer", MetaData(), Column("customer_id", BigInteger), Column("grp", Integer))


def statements() -> list[SelectBase]:
    """Every statement that places customers, without any condition and with all."""
    shapes = [(False, False, True), (True, True, False)]
    built: list[SelectBase] = []
    for shape in shapes:
        built += [
            *(customers_by_value(method, *shape) for method in (SegmentationMethod.VALUE, SegmentationMethod.TIER)),
            customers_by_category(*shape),
            customers_by_credit(*shape),
            scored_customers(True, *shape),
            scored_customers(False, *shape),
            refunded_in_window(shape[0]),
            *(build(shape[0]) for build in (sales_by_group, payments_by_group, spend_by_group)),
            *(
                segment_sizes(method, False, *shape)
                for method in SegmentationMethod
                if method is not SegmentationMethod.CREDIT
            ),
        ]
    return built


def tell_everything(shop: Shop) -> None:
    """Facts of every kind, most of them of the web."""
    shop.customer("anna", credit_limit="100.00", opening_balance="5.00")
    shop.customer("ben", type="WHOLESALE", credit_limit="7.00")
    shop.customer("cleo", is_active=False)
    shop.customer("dan", merged_into="anna")
    for i, number in enumerate(["anna", "ben", "cleo", "eve", "finn", None]):
        for day in ("2026-03-01", "2025-12-24", "2025-06-30")[: 1 + i % 3]:
            lines = [Line("x", f"{10 + i}", category="Tea"), Line("y", f"{9 + i % 2 * 4}", category=None)]
            shop.sale(number, day, lines=lines, storefront="Web", payments={"CASH": "5.00", "CREDIT": "2.00"})
    owed = shop.sale("anna", "2026-01-02", "80.00", status="PARTIAL", storefront="Web", tax="4.00")
    shop.refund(None, "2026-01-03", "20.00", sale=owed)
    shop.sale("eve", "2026-02-02", "30.00", counted_from="2026-03-06", storefront="Web")
    shop.sale("eve", "2026-02-02", "40.00", storefront="High Street")
    shop.refund("finn", "2026-02-05", "500.00")
    shop.payment("ben", "2026-02-06", "3.00")


@pytest.mark.parametrize("days", [90, None])
async def test_statements_give_the_same_on_the_store_and_on_its_copy(database: Database, days: int | None) -> None:
    services = Services(database)
    shop = await open_shop(database)
    tell_everything(shop)
    await shop.save()
    scope = Scope(AS_OF, days, shop.id_of_storefront("Web"), CustomerType.RETAIL)
    ids = [shop.id_of(number) for number in ("anna", "ben", "cleo", "eve")]
    groups = table_of(customer_id=np.array(ids), grp=np.array([0, 1, 0, 1]))
    async with operation(services, shop.id) as context, database.transaction(shop.id) as connection:
        view = await context.facts(EVERYTHING)
        await connection.execute(text("CREATE TEMPORARY TABLE grouped_customer (customer_id BIGINT, grp INTEGER)"))
        await connection.execute(GROUPED.insert(), groups.to_pylist())
        for statement in statements():
            found = await view.fetch(statement, scope.params(), {"grouped_customer": groups})
            stored = await connection.execute(statement, scope.params())
            theirs = [tuple(str(v) if isinstance(v, SaleChannel | PaymentMethod) else v for v in row) for row in stored]
            ours = [tuple(row) for row in as_rows(found)]
            assert sorted(map(str, ours)) == sorted(map(str, theirs)), name_of(statement)
            assert ours
    await services.close()
