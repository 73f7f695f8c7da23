"""Keeps what is summed over a whole business within what its columns hold, whatever a file says."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.drafts import Drafted, SaleDraft
from ingest.values import BIGGEST
from models import Refund, Sale, SaleItem
from models.database import scoped, table

sale, item, refund = table(Sale), table(SaleItem), table(Refund)
ROOM = 0.99  # of what a column holds: the sums kept here are floating


@cache
def _sums() -> Select[Any]:
    money = select(func.sum(cast(sale.c.subtotal, Float) + cast(sale.c.tax, Float))).where(scoped(sale))
    back = select(func.sum(cast(refund.c.amount, Float) + cast(refund.c.tax, Float))).where(scoped(refund))
    earned = select(func.sum(func.abs(cast(item.c.profit, Float)))).where(scoped(item))
    sold = select(func.sum(cast(item.c.quantity, Float))).where(scoped(item))
    sums = {"money": money, "back": back, "sold": sold, "earned": earned}
    columns: list[ColumnElement[Any]] = [of.scalar_subquery().label(name) for name, of in sums.items()]
    return select(*columns)


@dataclass
class SumCeilings:
    """What a business has sold so far, in minor units and millionths, and what it earned or lost by it."""

    money: float = 0.0
    sold: float = 0.0
    earned: float = 0.0

    async def read(self, connection: AsyncConnection, business_id: int) -> None:
        """Begin with what is stored."""
        row = (await connection.execute(_sums(), {"business": business_id})).one()
        self.money, self.sold = (row.money or 0.0) + (row.back or 0.0), row.sold or 0.0
        self.earned = row.earned or 0.0

    def over(self, draft: Drafted) -> str | None:
        """Add a fact, or say why it would make sums that nothing could hold."""
        is_sale = isinstance(draft, SaleDraft)
        money = self.money + (draft.subtotal + draft.tax if is_sale else draft.amount + draft.tax)
        sold = self.sold + (sum(line.quantity for line in draft.items) if is_sale else 0)
        earned = self.earned + (sum(abs(line.profit or 0) for line in draft.items) if is_sale else 0)
        if money > BIGGEST * ROOM:
            return "with this amount the sales of the business could no longer be summed: is the column an amount?"
        if sold > BIGGEST * ROOM:
            return "with this quantity the sales of the business could no longer be summed: is the column a quantity?"
        if earned > BIGGEST * ROOM:
            return "with this cost the profit of the business could no longer be summed: is the column a cost?"
        self.money, self.sold, self.earned = money, sold, earned
        return None
