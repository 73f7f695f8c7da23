"""The customers of a scope: their sums and rankings, each computed once for a state of the facts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from analytics.copy.engine import column_of, table_of
from analytics.copy.pinned import PinnedView
from analytics.customers import RevenueBasis
from analytics.lifetime_value.ranking import LifetimeValueOrder, Ranking, RankingTerms, ranked
from analytics.lifetime_value.spread import SpreadSummary, summary
from analytics.lifetime_value.sums import Customers, Ints, Joined, Positions, customers_of
from analytics.prediction.margins import margin_of_all, margins_of
from analytics.scope import Scope
from analytics.segmentation import SCHEMES, RFMScheme, segment_of_cell
from analytics.segmentation.purchases import refunded_in_window
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.reports import Kept, Parts
from resolvers.prediction.population import Ahead, histories_of, predicted_revenue
from resolvers.segmentation.rfm import population

ALWAYS = Joined()
SMALL = 64  # bytes of a number


@dataclass(frozen=True)
class People:
    """The customers of a scope who joined in a period: their sums and rankings, each computed once."""

    context: Context = field(compare=False)
    business: BusinessCalendar = field(compare=False)
    scope: Scope
    joined: Joined = ALWAYS

    @property
    def everyone(self) -> "People":
        """All customers to the same day, with the sales of the same storefront."""
        return replace(self, scope=replace(self.scope, customer_type=None), joined=ALWAYS)

    @property
    def _parts(self) -> Parts:
        return Parts(self.context, "lifetime value", (self.scope, self.joined))

    async def computed(self) -> tuple[Computed[Customers], bool]:
        """Their sums, and whether they were kept from before."""

        async def compute(view: PinnedView) -> Kept[Customers]:
            people = await customers_of(view, self.scope, self.joined)
            return Kept(people, people.nbytes)

        return await self._parts.computed("customers", compute)

    async def sums(self) -> Customers:
        """Their sums as columns."""
        return (await self.computed())[0].value

    async def ranking(self, terms: RankingTerms, order: LifetimeValueOrder, ahead: Ahead | None = None) -> Ranking:
        """Those of them who meet the terms, in an order. Order PREDICTED is by revenue without what lies `ahead`."""
        computed, _ = await self.computed()
        people, predicted = computed.value, None
        if ahead is not None:
            predicted = column_of(await self.predicted(terms.basis, ahead), "value")

        async def compute(_: PinnedView) -> Kept[Positions]:
            position = await asyncio.to_thread(ranked, people, terms, order, predicted)
            return Kept(position, position.nbytes)

        # What is made of a part is of the facts that the part was made of.
        of = (computed.seen.facts_revision, terms, order, ahead and ahead.key)
        position = await self._parts.get("ranking", compute, frozenset(), *of)
        return Ranking(people, terms.basis, order, position, predicted)

    async def predicted(self, basis: RevenueBasis, ahead: Ahead) -> pa.Table:
        """The revenue to come of each of them in minor units; without a model of spend the orders, in billionths.

        It is the `value` of each `customer_id`, in the order of their sums.
        """
        computed, _ = await self.computed()
        sums, everyone = computed.value, await self.everyone.sums()
        as_of = self.scope.as_of
        histories = (await histories_of(self.context, self.scope)).of(sums.customer_id, as_of)
        unit = 10**self.business.row.currency_exponent

        async def compute(_: PinnedView) -> Kept[Ints]:
            margins = margins_of(sums, basis, margin_of_all(everyone, basis))
            column = await asyncio.to_thread(
                predicted_revenue, ahead, histories, as_of=as_of, margins=margins, unit=unit, basis=basis
            )
            return Kept(column, column.nbytes)

        of = (computed.seen.facts_revision, basis, ahead.key)
        parts = Parts(self.context, "prediction", (self.scope, self.joined))
        column = await parts.get("revenue", compute, frozenset(), *of)
        return table_of(customer_id=sums.customer_id, value=column)

    async def summary(self, terms: RankingTerms) -> SpreadSummary:
        """The sums over those of them who meet the terms."""
        ranking = await self.ranking(terms, LifetimeValueOrder.REVENUE)
        computed, _ = await self.computed()

        async def compute(_: PinnedView) -> Kept[SpreadSummary]:
            found = await asyncio.to_thread(summary, ranking)
            return Kept(found, found.nbytes)

        return await self._parts.get("summary", compute, frozenset(), computed.seen.facts_revision, terms)

    async def refunds(self) -> int:
        """All refunds to the day, of the storefront if there is one, in minor units."""

        async def compute(view: PinnedView) -> Kept[int]:
            rows = await view.fetch(refunded_in_window(self.scope.storefront is not None), self.scope.params())
            return Kept(int(rows.column(0)[0].as_py()), SMALL)

        return await self.everyone._parts.get("refunds", compute)

    async def retail_segments(self, ids: Sequence[int]) -> list[str | None]:
        """The code of each customer's RETAIL segment, scored over all history among everyone."""
        scored, _ = await population(self.context, self.everyone.scope, RFMScheme.RETAIL)
        people, segments = scored.value, SCHEMES[RFMScheme.RETAIL].segments
        of_cell = segment_of_cell(RFMScheme.RETAIL)
        places = [people.position_of(id_) for id_ in ids]
        return [None if i is None else segments[int(of_cell[people.cell[i]])].code for i in places]
