"""What all customers will be worth, as columns: for their order, and for filters."""

import asyncio
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics.copy.engine import table_of
from analytics.copy.pinned import PinnedView
from analytics.customers import RevenueBasis
from analytics.lifetime_value.sums import Ints
from analytics.prediction.forecast import probability_alive
from analytics.prediction.lifetime import MODEL, Model
from analytics.prediction.summaries import Floats, Summaries, summaries_of
from analytics.prediction.worth import ChurnRisk, discounted_orders, is_at_risk, order_values, orders_of_all, worth_of
from analytics.scope import Scope
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.reports import Kept, Parts
from resolvers.prediction.model import needed_model

BILLION = 1e9


@dataclass(frozen=True)
class Ahead:
    """A model, and how many days it is to look ahead."""

    model: Model
    days: int

    @property
    def key(self) -> tuple[str, int]:
        """What an answer by it depends on."""
        return self.model.version, self.days


async def histories_of(context: Context, scope: Scope) -> Summaries:
    """The histories of everyone with a sale of the scope's storefront, to its day."""
    return (await computed_histories(context, scope)).value


async def computed_histories(context: Context, scope: Scope) -> Computed[Summaries]:
    """The same with the state of the facts that they are of."""
    everyone = Scope(scope.as_of, None, scope.storefront, include_inactive=True)

    async def compute(view: PinnedView) -> Kept[Summaries]:
        people = await summaries_of(view, everyone)
        return Kept(people, people.nbytes)

    return (await Parts(context, "prediction", everyone).computed("histories", compute))[0]


def predicted_revenue(  # noqa: PLR0913  who, to when, by what, in which unit
    ahead: Ahead, people: Summaries, *, as_of: int, margins: Floats, unit: int, basis: RevenueBasis
) -> Ints:
    """The revenue to come of each in minor units, as shown; without a model of spend the orders, in billionths."""
    spend = ahead.model.spend_parameters
    if spend is None:
        orders = orders_of_all(ahead.model, people.histories(as_of), ahead.days)
        return np.rint(orders * BILLION).astype(np.int64)
    discounted = discounted_orders(ahead.model, people.histories(as_of), ahead.days)
    worth = worth_of(order_values(spend, people, unit), discounted, margins, basis is RevenueBasis.MARGIN)
    return np.rint(worth.revenue).astype(np.int64)


async def members_at_risk(context: Context, risk: ChurnRisk, as_of: int) -> pa.Table:
    """The customers with a churn risk, by their purchases of all storefronts; BadUserInput without a model."""
    model = await needed_model(context, as_of, "churnRisk")
    people = await histories_of(context, Scope(as_of, None, include_inactive=True))

    def members() -> pa.Table:
        chosen = is_at_risk(probability_alive(MODEL, model.parameters, people.histories(as_of)), risk)
        ids = people.customer_id[chosen]
        return table_of(customer_id=ids, revenue=np.zeros(len(ids), np.int64))

    return await asyncio.to_thread(members)
