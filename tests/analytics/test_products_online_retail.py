"""The products of the real shop equal an independent computation, on both stores."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.products import ProductOrder
from resolvers.operation.ranges import DateRange
from resolvers.products import ProductQuestion, product_report
from tests.analytics.asking import operation
from tests.analytics.real_shop import NOW, Imported
from tests.once import computed_once
from tests.oracle import products as oracle
from tests.oracle.online_retail import OnlineRetailFacts

pytestmark = pytest.mark.asyncio(loop_scope="session")

START, END = date(2011, 3, 1), date(2011, 9, 30)


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory, facts: OnlineRetailFacts) -> dict[str, dict[str, Any]]:
    """What is told of each product, computed once a run for both stores."""
    return computed_once(
        tmp_path_factory,
        "online-retail-products",
        lambda: oracle.products(
            facts.sales.assign(order=range(len(facts.sales))),
            facts.items.assign(description=facts.items["description"].str.strip()),
            facts.refunds,
            start=START.toordinal(),
            end=END.toordinal(),
            repeat_days=90,
            name="description",
        ),
    )


async def test_products(real_shop: Imported, facts: OnlineRetailFacts, expected: dict[str, dict[str, Any]]) -> None:
    """It takes as long as the lines take to be copied."""
    async with operation(real_shop.services, real_shop.id, now=NOW) as context:
        question = ProductQuestion(DateRange(START, END), order_by=ProductOrder.UNITS)
        found = (await product_report(context, question)).all_figures()
    assert {one.name for one in found} == set(expected)
    assert len(found) > 3000
    for one in found:
        assert {
            "revenue": int(one.revenue * 100),
            "percentage": one.percentage,
            "units": int(one.units),
            "transactions": one.transactions,
            "customers": one.customers,
            "repeatRate": one.repeat_rate,
            "firstPurchases": one.first_purchases,
            "firstPurchaseRepeatRate": one.first_purchase_repeat_rate,
            "firstPurchaseValue": None if one.first_purchase_value is None else int(one.first_purchase_value * 100),
        } == expected[one.name], one.name
    products = facts.items[facts.items["is_product"]].merge(facts.sales[["sale", "day"]], on="sale")
    in_period = products[(products["day"] >= START.toordinal()) & (products["day"] <= END.toordinal())]
    assert sum(one.revenue for one in found) == Decimal(int(in_period["total"].sum())) / 100
