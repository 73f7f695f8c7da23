"""The check of a model: fitted on the earlier days, its predictions beside what happened on the later ones."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np

from analytics.copy.engine import Engine
from analytics.prediction.beta_geometric import Buying, BuyingModel
from analytics.prediction.fitting import Maximum
from analytics.prediction.forecast import expected_orders
from analytics.prediction.summaries import Floats, Histories, Summaries, summaries_of
from analytics.scope import Scope

HIGHEST_BIN = 7


class HoldoutBin(NamedTuple):
    """Customers with so many repeat orders before, and what they did afterwards."""

    repeat_orders: Annotated[int, "Repeat orders in the earlier days."]
    label: Annotated[str, "The same in words; the last bin is open."]
    customers: Annotated[int, "How many customers."]
    actual_mean: Annotated[float | None, "Their mean number of orders in the later days; null of nobody."]
    predicted_mean: Annotated[float | None, "What the model had said; null of nobody."]


@dataclass(frozen=True)
class Holdout:
    """What a model of the days to `calibration_end` predicts for the `days` after it, and what happened."""

    calibration_end: int
    days: int
    customers: int
    actual: int
    predicted: float
    mean_absolute_error: float
    bins: tuple[HoldoutBin, ...]


@dataclass(frozen=True)
class HoldoutFacts:
    """The histories to the end of day `calibration_end`, and the orders of the `days` after it."""

    calibration_end: int
    days: int
    earlier: Summaries
    later: Summaries

    @property
    def histories(self) -> Histories:
        """The histories to the end of the earlier days."""
        return self.earlier.histories(self.calibration_end)

    def actual_orders(self) -> Floats:
        """The orders in the later days of each customer of the earlier ones."""
        places = self.later.positions_of(self.earlier.customer_id)
        found = places >= 0
        orders = np.zeros(len(places))
        orders[found] = self.later.occasions[places[found]]
        return orders


async def holdout_facts(engine: Engine, first_day: int, through: int) -> HoldoutFacts:
    """The facts of all but the last fourth of the days from one to another, and of that fourth."""
    days = (through - first_day + 1) // 4
    earlier = await summaries_of(engine, Scope(through - days, None, include_inactive=True))
    later = await summaries_of(engine, Scope(through, days, include_inactive=True))
    return HoldoutFacts(through - days, days, earlier, later)


def holdout_of(model: BuyingModel, fitted: Maximum, facts: HoldoutFacts) -> Holdout:
    """The check of a model that was fitted on the earlier days."""
    histories, actual = facts.histories, facts.actual_orders()
    predicted = expected_orders(model, Buying(*fitted.values.tolist()), histories, facts.days)
    bin_of = np.minimum(histories.repeats, HIGHEST_BIN)
    return Holdout(
        calibration_end=facts.calibration_end,
        days=facts.days,
        customers=len(histories),
        actual=int(actual.sum()),
        predicted=float(predicted.sum()),
        mean_absolute_error=float(np.abs(actual - predicted).mean()),
        bins=tuple(_bin(repeats, actual[bin_of == repeats], predicted[bin_of == repeats]) for repeats in range(8)),
    )


def _bin(repeats: int, actual: Floats, predicted: Floats) -> HoldoutBin:
    label = f"{repeats}+" if repeats == HIGHEST_BIN else str(repeats)
    if not len(actual):
        return HoldoutBin(repeats, label, 0, None, None)
    return HoldoutBin(repeats, label, len(actual), float(actual.mean()), float(predicted.mean()))
