"""Questions about what customers will be worth, and a shop of which there is much to say."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from resolvers.operation.context import Context
from schema.schema import schema
from tests.builders import NOW, Line, Shop
from tests.schema.conftest import Asker

PREDICTION = """prediction {
  ... on NotEnoughData { reason message }
  ... on PredictedCLV {
    horizonDays probabilityAlive churnRisk expectedOrders expectedOrdersInterval { low high level }
    expectedAverageOrderValue predictedRevenue predictedProfit totalValue expectedNextOrderDate modelVersion
  }
}"""
MODEL = """{ name status message version fittedAt fittedThrough customers logLikelihood spendLogLikelihood
  transactionModel { name value standardError } spendModel { name value standardError }
  reference { name parameters { name value standardError } logLikelihood }
  holdout {
    calibrationEnd holdoutDays customers actualOrders predictedOrders meanAbsoluteError
    byRepeatOrders { repeatOrders label customers actualMean predictedMean }
  } }"""


async def model(ask: Asker, as_of: str | None = None) -> Any:
    """The model, its fit awaited."""
    return (await ask(f"query($asOf: Date) {{ lifetimeValueModel(asOf: $asOf) {MODEL} }}", asOf=as_of))[
        "lifetimeValueModel"
    ]


async def predictions(ask: Asker, arguments: str = "") -> dict[str, Any]:
    """The prediction of each of up to a thousand customers by number, without one for who never bought."""
    query = f"{{ customers(first: 1000) {{ nodes {{ number clv{arguments} {{ revenue {PREDICTION} }} }} }} }}"
    nodes = (await ask(query))["customers"]["nodes"]
    return {n["number"]: {**n["clv"]["prediction"], "revenue": n["clv"]["revenue"]} for n in nodes if n["clv"]}


async def answered(ask: Asker, query: str, **options: Any) -> tuple[Any, bool]:
    """The data of an operation, and whether its answer may be kept."""
    context = Context(ask.services, ask.viewer, ask.now, **options)
    try:
        result = await schema.execute(query, context_value=context)
    finally:
        await context.close()
    assert not result.errors, result.errors
    return result.data, context.is_repeatable


def lively(shop: Shop, customers: int = 130, *, days: int = 400, amount: Callable[[Any], str] | None = None) -> None:
    """Customers that come, buy again and stay away, up to the day before today."""
    random, last = np.random.default_rng(3), NOW.date() - timedelta(1)
    for i in range(customers):
        day = last - timedelta(int(random.integers(10, days)))
        rate, leaves = random.gamma(1.5, 1 / 40), random.beta(1, 4)
        shop.customer(f"C{i:03}")
        while day <= last:
            price = amount(random) if amount else f"{random.gamma(6, 1 / random.gamma(4, 1 / 20)) + 1:.2f}"
            shop.sale(f"C{i:03}", day, lines=[Line("Cup", price, cost=f"{Decimal(price) * Decimal('0.6'):.2f}")])
            if random.random() < leaves:
                break
            day += timedelta(int(random.exponential(1 / rate)) + 1)
