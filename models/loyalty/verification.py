"""What must hold between sales and the ledger of points: every point that paid or was earned is somewhere."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, SelectBase, Subquery, and_, func, or_, select

from models.database import scoped
from models.invariant import Invariant
from models.loyalty.ledger import loyalty_entry, loyalty_lot
from models.loyalty.rewards import loyalty_redemption
from models.sales import payment, refund, sale, total_of
from rules.loyalty.points import EntryType, PointsReason
from rules.loyalty.rewards import RedemptionStatus
from rules.selling import PaymentMethod, SaleStatus

EARNED = (EntryType.EARNED, EntryType.PENDED)
entry = loyalty_entry.c
CHANGE = entry.points + entry.pending_change - entry.owed_change


def points_of_sales() -> Iterator[Invariant]:
    """The rules between sales, refunds and the ledger."""
    yield from _of_refunds()
    yield from _of_payments()
    yield from _of_earning()


def _sums(key: Column[Any], amount: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Subquery:
    """The sums of entries by the sale or the refund that they are of."""
    sums = (key.label("id"), total_of(amount).label("points"))
    return select(*sums).where(scoped(loyalty_entry), key.is_not(None), *conditions).group_by(key).subquery()


def _type_is(types: Sequence[EntryType]) -> ColumnElement[bool]:
    return or_(*(entry.type == type_ for type_ in types))


# ---------------------------------------------------------------- refunds


def _of_refunds() -> Iterator[Invariant]:
    given = _sums(entry.refund_id, entry.points, entry.type == EntryType.RESTORED)
    rule = "points_restored is what the entries of a refund gave back, of each refund"
    yield Invariant(rule, "refund", _differing(given, refund.c.points_restored))
    taken = _sums(entry.refund_id, -CHANGE, entry.type == EntryType.REVERSED)
    rule = "points_taken_back is what the entries of a refund took, of each refund"
    yield Invariant(rule, "refund", _differing(taken, refund.c.points_taken_back))


def _differing(sums: Subquery, kept: Column[int]) -> SelectBase:
    rows = select(refund.c.id).outerjoin(sums, sums.c.id == refund.c.id)
    return rows.where(scoped(refund), kept != func.coalesce(sums.c.points, 0))


# ---------------------------------------------------------------- what paid


def _of_payments() -> Iterator[Invariant]:
    paid = _sums(entry.sale_id, -entry.points, entry.type == EntryType.REDEEMED, entry.reason == PointsReason.PAYMENT)
    codes = _of_codes()
    restored = _restored()
    then = func.coalesce(paid.c.points, 0) + func.coalesce(codes.c.points, 0) - func.coalesce(restored.c.points, 0)
    rows = select(sale.c.id).outerjoin(paid, paid.c.id == sale.c.id).outerjoin(codes, codes.c.id == sale.c.id)
    rows = rows.outerjoin(restored, restored.c.id == sale.c.id)
    stands = sale.c.status != SaleStatus.CANCELLED
    rule = "points_redeemed is what points and codes that paid have cost, less what refunds restored, of each sale"
    yield Invariant(rule, "sale", rows.where(scoped(sale), stands, sale.c.points_redeemed != then))
    by_points = select(payment.c.id).join(sale, sale.c.id == payment.c.sale_id)
    by_points = by_points.outerjoin(paid, paid.c.id == sale.c.id)
    ours = (payment.c.method == PaymentMethod.POINTS, sale.c.recorded_at.is_not(None), paid.c.id.is_(None))
    rule = "points that paid a sale recorded here were taken by an entry"
    yield Invariant(rule, "payment", by_points.where(scoped(payment), *ours))
    used = select(payment.c.id).join(sale, sale.c.id == payment.c.sale_id)
    used = used.join(loyalty_redemption, loyalty_redemption.c.id == payment.c.redemption_id)
    code = loyalty_redemption.c
    elsewhere = or_(code.status != RedemptionStatus.USED, code.sale_id.is_distinct_from(sale.c.id))
    rule = "a code that paid a sale that stands is used on it"
    yield Invariant(rule, "payment", used.where(scoped(payment), stands, elsewhere))


def _of_codes() -> Subquery:
    """What the redemptions that paid each sale have cost."""
    code = loyalty_redemption.c
    sums = (payment.c.sale_id.label("id"), total_of(code.points).label("points"))
    rows = select(*sums).join(loyalty_redemption, code.id == payment.c.redemption_id)
    return rows.where(scoped(payment)).group_by(payment.c.sale_id).subquery()


def _restored() -> Subquery:
    sums = (refund.c.sale_id.label("id"), total_of(refund.c.points_restored).label("points"))
    mine = (scoped(refund), refund.c.sale_id.is_not(None))
    return select(*sums).where(*mine).group_by(refund.c.sale_id).subquery()


# ---------------------------------------------------------------- what was earned


def _of_earning() -> Iterator[Invariant]:
    is_earned = and_(_type_is(EARNED), entry.reason == PointsReason.SALE)
    without = select(loyalty_entry.c.id).where(scoped(loyalty_entry), is_earned)
    rule = "what a sale earned names the sale, and whether at its completing or by which assignment"
    yield Invariant(rule, "loyalty_entry", without.where(or_(entry.sale_id.is_(None), entry.turn.is_(None))))
    last = _last_lots()
    rows = select(sale.c.id).outerjoin(last, last.c.sale_id == sale.c.id)
    rows = rows.outerjoin(loyalty_lot, loyalty_lot.c.id == last.c.lot_id)
    lot = loyalty_lot.c
    elsewhere = or_(lot.id.is_(None), lot.customer_id.is_distinct_from(sale.c.customer_id))
    wrong = and_(sale.c.points_earned > 0, or_(elsewhere, sale.c.points_earned > lot.earned))
    rule = "what a sale earns is in a lot of its customer's, of each sale"
    yield Invariant(rule, "sale", rows.where(scoped(sale), wrong))


def _last_lots() -> Subquery:
    """The last lot that each sale made by earning."""
    c = loyalty_lot.c
    lots = select(c.sale_id, func.max(c.id).label("lot_id"))
    mine = (scoped(loyalty_lot), c.reason == PointsReason.SALE, c.sale_id.is_not(None))
    return lots.where(*mine).group_by(c.sale_id).subquery()
