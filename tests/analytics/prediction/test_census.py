"""The census: what is counted, that any change of the past shows in its sums, and that all engines answer alike."""

from collections.abc import Callable
from datetime import date

import pytest

from analytics.prediction.census import Census, NotEnoughDataReason, census, census_of, shortage
from analytics.scope import Scope
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from rules.days import day_number
from tests.analytics.asking import operation
from tests.builders import Shop

TODAY, JAN_5 = day_number(date(2026, 3, 5)), day_number(date(2026, 1, 5))


async def counted(services: Services, shop: Shop, through: int = TODAY) -> Census:
    async with operation(services, shop.id) as context:
        return await census_of(await context.facts(), through)


async def test_who_is_counted(services: Services, shop: Shop):
    assert (await counted(services, shop))[:3] == (4, 3, JAN_5)
    assert (await counted(services, shop, JAN_5))[:3] == (2, 0, JAN_5)
    assert (await counted(services, shop, JAN_5 - 1))[:3] == (0, 0, None)


CHANGES: dict[str, Callable[[Shop], object]] = {
    "another sale": lambda shop: shop.sale("anna", "2026-02-20", "1.00"),
    "another day": lambda shop: shop.sale("anna", "2026-01-13", "30.00", number="A3", storefront="Web"),
    "another amount": lambda shop: shop.sale("anna", "2026-01-12", "30.01", number="A3", storefront="Web"),
    "another customer": lambda shop: shop.sale("ben", "2026-01-12", "30.00", number="A3", storefront="Web"),
    "no sale": lambda shop: shop.sale("ben", "2026-02-01", "50.00", number="B1", status="CANCELLED"),
    "another refund": lambda shop: shop.refund("anna", "2026-02-20", "1.00", sale="A2"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_of_the_past_shows_and_one_of_today_does_not(services: Services, shop: Shop, change: str):
    yesterday, today = await counted(services, shop, TODAY - 1), await counted(services, shop)
    CHANGES[change](shop)
    await shop.save()
    assert (await counted(services, shop, TODAY - 1)).sums != yesterday.sums
    assert (await counted(services, shop)).sums != today.sums


async def test_what_happens_today_does_not_change_what_is_known_of_yesterday(services: Services, shop: Shop):
    yesterday, today = await counted(services, shop, TODAY - 1), await counted(services, shop)
    shop.sale("anna", "2026-03-05", "1.00")
    shop.refund("anna", "2026-03-05", "1.00", sale="A2")
    await shop.save()
    assert await counted(services, shop, TODAY - 1) == yesterday
    assert (await counted(services, shop)).sums != today.sums


async def test_the_stores_answer_alike(context: Context, shop: Shop):
    view = await context.facts()
    for day in (TODAY, JAN_5, 0):
        params = Scope(day, None, include_inactive=True).params()
        async with shop.database.reading(shop.id) as connection:
            stored = [tuple(row) for row in await connection.execute(census(), params)]
        assert stored == [tuple(row.values()) for row in (await view.fetch(census(), params)).to_pylist()]


@pytest.mark.parametrize(
    ("customers", "repeaters", "first_day", "reason"),
    [
        (99, 50, TODAY - 400, NotEnoughDataReason.TOO_FEW_CUSTOMERS),
        (0, 0, None, NotEnoughDataReason.TOO_FEW_CUSTOMERS),
        (100, 50, TODAY - 88, NotEnoughDataReason.TOO_SHORT_HISTORY),
        (100, 0, TODAY - 89, NotEnoughDataReason.NO_REPEAT_PURCHASES),
        (100, 1, TODAY - 89, None),
    ],
)
def test_what_is_enough(customers: int, repeaters: int, first_day: int | None, reason: NotEnoughDataReason | None):
    found = shortage(Census(customers, repeaters, first_day, ()), TODAY)
    assert (found and found.reason) == reason
