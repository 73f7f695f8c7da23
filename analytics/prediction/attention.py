"""Whom a shop should call: what is lost if a customer leaves, and who seems about to leave or to have left.

The usual gap of a customer is the 80th percentile (nearest rank) of the days between its purchase days where it has
four such gaps or more, else of all customers' gaps together.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import SelectBase, Subquery, func, select

from analytics.copy.engine import Engine, column_of
from analytics.prediction.forecast import discounted_when_alive, for_each, probability_alive
from analytics.prediction.gamma_gamma import Spend
from analytics.prediction.lifetime import MODEL, Model
from analytics.prediction.summaries import Floats, Ints, Summaries
from analytics.prediction.worth import order_values
from analytics.scope import Scope, counted_sales, sale
from models.naming import statement

LEAST_GAPS = 4
LEAST_ALIVE = 0.001  # below it, what the customer would bring is a guess about somebody who left
DOUBTFUL = (0.2, 0.8)
YEAR_AHEAD = 365


class Attention(StrEnum):
    """Who should be called: LEAVING bought longer ago than usual and may still be won, LOST has probably left."""

    LEAVING = "LEAVING"
    LOST = "LOST"


# ---------------------------------------------------------------- usual gaps


def _gaps() -> Subquery:
    """The days between consecutive purchase days of each customer to :as_of."""
    days = (
        select(sale.c.customer_id, sale.c.business_day)
        .distinct()
        .where(sale.c.customer_id.is_not(None), counted_sales(storefront=False))
        .subquery("purchase_day")
    )
    before = func.lag(days.c.business_day).over(partition_by=days.c.customer_id, order_by=days.c.business_day)
    gaps = select(days.c.customer_id, (days.c.business_day - before).label("days")).subquery("any_gap")
    return select(gaps).where(gaps.c.days.is_not(None)).subquery("gap")


@statement
def gaps_of_regulars() -> SelectBase:
    """The usual gap of each customer who has enough of them, by customer."""
    gap = _gaps()
    place = func.row_number().over(partition_by=gap.c.customer_id, order_by=gap.c.days).label("place")
    gaps = func.count().over(partition_by=gap.c.customer_id).label("gaps")
    ranked = select(gap, place, gaps).subquery("ranked")
    nearest = (5 * ranked.c.place >= 4 * ranked.c.gaps, 5 * (ranked.c.place - 1) < 4 * ranked.c.gaps)
    return (
        select(ranked.c.customer_id, ranked.c.days)
        .where(ranked.c.gaps >= LEAST_GAPS, *nearest)
        .order_by(ranked.c.customer_id)
    )


@statement
def gap_lengths() -> SelectBase:
    """How many gaps of all customers have each length, the shortest first."""
    gap = _gaps()
    return select(gap.c.days, func.count().label("gaps")).group_by(gap.c.days).order_by(gap.c.days)


@dataclass(frozen=True)
class UsualGaps:
    """The usual gap in days of those who have one of their own, by customer id, and of everyone; None without a gap."""

    customer_id: Ints
    days: Ints
    of_all: int | None

    @property
    def nbytes(self) -> int:
        """The bytes that the columns hold."""
        return self.customer_id.nbytes + self.days.nbytes

    def of(self, ids: Ints) -> Floats:
        """The usual gap of each customer."""
        usual = np.full(len(ids), np.inf if self.of_all is None else self.of_all)
        if len(self.customer_id):
            places = np.minimum(np.searchsorted(self.customer_id, ids), len(self.customer_id) - 1)
            own = self.customer_id[places] == ids
            usual[own] = self.days[places[own]]
        return usual


async def usual_gaps(engine: Engine, as_of: int) -> UsualGaps:
    """The usual gaps of all purchases to the end of a day."""
    params = Scope(as_of, None, include_inactive=True).params()
    regulars, lengths = await engine.fetch(gaps_of_regulars(), params), await engine.fetch(gap_lengths(), params)

    def found() -> UsualGaps:
        days, gaps = column_of(lengths, "days"), column_of(lengths, "gaps")
        return UsualGaps(column_of(regulars, "customer_id"), column_of(regulars, "days"), _percentile(days, gaps))

    return await asyncio.to_thread(found)


def _percentile(lengths: Ints, counts: Ints) -> int | None:
    """The 80th percentile, by nearest rank, of lengths that occur so often; they ascend."""
    if not len(lengths):
        return None
    reached = np.cumsum(counts)
    return int(lengths[np.searchsorted(reached, -(-4 * int(reached[-1]) // 5))])


# ---------------------------------------------------------------- who, and what


def is_needed(attention: Attention, alive: Floats, days_since: Ints, usual: Floats) -> NDArray[np.bool_]:
    """Who needs this attention, by P(alive), the days since the last purchase, and the usual gap."""
    least, most = DOUBTFUL
    if attention is Attention.LOST:
        return alive < least
    return (alive >= least) & (alive <= most) & (days_since > usual)


def amounts_at_stake(model: Model, spend: Spend, people: Summaries, *, as_of: int, unit: int) -> Floats:
    """What each would bring in the year ahead if it stays, times the chance that it is gone, in minor units.

    That is the predicted revenue / P(alive) × (1 - P(alive)); no number where P(alive) is next to nothing.
    """
    at, histories = model.parameters, people.histories(as_of)
    alive = probability_alive(MODEL, at, histories)

    def when_alive(repeats: object, age: object) -> Floats:
        return discounted_when_alive(MODEL, at, repeats, age, YEAR_AHEAD)

    lost = for_each(histories, 1 - alive, when_alive) * order_values(spend, people, unit)
    return np.where(alive < LEAST_ALIVE, np.nan, lost)
