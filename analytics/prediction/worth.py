"""What predictions are worth: the money of the orders to come, and how likely a customer is lost."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.prediction.forecast import discounted_when_alive, expected_when_alive, for_each, probability_alive
from analytics.prediction.gamma_gamma import Spend, expected_spend
from analytics.prediction.lifetime import MODEL, Model
from analytics.prediction.summaries import Floats, Histories, Summaries


class ChurnRisk(StrEnum):
    """How likely a customer has left: LOW below a third, HIGH above two thirds."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


def churn_risk(alive: float) -> ChurnRisk:
    """The risk of a customer that is alive with this probability."""
    left = 1 - alive
    return ChurnRisk.LOW if left < 1 / 3 else ChurnRisk.HIGH if left > 2 / 3 else ChurnRisk.MEDIUM


def is_at_risk(alive: Floats, risk: ChurnRisk) -> NDArray[np.bool_]:
    """Who has this risk."""
    low, high = 1 - alive < 1 / 3, 1 - alive > 2 / 3
    return {ChurnRisk.LOW: low, ChurnRisk.HIGH: high, ChurnRisk.MEDIUM: ~(low | high)}[risk]


def order_values(at: Spend, people: Summaries, unit: int) -> Floats:
    """The mean worth of an order to come of each customer, in minor units.

    Without a repeat order it is the population's. Repeat orders that came to nothing or less count as nothing.
    """
    repeats = people.repeats.astype(np.float64)
    total = np.maximum(people.repeat_spend, 0) / unit
    return unit * expected_spend(at, repeats, np.divide(total, repeats, out=np.zeros_like(total), where=repeats > 0))


def orders_of_all(model: Model, histories: Histories, days: int) -> Floats:
    """The orders to expect of each of many customers within so many days."""
    at = model.parameters

    def when_alive(repeats: Any, age: Any) -> Floats:
        return expected_when_alive(MODEL, at, repeats, age, days)

    return for_each(histories, probability_alive(MODEL, at, histories), when_alive)


def discounted_orders(model: Model, histories: Histories, days: int) -> Floats:
    """The orders to expect of each customer within so many days, each month's discounted from its end."""
    at = model.parameters

    def when_alive(repeats: Any, age: Any) -> Floats:
        return discounted_when_alive(MODEL, at, repeats, age, days)

    return for_each(histories, probability_alive(MODEL, at, histories), when_alive)


@dataclass(frozen=True)
class Worth:
    """The money that is expected of customers, as columns in minor units: of an order, and of those within a horizon.

    Profit is not a number where no margin is known.
    """

    order: Floats
    revenue: Floats
    profit: Floats


def worth_of(order: Floats, discounted: Floats, margins: Floats, is_profit: bool) -> Worth:
    """The money of so many discounted orders of a worth; where revenue itself `is_profit`, an unknown margin is 0."""
    shown = order * np.nan_to_num(margins) if is_profit else order
    return Worth(shown, discounted * shown, discounted * order * margins)
