"""Whom to call, what is at stake, and the lists that are ordered and limited by numbers of each customer."""

from decimal import Decimal
from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import Shop, open_shop
from tests.oracle import attention as oracle
from tests.schema.conftest import Asker
from tests.schema.predicting import lively, model

LIST = "query($f: CustomerFilter) { customers(%sfilter: $f, first: 1000) { totalCount nodes { %s } } }"


async def numbers(ask: Asker, arguments: str = "", **filter_: Any) -> list[str]:
    """The numbers of a list, whose count is theirs."""
    found = (await ask(LIST % (f"{arguments}, " if arguments else "", "number"), f=filter_))["customers"]
    listed = [node["number"] for node in found["nodes"]]
    assert found["totalCount"] == len(listed)
    return listed


# ---------------------------------------------------------------- numbers that need no model


def tell(shop: Shop) -> None:
    """Four customers: 15.01 in two orders of the web, one order, none but old debts, one that is half paid."""
    shop.sale("A", "2026-03-01", "10.00", storefront="Web")
    shop.sale("A", "2026-03-03", "5.01", storefront="Web")
    shop.sale("B", "2026-02-01", "9.50", number="B1", storefront="High Street")
    shop.refund(None, "2026-02-03", "2.00", sale="B1")
    shop.sale("B", "2026-03-04", "99.00", status="CANCELLED", storefront="Web")
    shop.customer("C", opening_balance="30.00", joined="2026-01-01")
    shop.sale("D", "2026-03-04", "20.00", number="D1", status="PARTIAL")
    shop.payment("D", "2026-03-04", "5.00", sale="D1")


@pytest.fixture
async def told(both_services: Services) -> Shop:
    shop = await open_shop(both_services.database)
    tell(shop)
    await shop.save()
    return shop


@pytest.fixture
def asks(both_services: Services, told: Shop) -> Asker:
    return Asker(both_services, Viewer("stan", Role.STAFF, told.id))


async def test_orders(asks: Asker) -> None:
    assert await numbers(asks, "orderBy: ORDERS") == ["A", "D", "B", "C"]  # 2, 1, 1, none
    # 15.01 / 2 is 7.505, shown as 7.50 like B's 9.50 - 2.00: of equals the newer record
    assert await numbers(asks, "orderBy: AVERAGE_ORDER") == ["D", "B", "A", "C"]
    assert await numbers(asks, "orderBy: DAYS_SINCE_LAST_PURCHASE") == ["B", "A", "D", "C"]  # 32, 2, 1, never
    assert await numbers(asks, "orderBy: BALANCE") == ["C", "D", "B", "A"]  # 30.00, 15.00, 0, 0
    assert await numbers(asks, 'orderBy: ORDERS, asOf: "2026-03-02"') == ["B", "A", "C"]


async def test_filters(asks: Asker, told: Shop) -> None:
    web = global_id("Storefront", told.id_of_storefront("Web"))
    assert await numbers(asks, storefront=web) == ["A"]  # what was cancelled was not bought
    assert await numbers(asks, 'asOf: "2026-02-28"', storefront=web) == []
    assert await numbers(asks, "orderBy: ORDERS", daysSinceLastPurchase={"min": 2}) == ["A", "B"]
    assert await numbers(asks, daysSinceLastPurchase={"max": 2}, storefront=web) == ["A"]
    assert await numbers(asks, "orderBy: ORDERS", daysSinceLastPurchase={"max": 31}) == ["A", "D"]
    assert await numbers(asks, "orderBy: NAME", balance={"min": "0.01"}) == ["C", "D"]
    assert await numbers(asks, "orderBy: BALANCE", balance={"min": "15", "max": "29.99"}) == ["D"]
    assert await numbers(asks, "orderBy: NAME", balance={"max": "0"}) == ["A", "B"]


async def test_who_had_joined_is_listed_at_a_past_day(asks: Asker) -> None:
    assert await numbers(asks, 'asOf: "2026-01-31", orderBy: NAME') == ["C"]
    assert await numbers(asks, 'asOf: "2026-02-01", orderBy: NAME') == ["B", "C"]
    assert await numbers(asks, 'asOf: "2026-03-05", orderBy: NAME') == ["A", "B", "C", "D"]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("", {"daysSinceLastPurchase": {"min": 3, "max": 2}}, "`daysSinceLastPurchase` has min 3 above max 2"),
    ("", {"balance": {"min": "3", "max": "2"}}, "`balance` has min 3 above max 2"),
    ("", {"balance": {"min": "0.001"}}, "`balance` has more decimals than GBP: 0.001"),
    (
        'asOf: "2026-03-04"',
        {"balance": {"min": "3"}},
        "`balance` is of today's balances, which are not kept by day: leave `asOf` out instead of 2026-03-04, or give "
        "today, 2026-03-05",
    ),
    (
        'asOf: "2026-03-04", orderBy: BALANCE',
        {},
        "`orderBy` is of today's balances, which are not kept by day: leave `asOf` out instead of 2026-03-04, or give "
        "today, 2026-03-05",
    ),
    (
        "",
        {"attention": "LEAVING"},
        "`attention` cannot be told: A prediction needs 100 customers with a purchase by 2026-03-04; 3 have one.",
    ),
    (
        "",
        {"expectedRevenue": {"min": "3"}},
        "`expectedRevenue` cannot be told: A prediction needs 100 customers with a purchase by 2026-03-04; 3 have one.",
    ),
    (
        "orderBy: AT_STAKE",
        {},
        "`orderBy` cannot be told: A prediction needs 100 customers with a purchase by 2026-03-04; 3 have one.",
    ),
]


