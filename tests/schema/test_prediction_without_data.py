"""Where there is too little to predict from: typed reasons, known at once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import NOW, Shop, open_shop
from tests.schema.conftest import Asker
from tests.schema.predicting import PREDICTION, lively, model, predictions


async def of_shop(services: Services, tell: Callable[[Shop], None]) -> tuple[Asker, Any, dict[str, Any]]:
    """A shop's manager, its model and predictions."""
    shop = await open_shop(services.database, "Another Shop")
    tell(shop)
    await shop.save()
    ask = Asker(services, Viewer("mona", Role.MANAGER, shop.id))
    first = await predictions(ask)
    found = await model(ask)
    if found["status"] != "READY":
        assert await predictions(ask) == first  # known at once
    return ask, found, await predictions(ask)


async def assert_not_enough(services: Services, tell: Callable[[Shop], None], reason: str, message: str) -> None:
    ask, found, predicted = await of_shop(services, tell)
    assert (found["status"], found["message"]) == ("NOT_ENOUGH_DATA", message)
    assert (found["version"], found["transactionModel"], found["holdout"]) == (None, [], None)
    told = {(one["reason"], one["message"]) for one in predicted.values()}
    assert told == ({(reason, message)} if predicted else set())
    refusal = await ask.refused("{ customers(filter: { churnRisk: LOW }) { totalCount } }")
    assert refusal == f"`churnRisk` cannot be told: {message}"
    report = (await ask("{ lifetimeValueReport(orderBy: PREDICTED) { notices } }"))["lifetimeValueReport"]
    assert report["notices"][-1].endswith(message)
    assert ask.services.fits.count == 0


async def test_fifty_customers(services: Services) -> None:
    message = "A prediction needs 100 customers with a purchase by 2026-03-04; 50 have one."
    await assert_not_enough(services, lambda shop: lively(shop, 50), "TOO_FEW_CUSTOMERS", message)


async def test_the_first_day_of_the_calendar(services: Services) -> None:
    shop = await open_shop(services.database)
    lively(shop, 120)
    await shop.save()
    ask, day = Asker(services, Viewer("mona", Role.MANAGER, shop.id)), 'asOf: "0001-01-01"'
    message = "A prediction needs 100 customers with a purchase by 0001-01-01; nobody has one."
    found = await ask(f"{{ lifetimeValueModel({day}) {{ message }} lifetimeValueReport({day}) {{ notices }} }}")
    assert found["lifetimeValueModel"]["message"] == message
    refusal = await ask.refused(f"{{ customers({day}, filter: {{ churnRisk: LOW }}) {{ totalCount }} }}")
    assert refusal == f"`churnRisk` cannot be told: {message}"


async def test_an_empty_shop(services: Services) -> None:
    message = "A prediction needs 100 customers with a purchase by 2026-03-04; nobody has one."
    await assert_not_enough(services, lambda shop: None, "TOO_FEW_CUSTOMERS", message)


async def test_customers_who_were_only_paid_back_do_not_count(services: Services) -> None:
    def tell(shop: Shop) -> None:
        shop.sale("one", "2025-01-01", "5.00")
        for i in range(150):
            shop.refund(f"R{i}", "2026-01-01", "1.00")

    message = "A prediction needs 100 customers with a purchase by 2026-03-04; 1 has one."
    await assert_not_enough(services, tell, "TOO_FEW_CUSTOMERS", message)


async def test_one_day_of_history(services: Services) -> None:
    def tell(shop: Shop) -> None:
        for i in range(120):
            shop.sale(f"C{i}", "2026-03-04", "5.00")

    message = "A prediction needs purchases of 90 days; there are 1 to 2026-03-04."
    await assert_not_enough(services, tell, "TOO_SHORT_HISTORY", message)


async def test_no_repeat_purchases(services: Services) -> None:
    def tell(shop: Shop) -> None:
        for i in range(120):
            shop.sale(f"C{i}", NOW.date() - timedelta(1 + i), "5.00")
            shop.sale(f"C{i}", NOW.date() - timedelta(1 + i), "6.00")  # on the same day

    message = "By 2026-03-04 nobody has bought on a second day, so nothing tells who will."
    await assert_not_enough(services, tell, "NO_REPEAT_PURCHASES", message)


async def assert_money_is_unknown(services: Services, tell: Callable[[Shop], None], message: str) -> None:
    ask, found, predicted = await of_shop(services, tell)
    assert (found["status"], found["spendModel"], found["spendLogLikelihood"]) == ("READY", [], None)
    assert found["message"].startswith(message)
    assert found["version"].startswith("MBG/NBD 1 2026-03-04 ")
    for one in predicted.values():
        assert one["expectedOrders"] > 0
        money = ("expectedAverageOrderValue", "predictedRevenue", "predictedProfit", "totalValue")
        assert [one[name] for name in money] == [None] * 4
    wanted = f"notices customers {{ nodes {{ clv {{ {PREDICTION} }} }} }}"
    query = f"{{ lifetimeValueReport(orderBy: PREDICTED) {{ {wanted} }} }}"
    report = (await ask(query))["lifetimeValueReport"]
    assert report["notices"] == [f"Order PREDICTED is by expected orders. {found['message']}"]
    orders = [node["clv"]["prediction"]["expectedOrders"] for node in report["customers"]["nodes"]]
    assert orders == sorted(orders, reverse=True)


async def test_equal_spend_leaves_the_predictions_of_orders(services: Services) -> None:
    def tell(shop: Shop) -> None:
        lively(shop, amount=lambda _: "20.00")

    await assert_money_is_unknown(services, tell, "Spend on repeat orders does not tell how customers differ in it")


async def test_repeat_orders_that_came_to_nothing_leave_the_predictions_of_orders(services: Services) -> None:
    def tell(shop: Shop) -> None:
        lively(shop, amount=lambda _: "0.00")

    await assert_money_is_unknown(services, tell, "Nobody has spent more than nothing on repeat orders")


async def test_repeat_orders_below_zero_are_left_out_of_the_spend(services: Services) -> None:
    def tell(shop: Shop) -> None:
        lively(shop)
        for day in (300, 200, 100):
            number = shop.sale("returns", NOW.date() - timedelta(day), "10.00")
            shop.refund("returns", NOW.date() - timedelta(day - 1), "10.00", sale=number)

    _, found, predicted = await of_shop(services, tell)
    assert (found["status"], found["message"]) == ("READY", None)
    low, usual = (Decimal(predicted[number]["expectedAverageOrderValue"]) for number in ("returns", "C001"))
    assert 0 < low < usual
