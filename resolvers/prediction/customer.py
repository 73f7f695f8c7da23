"""What one customer will be worth, by the model of the business and the customer's own history to this day."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

import numpy as np

from analytics.customers import RevenueBasis
from analytics.prediction.beta_geometric import Buying
from analytics.prediction.census import NotEnoughData
from analytics.prediction.forecast import days_to_next, expected_orders, probability_alive, quantile_of_orders
from analytics.prediction.lifetime import MODEL, Model
from analytics.prediction.margins import margin_of_all, margins_of
from analytics.prediction.summaries import Floats, Histories, Summaries, summaries_of
from analytics.prediction.worth import ChurnRisk, churn_risk, discounted_orders, order_values, worth_of
from resolvers.lifetime_value.customer import CLV
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.prediction.model import known_model
from rules.days import date_of

LEVEL = 0.8
TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)


class Interval(NamedTuple):
    """The range that a number is in with a probability of `level`."""

    low: Annotated[float, "The least number."]
    high: Annotated[float, "The greatest number."]
    level: Annotated[float, "With which probability, 0 to 1."]


@dataclass(frozen=True, eq=False)
class PredictedCLV:
    """What a customer will be worth within a horizon, by a model of everyone's purchases (MBG/NBD with Gamma-Gamma).

    An order is a day with purchases. Money is null where the model of spend failed.
    """

    model: Model
    history: Histories
    as_of: int
    horizon_days: Annotated[int, "How many days it looks ahead."]
    probability_alive: Annotated[float, "How likely the customer has not left for good, 0 to 1."]
    churn_risk: Annotated[ChurnRisk, "How likely it has, in three steps."]
    expected_orders: Annotated[float, "Orders to expect within the horizon."]
    expected_average_order_value: Annotated[Decimal | None, "What an order to come is worth in the mean."]
    predicted_revenue: Annotated[
        Decimal | None,
        "The worth of the orders to expect, discounted at 10 % a year by month; on basis MARGIN their profit.",
    ]
    predicted_profit: Annotated[
        Decimal | None, "The same by the customer's own margin, else by everyone's; null where no cost is known."
    ]
    total_value: Annotated[Decimal | None, "Revenue so far and predicted revenue."]
    model_version: Annotated[str, "Which model, fitted to which day, with which parameters."]

    @property
    def itself(self) -> "PredictedCLV":
        """What its look-ups are for."""
        return self


async def prediction_by_value(context: Context, values: Sequence[CLV], _: Any) -> list[PredictedCLV | NotEnoughData]:
    """The prediction of each, or why there is none."""
    found: dict[int, PredictedCLV | NotEnoughData] = {}
    for group in _alike(values):
        first = group[0]
        model = await known_model(context, first.of.scope.as_of)
        predicted = await _predicted(context, group, model) if isinstance(model, Model) else [model] * len(group)
        found.update(zip(map(id, group), predicted, strict=True))
    return [found[id(value)] for value in values]


def _alike(values: Sequence[CLV]) -> list[list[CLV]]:
    """Those of the same day, storefront, basis and horizon."""
    groups: dict[Any, list[CLV]] = {}
    for value in values:
        groups.setdefault((value.of.scope, value.of.joined, value.basis, value.horizon), []).append(value)
    return list(groups.values())


async def _predicted(context: Context, values: list[CLV], model: Model) -> list[PredictedCLV]:
    of, basis, ids = values[0].of, values[0].basis, [value.customer_id for value in values]
    people = await summaries_of(await context.facts(), of.scope, sorted(set(ids)))
    sums, everyone = await of.sums(), await of.everyone.sums()

    def each() -> list[PredictedCLV]:
        own = people.of(np.array(ids, np.int64), of.scope.as_of)
        places = np.array(sums.positions_of(ids), np.intp)
        margins = margins_of(sums, basis, margin_of_all(everyone, basis), places)
        return _of_each(values, model, own, margins)

    return await asyncio.to_thread(each)


def _of_each(values: list[CLV], model: Model, people: Summaries, margins: Floats) -> list[PredictedCLV]:
    first = values[0]
    business, as_of, days = first.of.business, first.of.scope.as_of, first.horizon
    histories, spend = people.histories(as_of), model.spend_parameters
    alive = probability_alive(MODEL, model.parameters, histories)
    orders = expected_orders(MODEL, model.parameters, histories, days)
    worth = None
    if spend is not None:
        order = order_values(spend, people, 10**business.row.currency_exponent)
        discounted = discounted_orders(model, histories, days)
        worth = worth_of(order, discounted, margins, first.basis is RevenueBasis.MARGIN)
    return [
        PredictedCLV(
            model=model,
            history=histories.at(slice(i, i + 1)),
            as_of=as_of,
            horizon_days=days,
            probability_alive=float(alive[i]),
            churn_risk=churn_risk(float(alive[i])),
            expected_orders=float(orders[i]),
            expected_average_order_value=worth and _money(business, worth.order[i]),
            predicted_revenue=worth and _money(business, worth.revenue[i]),
            predicted_profit=worth and _money(business, worth.profit[i]),
            total_value=worth and value.revenue + business.money(round(float(worth.revenue[i]))),
            model_version=model.version,
        )
        for i, value in enumerate(values)
    ]


def _money(business: BusinessCalendar, minor: float) -> Decimal | None:
    return None if np.isnan(minor) else business.money(round(float(minor)))


async def interval_by_prediction(_context: Context, predictions: Sequence[PredictedCLV], _: Any) -> list[Interval]:
    """The range of the orders of each, from the uncertainty of the parameters and of the process."""

    def ranges(model: Model, histories: Histories, days: int) -> Any:
        draws = Buying(*model.buying.draws.T)
        low, high = (quantile_of_orders(MODEL, draws, histories, days, share) for share in TAILS)
        return [Interval(float(least), float(most), LEVEL) for least, most in zip(low, high, strict=True)]

    return await asyncio.to_thread(_of_groups, predictions, ranges)


async def next_order_by_prediction(_context: Context, predictions: Sequence[PredictedCLV], _: Any) -> list[date | None]:
    """The day by which one more order of each is expected; None where that is beyond three years."""

    def days_ahead(model: Model, histories: Histories, _: int) -> Any:
        return days_to_next(MODEL, model.parameters, histories).tolist()

    days = await asyncio.to_thread(_of_groups, predictions, days_ahead)
    return [date_of(p.as_of + ahead) if ahead else None for p, ahead in zip(predictions, days, strict=True)]


def _of_groups(predictions: Sequence[PredictedCLV], compute: Callable[[Model, Histories, int], Any]) -> list[Any]:
    """What is computed of all predictions of one model and horizon at once, in the order of the predictions."""
    groups: dict[tuple[str, int], list[int]] = {}
    for i, prediction in enumerate(predictions):
        groups.setdefault((prediction.model_version, prediction.horizon_days), []).append(i)
    found: list[Any] = [None] * len(predictions)
    for (_, days), places in groups.items():
        histories = Histories.joined([predictions[i].history for i in places])
        for i, value in zip(places, compute(predictions[places[0]].model, histories, days), strict=True):
            found[i] = value
    return found
