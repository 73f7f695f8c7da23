"""Where statements on customers run: once for a whole page of them, and on the store for lines and payments."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import SelectBase

from analytics.copy.engine import table_of
from analytics.copy.pinned import PinnedView
from models.naming import name_of
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.reports import Kept, Parts, kept_columns


@dataclass(frozen=True)
class OfStore:
    """The store as an engine, at the revision of a view; its statements are scoped to the business."""

    view: PinnedView
    name = "store"

    async def fetch(
        self, statement: SelectBase, params: dict[str, Any], tables: dict[str, pa.Table] | None = None
    ) -> pa.Table:
        """The rows of a statement as they are stored."""
        assert not tables
        rows = await self.view.store.stored(statement, params)
        names = [column.name for column in statement.selected_columns]
        return pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})


@dataclass(frozen=True)
class CustomerPage:
    """Customers who are asked about together: a statement has a row per customer and runs once for all of them."""

    context: Context
    customers: tuple[int, ...]

    async def computed(
        self, statement: SelectBase, params: dict[str, Any], stored: bool = False
    ) -> tuple[Computed[pa.Table], bool]:
        """The rows of a statement by customer, and whether they were kept from before."""
        of_all = {name: value for name, value in params.items() if name != "customer"}

        async def compute(view: PinnedView) -> Kept[pa.Table]:
            ask = self._of_store if stored else self._of_copy
            rows = await ask(view, statement, of_all)
            rows = rows.sort_by("customer_id") if rows.num_rows else rows
            return kept_columns(rows, rows)

        asked = statement, tuple(of_all.items())
        parts = Parts(self.context, "page", self.customers)
        return await parts.computed(name_of(statement), compute, frozenset(), *asked)

    async def _of_copy(self, view: PinnedView, statement: SelectBase, params: dict[str, Any]) -> pa.Table:
        given = {"asked_customer": table_of(customer_id=np.asarray(self.customers, np.int64))}
        return await view.fetch(statement, params, given)

    async def _of_store(self, view: PinnedView, statement: SelectBase, params: dict[str, Any]) -> pa.Table:
        return await OfStore(view).fetch(statement, params | {"ids": list(self.customers)})


@dataclass(frozen=True)
class OfPage:
    """An engine that gives one customer's rows of those of a page."""

    page: CustomerPage
    customer: int
    stored: bool = False
    name = "page"

    async def fetch(
        self, statement: SelectBase, params: dict[str, Any], tables: dict[str, pa.Table] | None = None
    ) -> pa.Table:
        """The rows of the customer, without its id."""
        assert not tables
        computed, _ = await self.page.computed(statement, params, self.stored)
        rows = computed.value
        of_rows = rows.column("customer_id").to_numpy()
        start, end = np.searchsorted(of_rows, [self.customer, self.customer + 1]) if rows.num_rows else (0, 0)
        return rows.slice(start, end - start).drop_columns(["customer_id"])