async def test_what_cannot_be_told(asks: Asker, told: Shop) -> None:
    for arguments, filter_, message in REFUSED:
        query = LIST % (f"{arguments}, " if arguments else "", "number")
        assert await asks.refused(query, f=filter_) == message
    nobody = await asks("{ customers(first: 9) { nodes { attention atStake } } }")
    assert nobody["customers"]["nodes"] == [{"attention": None, "atStake": None}] * 4
    there_is_none = await asks.refused(LIST % ("", "number"), f={"storefront": global_id("Storefront", 999)})
    assert there_is_none.startswith("there is no storefront")


# ---------------------------------------------------------------- a shop with a model

OF_EACH = """number isActive attention atStake purchases { daysSinceLastPurchase }
    clv { prediction { ... on PredictedCLV { probabilityAlive predictedRevenue } } }"""


@pytest.fixture
async def sold(services: Services) -> Shop:
    """130 customers that come and stay away, and one that never bought."""
    shop = await open_shop(services.database)
    lively(shop)
    shop.customer("NEVER", joined="2026-01-01")
    await shop.save()
    return shop


@pytest.fixture
async def calls(services: Services, sold: Shop) -> Asker:
    ask = Asker(services, Viewer("mona", Role.MANAGER, sold.id))
    assert (await model(ask))["status"] == "READY"
    return ask


async def of_each(ask: Asker, arguments: str = "") -> dict[str, Any]:
    """What is said of each customer, in the order of the list."""
    found = await ask(LIST % (f"{arguments}, " if arguments else "", OF_EACH), f={})
    return {node["number"]: node for node in found["customers"]["nodes"]}


async def test_at_stake_is_what_the_prediction_says(calls: Asker) -> None:
    found = await of_each(calls, "orderBy: AT_STAKE")
    stakes = [None if one["atStake"] is None else Decimal(one["atStake"]) for one in found.values()]
    for one, stake in zip(found.values(), stakes, strict=True):
        told = one["clv"] and one["clv"]["prediction"]
        if not told:
            assert stake is None
            continue
        expected = oracle.at_stake(told["predictedRevenue"], told["probabilityAlive"])
        rounding = Decimal("0.005") / Decimal(told["probabilityAlive"]) + Decimal("0.005")
        assert (stake is None) == (expected is None)
        assert stake is None or abs(stake - expected) <= rounding
    known = [stake for stake in stakes if stake is not None]
    assert len(known) > 100
    assert stakes == [*sorted(known, reverse=True), *[None] * (len(stakes) - len(known))]


async def test_the_list_is_who_says_so(calls: Asker, sold: Shop) -> None:
    before = await of_each(calls)
    for attention in ("LEAVING", "LOST"):
        listed = await numbers(calls, attention=attention)
        assert listed == [number for number, one in before.items() if one["attention"] == attention]
        assert len(listed) > 1
    leaving = next(number for number, one in before.items() if one["attention"] == "LEAVING")
    sold.customer(leaving, is_active=False)
    await sold.save()
    assert leaving not in await numbers(calls, attention="LEAVING")
    assert (await of_each(calls))[leaving]["attention"] is None


async def test_expected_revenue_is_the_predicted_one(calls: Asker) -> None:
    found = await of_each(calls, "orderBy: EXPECTED_REVENUE")
    told = {number: one["clv"] and one["clv"]["prediction"]["predictedRevenue"] for number, one in found.items()}
    amounts = {number: Decimal(amount) for number, amount in told.items() if amount is not None}
    assert list(amounts.values()) == sorted(amounts.values(), reverse=True)
    assert list(told)[-1] == "NEVER"
    middle = sorted(amounts.values())[60]
    listed = await numbers(calls, "orderBy: EXPECTED_REVENUE", expectedRevenue={"min": str(middle)})
    assert listed == [number for number, amount in amounts.items() if amount >= middle]
