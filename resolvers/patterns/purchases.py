"""The purchases of one scope, as they are asked of the copy: each part is run once, and where it is asked for."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from analytics.copy.engine import Engine
from analytics.copy.pinned import PinnedView
from analytics.copy.tables import ITEMS, PAYMENTS
from analytics.customers import RevenueBasis
from analytics.patterns import (
    Moments,
    PatternScope,
    Season,
    SeriesUnits,
    SeriesVisits,
    Share,
    basket_sizes,
    basket_units,
    categories,
    count_unique_buyers,
    edge_params,
    lines_by_category,
    moments_of,
    payment_methods,
    payments_by_method,
    refunds_by_day,
    refunds_by_hour,
    sales_by_hour,
    sales_by_month,
    seasons_to,
    transactions_by_basket,
    unique_buyers,
    units_by_basket,
    visits_by_unit,
    visits_of,
)
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.reports import Kept, Parts, kept, statements_shown
from resolvers.patterns.engines import CustomerPage, OfPage, OfStore

T = TypeVar("T")

MOST_OF_A_KIND = 50  # categories, methods, baskets, months: what they hold is told to the report cache roughly


@dataclass(frozen=True, eq=False)
class Purchases:
    """The purchases of one scope; `edges` (minor units, ascending) divide its baskets.

    `page` are the customers that are asked about together with this one. The lines and payments of a customer who is
    asked about alone are read from the store, where they are found by its sales: the copy would be searched whole.
    """

    context: Context
    business: BusinessCalendar
    scope: PatternScope
    basis: RevenueBasis
    edges: tuple[int, ...]
    page: CustomerPage | None = None

    @property
    def margin(self) -> bool:
        """Whether revenue is profit."""
        return self.basis is RevenueBasis.MARGIN

    async def moments(self) -> tuple[Moments, Computed[Any], bool]:
        """The sums by day and hour, as what and whether from before they were kept."""
        if self.page is not None:
            asked = sales_by_hour(self.scope.form, self.margin), self.scope.params()
            computed, is_kept = await self.page.computed(*asked)
            return await moments_of(self._of_page(), self.scope, self.margin), computed, is_kept

        async def compute(view: PinnedView) -> Kept[Moments]:
            found = await moments_of(view, self.scope, self.margin)
            return Kept(found, found.nbytes)

        computed, is_kept = await self._parts.computed("moments", compute, frozenset(), self.margin)
        return computed.value, computed, is_kept

    async def unique_buyers(self) -> int:
        """How many different customers bought."""
        if self.scope.customer is not None:
            return min((await self.moments())[0].transactions, 1)
        return await self._part("unique buyers", count_unique_buyers)

    async def visits(self, calendar: SeriesUnits) -> SeriesVisits:
        """How customers come back, by calendar unit."""
        return await self._part("visits", partial(visits_of, calendar=calendar), calendar)

    async def basket_sizes(self) -> list[int]:
        """The transactions of each basket, the one below the first edge first."""
        return await self._part("baskets", partial(basket_sizes, edges=self.edges), self.edges)

    async def basket_units(self) -> list[int]:
        """Their units in millionths."""
        return await self._part("units", partial(basket_units, edges=self.edges), self.edges, need=ITEMS)

    async def payment_methods(self) -> list[Share]:
        """The methods used."""
        return await self._part("payments", payment_methods, need=PAYMENTS)

    async def categories(self) -> list[Share]:
        """The categories bought."""
        return await self._part("categories", partial(categories, margin=self.margin), self.margin, need=ITEMS)

    async def seasons(self) -> list[Season]:
        """The months of the year in all history."""
        return await self._part("seasons", seasons_to)

    @property
    def _parts(self) -> Parts:
        return Parts(self.context, "patterns", self.scope)

    def _of_page(self, stored: bool = False) -> OfPage:
        assert self.page is not None
        assert self.scope.customer is not None
        return OfPage(self.page, self.scope.customer, stored)

    async def _part(
        self,
        name: str,
        ask: Callable[[Engine, PatternScope], Awaitable[T]],
        *more: Hashable,
        need: frozenset[str] = frozenset(),
    ) -> T:
        """A part of the scope; what of a customer needs other tables than the usual is asked of the store."""
        stored = bool(need) and self.scope.customer is not None
        scope = replace(self.scope, stored=stored)
        if self.page is not None:
            return await ask(self._of_page(stored), scope)

        async def compute(view: PinnedView) -> Kept[T]:
            found = await ask(OfStore(view) if stored else view, scope)
            return kept(found, len(found.customers) if isinstance(found, SeriesVisits) else MOST_OF_A_KIND)

        return await self._parts.get(name, compute, frozenset() if stored else need, *more)

    def _of_store(self) -> dict[str, Any]:
        ids = () if self.page is None else self.page.customers
        return {"business": self.business.row.id, "ids": list(ids)}

    def statements(self, calendar: SeriesUnits) -> str:
        """The statements of all parts as they run; seasons are of all history."""
        form, edges, params = self.scope.form, len(self.edges), self.scope.params() | edge_params(self.edges)
        of_lines = form._replace(stored=self.scope.customer is not None)
        of_sales = (
            sales_by_hour(form, self.margin),
            refunds_by_hour(form),
            unique_buyers(form),
            visits_by_unit(form, calendar),
            transactions_by_basket(form, edges),
        )
        of_others = (
            units_by_basket(of_lines, edges),
            payments_by_method(of_lines),
            lines_by_category(of_lines, self.margin),
        )
        of_history = (sales_by_month(form), refunds_by_day(form))
        return "\n\n".join(
            (
                statements_shown(of_sales, params),
                statements_shown(of_others, params | self._of_store()),
                statements_shown(of_history, self.scope.all_history().params()),
            )
        )
