"""Sales that should not have been."""

from dataclasses import dataclass, replace
from typing import Any, Self

from models.assigning import contacts_along, refunds_along
from models.sales import LONGEST_REASON, sale
from models.touchpoints import touchpoint
from resolvers.happening import happening_now
from resolvers.loyalty.giving_back import on_sale, opened_to_take, referrer_loses, void_points, void_points_of_others
from resolvers.loyalty.sale_points import entered
from resolvers.operation.writing import Write
from resolvers.profiles import join_by_sales
from resolvers.sale_changes import SALE, sale_to_change
from resolvers.sale_statuses import SalePayload, note_status, tell_of_sale
from rules.loyalty.points import PointsReason
from rules.problems import Problems, required_text
from rules.refusals import NotAllowed, NotAllowedReason, WrongStatus
from rules.selling import SaleStatus


@dataclass(frozen=True)
class VoidSale:
    """A sale that should not have been, and why."""

    sale_id: int
    reason: str

    def checked(self, problems: Problems) -> Self:
        """The same, every problem told."""
        return replace(self, reason=required_text(problems, "reason", self.reason, longest=LONGEST_REASON))


async def void_sale(write: Write, asked: VoidSale) -> SalePayload:
    """Cancel a sale from its own day on; its payments stay listed and count nowhere."""
    row = await sale_to_change(write, asked.sale_id, SALE)
    await _refuse_void(write, row)
    status, now = SaleStatus.CANCELLED, happening_now(write)
    on = await on_sale(write, row)
    points = await opened_to_take(write, row, on)
    columns: dict[str, Any] = {"counted_from": None, "voided_reason": asked.reason, "voided_at": write.now}
    if points is not None:
        await void_points(write, points, row, on)
        columns |= {"points_earned": 0, "points_redeemed": 0}
    await write.update(sale, row, status=status, **columns)
    await note_status(write, row, status, now)
    contacts = [one for one in await write.rows(contacts_along(), ids=[row.id]) if not one.is_void]
    await write.update_many(touchpoint, contacts, {"is_void": True})
    await join_by_sales(write, [row.customer_id])
    tell_of_sale(write, "sale.voided", row, status=status)
    changed = await entered(write, points)
    if points is None:
        await referrer_loses(write, row, on, PointsReason.VOID)
    await void_points_of_others(write, row, on)
    return SalePayload(row.id, row.customer_id, changed)


async def _refuse_void(write: Write, row: Any) -> None:
    recorded = None if row.recorded_at is None else row.recorded_at.astimezone(write.zone).date()
    if recorded != write.today and not write.actor.may_manage:
        message = "After the business day on which it was recorded, a manager voids a sale."
        raise NotAllowed(message, NotAllowedReason.TOO_LATE)
    if await write.rows(refunds_along(), ids=[row.id]):
        message = "A sale with refunds is not voided: give back what is left of it."
        raise NotAllowed(message, NotAllowedReason.HAS_FACTS)
    if row.status is SaleStatus.CANCELLED:
        raise WrongStatus("This sale is cancelled already.", row.status)
