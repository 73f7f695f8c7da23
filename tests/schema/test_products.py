"""Products and categories, worked by hand on both stores."""

from typing import Any

import pytest

from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import Line, Shop, open_shop
from tests.schema.conftest import Asker

FIGURES = """name category revenue percentage profit units transactions customers repeatRate
    firstPurchases firstPurchaseRepeatRate firstPurchaseValue"""
PERIOD = 'period: {start: "2026-01-01", end: "2026-02-28"}'


def tell(shop: Shop) -> None:
    """Tea and cake, and a jug that nobody had in a first purchase; today is 5 March 2026."""
    tea = Line("Tea", "2.00", "2", category="Drinks", cost="0.50")
    cake = Line("Cake", "5.00", category="Food")
    jug = Line("Jug", "30.00")
    post = Line("Postage", "4.00", is_product=False)
    shop.sale("OLD", "2025-06-01", lines=[tea], storefront="Web")
    shop.sale("OLD", "2026-01-02", lines=[jug, post], storefront="Web")  # 34.00
    shop.sale("ANN", "2026-01-10", lines=[tea, cake], discount="1.00", storefront="Web")  # 8.00, first
    shop.sale("ANN", "2026-01-20", lines=[tea])  # 4.00, within 30 days
    shop.sale("ANN", "2026-01-20", lines=[cake], number="A3")  # 5.00
    shop.refund(None, "2026-02-01", "2.50", sale="A3")
    shop.sale("BEN", "2026-01-28", lines=[cake])  # 5.00, first
    shop.sale("BEN", "2026-02-28", lines=[cake])  # 31 days later
    shop.sale("CAT", "2026-02-20", lines=[tea])  # 4.00, first, 8 days ago
    shop.sale("DOG", "2026-02-21", lines=[cake], status="CANCELLED")
    shop.customer("CAT", type="WHOLESALE", is_active=False)
    shop.sale(None, "2026-02-10", lines=[Line("Tea", "2.00", category="Food"), post])
    shop.sale("EVE", "2026-03-01", lines=[tea])  # after the period


@pytest.fixture
async def asks(both_services: Services) -> Asker:
    shop = await open_shop(both_services.database)
    tell(shop)
    await shop.save()
    return Asker(both_services, Viewer("stan", Role.STAFF, shop.id))


async def report(ask: Asker, arguments: str, fields: str = FIGURES) -> list[dict[str, Any]]:
    """The products of a report, whose count is theirs."""
    found = (await ask(f"{{ productReport({arguments}) {{ products {{ totalCount nodes {{ {fields} }} }} }} }}"))[
        "productReport"
    ]["products"]
    assert found["totalCount"] == len(found["nodes"])
    return found["nodes"]


# Revenue of the period: jug 30.00, cake 5 + 5 + 5 + 5 = 20.00, tea 4 + 4 + 4 + 2 = 14.00; together 64.00.
JUG = {
    "name": "Jug",
    "category": None,
    "revenue": "30.00",
    "percentage": 46.875,
    "profit": None,
    "units": "1",
    "transactions": 1,
    "customers": 1,
    "repeatRate": 0.0,
    "firstPurchases": 0,  # OLD had bought before
    "firstPurchaseRepeatRate": None,
    "firstPurchaseValue": None,
}
CAKE = {
    "name": "Cake",
    "category": "Food",
    "revenue": "20.00",
    "percentage": 31.25,
    "profit": None,
    "units": "4",
    "transactions": 4,
    "customers": 2,
    "repeatRate": 100.0,
    "firstPurchases": 2,  # ANN and BEN
    "firstPurchaseRepeatRate": 50.0,  # both had 30 days; ANN came back after 10, BEN after 31
    "firstPurchaseValue": "12.25",  # ANN 8 + 4 + 5 - 2.50, BEN 5 + 5
}
TEA = {
    "name": "Tea",
    "category": "Drinks",  # 12.00 of 14.00
    "revenue": "14.00",
    "percentage": 21.875,
    "profit": "9.00",  # 3.00 each where the cost is known
    "units": "7",
    "transactions": 4,
    "customers": 2,
    "repeatRate": 50.0,  # ANN of ANN and CAT
    "firstPurchases": 2,  # ANN and CAT
    "firstPurchaseRepeatRate": 100.0,  # CAT has had 8 days only
    "firstPurchaseValue": "9.25",  # ANN 14.50, CAT 4.00
}


async def test_products(asks: Asker) -> None:
    assert await report(asks, f"{PERIOD}, repeatDays: 30") == [JUG, CAKE, TEA]


async def test_within_more_days_fewer_had_time(asks: Asker) -> None:
    """At 31 days ANN and BEN had time, and BEN came back on the last of them; at 90 nobody had."""
    by_name = {one["name"]: one for one in await report(asks, f"{PERIOD}, repeatDays: 31")}
    assert by_name["Cake"]["firstPurchaseRepeatRate"] == 100.0
    assert [one["firstPurchaseRepeatRate"] for one in await report(asks, PERIOD)] == [None, None, None]


