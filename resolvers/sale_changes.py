"""Sales whose status changes: by what was agreed, and by what is paid."""

from dataclasses import dataclass
from typing import Any

from models.refunding import sales_to_change
from models.sales import sale
from resolvers.credit import refuse_beyond_limit
from resolvers.happening import Happening, happening_now
from resolvers.loyalty.sale_points import (
    SaleMoment,
    SalePoints,
    buyer_of_before,
    completed,
    earning_of,
    entered,
    joined_by_sale,
    opened_buyer,
)
from resolvers.operation.writing import Write, small
from resolvers.profiles import join_by_sales
from resolvers.sale_campaigns import tell_campaign
from resolvers.sale_statuses import SalePayload, note_status, rest_of
from resolvers.sold_sales import sold_sale
from rules.problems import Problems
from rules.refusals import InputProblemCode, NotFound, WrongStatus
from rules.selling import COUNTED, SaleStatus, day_counted_from, status_by_rest

SALE = ("sale",)


@dataclass(frozen=True)
class UpdateSaleStatus:
    """A sale, and the status that it is to have."""

    sale_id: int
    status: SaleStatus


@small
async def update_sale_status(write: Write, asked: UpdateSaleStatus) -> SalePayload:
    """Bring a sale to another status."""
    row = await sale_to_change(write, asked.sale_id, SALE)
    changed = 0
    if asked.status is row.status:
        return SalePayload(row.id, row.customer_id)
    now, rest = happening_now(write), rest_of(row)
    if row.status is SaleStatus.PENDING and asked.status is SaleStatus.CANCELLED:
        await bring_to(write, row, SaleStatus.CANCELLED, now)
    elif row.status is SaleStatus.PENDING and asked.status in (SaleStatus.COMPLETED, SaleStatus.PARTIAL):
        await refuse_rest(write, row, rest, "status")
        changed = await bring_to(write, row, status_by_rest(rest), now)
    elif row.status is SaleStatus.PARTIAL and asked.status is SaleStatus.COMPLETED and not rest:
        changed = await bring_to(write, row, SaleStatus.COMPLETED, now)
    else:
        raise WrongStatus(_what_is_right(row.status), row.status)
    return SalePayload(row.id, row.customer_id, changed)


def _what_is_right(status: SaleStatus) -> str:
    moves = {
        SaleStatus.PENDING: "it becomes COMPLETED, PARTIAL or CANCELLED",
        SaleStatus.PARTIAL: "it becomes COMPLETED by what is paid or refunded",
    }
    return f"This sale is {status}: {moves.get(status, 'that stays, but for refunds and voids')}."


# ---------------------------------------------------------------- what other operations do with a sale


async def sale_to_change(write: Write, id_: int, path: tuple[str, ...]) -> Any:
    """The stored row of a sale."""
    return await write.one(sales_to_change(), NotFound("There is no such sale.", path), ids=[id_])


async def refuse_rest(write: Write, row: Any, rest: int, *path: str) -> None:
    """Refuse that a sale begins to count with a rest that nobody owes, or that its customer may not owe."""
    if not rest:
        return
    if row.customer_id is not None:
        await refuse_beyond_limit(write, row.customer_id, rest)
        return
    problems = Problems()
    message = "Nobody is there to owe the rest: give the sale to a customer before, or take all that is due."
    problems.add(path, InputProblemCode.OUT_OF_RANGE, message)
    problems.raise_if_any()


async def bring_to(write: Write, row: Any, status: SaleStatus, when: Happening, **columns: Any) -> int:
    """Let a sale have another status from a day on, and these columns; where it begins to count, that follows too.

    One that becomes COMPLETED earns. What became of its customer's points is answered.
    """
    begins = status in COUNTED and row.status not in COUNTED
    counted = {"counted_from": day_counted_from(status, when.day)} if begins else {}
    points, earned = await _earned(write, row, status, when)
    await write.update(sale, row, status=status, points_earned=earned, **counted, **columns)
    await note_status(write, row, status, when)
    if begins:
        await join_by_sales(write, [row.customer_id])
        await tell_campaign(write, row)
    return await entered(write, points)


async def _earned(write: Write, row: Any, status: SaleStatus, when: Happening) -> tuple[SalePoints | None, int]:
    """The points of a sale's customer, where they or its tier may change, and what the sale earns it."""
    buyer = await buyer_of_before(write, row.customer_id) if status in COUNTED else None
    if buyer is None:
        return None, row.points_earned
    completes = status is SaleStatus.COMPLETED
    if completes:
        buyer = await joined_by_sale(write, buyer, SaleMoment(row.occurred_at, row.business_day))
    points = await opened_buyer(write, buyer, needs_tier_only=not completes)
    if points is None or not completes:
        return points, row.points_earned
    of = await sold_sale(write, row)
    refunded = of.refunded()
    earned = await completed(write, points, earning_of(of, when.day, refunded=refunded))
    return points, row.points_earned if earned is None else earned.left(refunded)
