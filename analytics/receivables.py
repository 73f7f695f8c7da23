"""What is owed on sales at a day, by its age in days from the business day of the sale.

Owed on a sale that was PARTIAL on that day: total and tax, less what its refunds took off that, and its payments other
than on account.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Integer, SelectBase, Subquery, bindparam, case, func, select

from analytics.copy.engine import Engine, table_of
from analytics.scope import refund, sale
from models import SaleStatusChange
from models.database import table
from models.naming import statement
from models.sales import payment, taken_off, total_of
from rules.selling import PaymentMethod, SaleStatus

change = table(SaleStatusChange)

OLDEST = (0, 30, 60, 90)  # the greatest age of each bucket but the last, which is open


def _partly_paid() -> Subquery:
    """The sales that were PARTIAL at the end of :as_of."""
    known = change.c.business_day <= bindparam("as_of", type_=Integer)
    ever = select(change.c.sale_id).where(known, change.c.status == SaleStatus.PARTIAL)
    latest = (
        select(func.max(change.c.id).label("id"))
        .where(known, change.c.sale_id.in_(ever))
        .group_by(change.c.sale_id)
        .subquery("latest")
    )
    return (
        select(change.c.sale_id)
        .join(latest, latest.c.id == change.c.id)
        .where(change.c.status == SaleStatus.PARTIAL)
        .subquery("partly_paid")
    )


@statement
def unpaid_rests() -> SelectBase:
    """What each customer (null: nobody known) owes on sales of each age bucket, 0 the youngest, at :as_of."""
    as_of = bindparam("as_of", type_=Integer)
    open_sale = _partly_paid()
    paid = (
        select(payment.c.sale_id, total_of(payment.c.amount).label("amount"))
        .where(payment.c.business_day <= as_of, payment.c.method != PaymentMethod.CREDIT)
        .group_by(payment.c.sale_id)
        .subquery("paid")
    )
    returned = (
        select(refund.c.sale_id, total_of(taken_off()).label("amount"))
        .where(refund.c.business_day <= as_of)
        .group_by(refund.c.sale_id)
        .subquery("returned")
    )
    rest = sale.c.total + sale.c.tax - func.coalesce(paid.c.amount, 0) - func.coalesce(returned.c.amount, 0)
    age = as_of - sale.c.business_day
    rests = (
        select(
            sale.c.customer_id,
            case(*((age <= oldest, i) for i, oldest in enumerate(OLDEST)), else_=len(OLDEST)).label("bucket"),
            rest.label("amount"),
        )
        .join(open_sale, open_sale.c.sale_id == sale.c.id)
        .outerjoin(paid, paid.c.sale_id == sale.c.id)
        .outerjoin(returned, returned.c.sale_id == sale.c.id)
        .where(sale.c.business_day <= as_of, sale.c.status != SaleStatus.CANCELLED, rest > 0)  # voided: on no day
        .subquery("rests")
    )
    return (
        select(rests.c.customer_id, rests.c.bucket, total_of(rests.c.amount).label("amount"))
        .group_by(rests.c.customer_id, rests.c.bucket)
        .order_by(rests.c.customer_id, rests.c.bucket)
    )


@dataclass(frozen=True)
class Receivables:
    """What is owed by bucket of age, in minor units, and by whom: `members` are customer_id, revenue (the debt)."""

    by_age: tuple[int, ...]
    members: pa.Table

    @property
    def total(self) -> int:
        """All that is owed."""
        return sum(self.by_age)

    def owed_by(self, customers: Sequence[int]) -> list[int]:
        """What each of some customers owes, in minor units."""
        owing, owed = (self.members.column(name).to_numpy() for name in ("customer_id", "revenue"))
        amounts: dict[int, int] = dict(zip(owing.tolist(), owed.tolist(), strict=True))
        return [amounts.get(id_, 0) for id_ in customers]


async def receivables_at(engine: Engine, as_of: int) -> Receivables:
    """What is owed on sales at the end of a day."""
    rows = await engine.fetch(unpaid_rests(), {"as_of": as_of})
    bucket, amount = (rows.column(name).to_numpy().astype(np.int64) for name in ("bucket", "amount"))
    by_age = tuple(int(amount[bucket == i].sum()) for i in range(len(OLDEST) + 1))
    is_known = rows.column("customer_id").is_valid().to_numpy()
    customers = rows.column("customer_id").drop_null().to_numpy()
    return Receivables(by_age, _by_customer(customers.astype(np.int64), amount[is_known]))


def _by_customer(customers: NDArray[np.int64], amount: NDArray[np.int64]) -> pa.Table:
    found, position = np.unique(customers, return_inverse=True)
    owed = np.zeros(len(found), np.int64)
    np.add.at(owed, position, amount)
    return table_of(customer_id=found, revenue=owed)