async def test_categories(asks: Asker) -> None:
    found = await report(asks, f"{PERIOD}, by: CATEGORY, repeatDays: 30")
    assert found == [
        {**JUG, "name": "Uncategorised"},
        {  # the anonymous tea was sold under Food: 22.00
            **CAKE,
            "name": "Food",
            "revenue": "22.00",
            "percentage": 34.375,
            "units": "5",
            "transactions": 5,
        },
        {  # 12.00 of tea
            **TEA,
            "name": "Drinks",
            "revenue": "12.00",
            "percentage": 18.75,
            "units": "6",
            "transactions": 3,
        },
    ]


ORDERS = {
    "REVENUE": ["Jug", "Cake", "Tea"],
    "UNITS": ["Tea", "Cake", "Jug"],
    "CUSTOMERS": ["Cake", "Tea", "Jug"],
    "REPEAT_RATE": ["Cake", "Tea", "Jug"],
    "FIRST_PURCHASES": ["Cake", "Tea", "Jug"],
    "FIRST_PURCHASE_VALUE": ["Cake", "Tea", "Jug"],  # 12.25, 9.25, none
}


async def test_orders_and_pages(asks: Asker) -> None:
    for order, expected in ORDERS.items():
        names: list[str] = []
        after = ""
        for _ in expected:
            query = f"{PERIOD}, orderBy: {order}, first: 1{after}"
            fields = "products { nodes { name } pageInfo { hasNextPage endCursor } totalCount }"
            page = (await asks(f"{{ productReport({query}) {{ {fields} }} }}"))["productReport"]["products"]
            assert page["totalCount"] == 3
            names += [node["name"] for node in page["nodes"]]
            after = f', after: "{page["pageInfo"]["endCursor"]}"'
            has_next = page["pageInfo"]["hasNextPage"]
            assert has_next == (len(names) < len(expected))
        assert names == expected


async def test_of_a_storefront_only_its_sales_existed(asks: Asker) -> None:
    """Of the web ANN bought once, for 8.00, and OLD's first purchase is before the period."""
    (web,) = [shop["id"] for shop in (await asks("{ storefronts { id name } }"))["storefronts"]]
    found = await report(asks, f'{PERIOD}, storefront: "{web}", repeatDays: 30', "name revenue firstPurchaseValue")
    assert found == [
        {"name": "Jug", "revenue": "30.00", "firstPurchaseValue": None},
        {"name": "Cake", "revenue": "5.00", "firstPurchaseValue": "8.00"},
        {"name": "Tea", "revenue": "4.00", "firstPurchaseValue": "8.00"},
    ]


async def test_of_a_type_all_that_its_customers_did(asks: Asker) -> None:
    found = await report(asks, f"{PERIOD}, customerType: WHOLESALE", "name revenue customers percentage")
    assert found == [{"name": "Tea", "revenue": "4.00", "customers": 1, "percentage": 100.0}]


async def test_buyers_are_the_customers(asks: Asker) -> None:
    found = await report(asks, PERIOD, "name customers buyers { totalCount nodes { number } exportUrl(format: CSV) }")
    told = {one["name"]: [node["number"] for node in one["buyers"]["nodes"]] for one in found}
    assert told == {"Jug": ["OLD"], "Cake": ["ANN", "BEN"], "Tea": ["ANN", "CAT"]}  # 10 and 10; 8 and 4
    assert [one["buyers"]["totalCount"] for one in found] == [one["customers"] for one in found]
    assert all(one["buyers"]["exportUrl"].startswith("/exports/product-customers-2026-02-28.csv?") for one in found)


async def test_one_by_its_name_is_the_same_as_among_all(asks: Asker) -> None:
    assert await report(asks, f'{PERIOD}, repeatDays: 30, name: "Cake"') == [CAKE]
    assert [one["name"] for one in await report(asks, f'{PERIOD}, by: CATEGORY, name: "Food"')] == ["Food"]
    assert await report(asks, f'{PERIOD}, name: "cake"') == []
    assert await report(asks, f'{PERIOD}, name: ""') == []


async def test_the_sum_of_products_is_that_of_the_categories_of_products(asks: Asker) -> None:
    """Without postage, which is no product: 64.00 of 72.00 in lines."""
    for by in ("PRODUCT", "CATEGORY"):
        assert sum(float(one["revenue"]) for one in await report(asks, f"{PERIOD}, by: {by}")) == 64.0


async def test_what_cannot_be_asked(asks: Asker) -> None:
    ask = "{ productReport(repeatDays: %d) { exportUrl(format: CSV) } }"
    assert await asks.refused(ask % 0) == "`repeatDays` must be from 1 to 3,650, not 0"
    assert await asks.refused(ask % 3651) == "`repeatDays` must be from 1 to 3,650, not 3,651"


async def test_the_default_period_is_the_twelve_months_to_today(asks: Asker) -> None:
    found = (await asks("{ productReport { period { start end } notices howComputed { definition } } }"))[
        "productReport"
    ]
    assert found["period"] == {"start": "2025-03-06", "end": "2026-03-05"}
