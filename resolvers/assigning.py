"""Sales given to a customer, or taken from the wrong one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from models.assigning import contacts_along, payments_along, payouts_along, refunds_along
from models.loyalty.sales import last_completed
from models.sales import payment, refund, sale
from models.touchpoints import touchpoint
from resolvers.credit import refuse_beyond_limit
from resolvers.identities import customer_named
from resolvers.loyalty.giving_back import ProgramOnSale, on_sale, opened_to_take, referrer_loses, take_from_holder
from resolvers.loyalty.sale_points import SalePoints, buying_member, completed, earning_of, entered, opened_buyer
from resolvers.operation.writing import Write
from resolvers.profiles import join_by_sales
from resolvers.sale_campaigns import tell_campaign
from resolvers.sale_changes import SALE, sale_to_change
from resolvers.sale_statuses import SalePayload, rest_of, tell_of_sale
from resolvers.sold_sales import sold_sale
from rules.loyalty.points import PointsReason
from rules.refusals import NotAllowed, NotAllowedReason, WrongStatus
from rules.selling import COUNTED, SaleStatus

EARNS = (SaleStatus.COMPLETED, SaleStatus.REFUNDED)


@dataclass(frozen=True)
class AssignSale:
    """A sale, and whose it is; None: nobody's."""

    sale_id: int
    customer_id: int | None = None


class GoingAlong(NamedTuple):
    """What goes along with a sale: its refunds, payments and contacts, and what refunds paid to the account."""

    refunds: Sequence[Any]
    payments: Sequence[Any]
    payouts: Sequence[Any]
    contacts: Sequence[Any]


async def assign_sale(write: Write, asked: AssignSale) -> SalePayload:
    """Let a sale, with all that goes along with it, be another customer's or nobody's."""
    row = await sale_to_change(write, asked.sale_id, SALE)
    if asked.customer_id is not None:
        await customer_named(write, asked.customer_id, ("customer",))
    along = await _along(write, row.id)
    rest = rest_of(row) if row.status is SaleStatus.PARTIAL else 0
    if asked.customer_id is None and (rest or along.payouts) and row.customer_id is not None:
        message = "Something of it stands on the customer's account: settle that before it is nobody's."
        raise NotAllowed(message, NotAllowedReason.OPEN_BALANCE)
    on = await on_sale(write, row)
    if on.is_spent and asked.customer_id != row.customer_id:
        message = "Points or a code paid it: void it, and record it for the other customer."
        raise NotAllowed(message, NotAllowedReason.POINTS_SPENT)
    if row.status is SaleStatus.CANCELLED:
        raise WrongStatus("A cancelled sale stays whose it is.", row.status)
    if asked.customer_id == row.customer_id:
        return SalePayload(row.id, row.customer_id)
    if asked.customer_id is not None and rest:
        await refuse_beyond_limit(write, asked.customer_id, rest - sum(one.amount for one in along.payouts))
    before = await opened_to_take(write, row, on)
    if before is not None:
        await take_from_holder(write, before, row, on)
    await write.update(sale, row, customer_id=asked.customer_id, points_earned=0)
    await _move(write, along, asked.customer_id)
    await entered(write, before)
    if before is None:
        await referrer_loses(write, row, on, PointsReason.ASSIGNMENT)
    after, earned = await _earned(write, row, on, asked.customer_id)
    await join_by_sales(write, [row.customer_id, asked.customer_id])
    now = await sale_to_change(write, row.id, SALE)
    await write.update(sale, now, points_earned=earned)
    if not along.contacts and now.status in COUNTED:
        await tell_campaign(write, now)
    tell_of_sale(write, "sale.assigned", now, status=now.status)
    return SalePayload(row.id, asked.customer_id, await entered(write, after))


async def _earned(write: Write, row: Any, on: ProgramOnSale, customer_id: int | None) -> tuple[SalePoints | None, int]:
    """The points of a sale's new customer, and what the sale earns it on what its refunds left."""
    buyer = await buying_member(write, customer_id) if row.status in COUNTED else None
    points = None if buyer is None else await opened_buyer(write, buyer, needs_tier_only=row.status not in EARNS)
    if points is None or row.status not in EARNS:
        return points, 0
    (last,) = await write.rows(last_completed(), ids=[row.id])
    of = await sold_sale(write, row)
    refunded = of.refunded()
    day = row.business_day if last.day is None else last.day
    earning = earning_of(of, day, turn=on.next_turn, refunded=refunded)
    earned = await completed(write, points, earning)
    return points, 0 if earned is None else earned.left(refunded)


async def _along(write: Write, sale_id: int) -> GoingAlong:
    refunds, ids = await write.rows(refunds_along(), ids=[sale_id]), [sale_id]
    payouts = await write.rows(payouts_along(), ids=[one.id for one in refunds]) if refunds else ()
    payments = await write.rows(payments_along(), ids=ids)
    return GoingAlong(refunds, payments, payouts, await write.rows(contacts_along(), ids=ids))


async def _move(write: Write, along: GoingAlong, customer_id: int | None) -> None:
    owner = {"customer_id": customer_id}
    await write.update_many(refund, along.refunds, owner)
    await write.update_many(payment, [*along.payments, *along.payouts], owner)
    contact = {"is_void": True} if customer_id is None else {**owner, "is_void": False}
    await write.update_many(touchpoint, along.contacts, contact)
