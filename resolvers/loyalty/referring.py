"""Referrals: the bonuses of who was referred and of who referred, by the first sale that reaches what it has to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from models.customers import customer_rows
from models.loyalty.members import membership_rows
from models.loyalty.referrals import (
    customers_invited,
    loyalty_referral,
    member_with_code,
    named_too_late,
    others_completed,
    referral_sums,
    referrals_by_sales,
    rewarded_in_year,
)
from models.sales import first_purchases_of
from resolvers.identities import kept_one
from resolvers.loyalty.joining import membership_of
from resolvers.loyalty.ledger import EntrySaid, OpenPoints, enter, new_lot_id, open_points, with_lots
from resolvers.operation.context import Context
from resolvers.operation.writing import Write
from rules.codes import read_code
from rules.days import date_of
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.members import MemberStatus
from rules.loyalty.points import PointsReason
from rules.loyalty.referral import ReferredSale, is_referral, referrer_bonus, share_address
from rules.loyalty.standing import LoyaltyProgram
from rules.loyalty.taking_back import take_back_earned

BONUS, BACK = "Bonus of a referral", "The sale that earned the bonus of a referral is taken back"


@dataclass(frozen=True)
class ReferralSummary:
    """What came of a member's referrals; a bonus that was taken back counts no more."""

    invited: Annotated[int, "How many customers it referred."]
    rewarded: Annotated[int, "How many of them have bought what earns the bonus."]
    points_earned: int


@dataclass(frozen=True)
class Referral:
    """A referral that a sale rewards: the membership of who referred, and what both get on the sale's day."""

    sale_id: int
    customer_id: int
    referrer: Any
    program: LoyaltyProgram
    day: int
    referrer_points: int


# ---------------------------------------------------------------- bonuses


async def referred(write: Write, points: OpenPoints, sale_id: int, sale: ReferredSale, day: int) -> Referral | None:
    """Give the buyer of a sale the bonus of who was referred, where it is the first that reaches it; None where not."""
    program, customer_id = points.tiering.program, points.member.customer_id
    settings = program.settings
    if not (settings.referrer_points or settings.referred_points):
        return None
    if not is_referral(sale, settings.referral_min_sale):
        return None
    referrer = await _referrer(write, customer_id)
    if referrer is None:
        return None
    least = settings.referral_min_sale
    if await write.rows(others_completed(), customer=customer_id, sale=sale_id, least=least):
        return None
    year = date_of(day).year
    (counted,) = await write.rows(rewarded_in_year(), customer=referrer.customer_id, year=year)
    bonus = referrer_bonus(settings.referrer_points, this_year=counted.count, most_a_year=settings.referrals_per_year)
    await _credit(write, points, settings.referred_points, sale_id, day)
    return Referral(sale_id, customer_id, referrer, program, day, bonus)


async def rewarded(write: Write, referral: Referral) -> None:
    """Give the bonus of who referred, once that of who was referred is written, and keep both."""
    settings, referrer_id = referral.program.settings, referral.referrer.customer_id
    values = {"customer_id": referral.customer_id, "referrer_id": referrer_id, "sale_id": referral.sale_id}
    gets = {"referrer_points": referral.referrer_points, "referred_points": settings.referred_points}
    terms = {"year": date_of(referral.day).year, "least": settings.referral_min_sale, "is_over": False}
    await write.insert(loyalty_referral, **values, **gets, **terms)
    points = await open_points(write, referral.referrer, referral.program)
    await _credit(write, points, referral.referrer_points, referral.sale_id, referral.day)
    await enter(write, points)


async def _credit(write: Write, points: OpenPoints, amount: int, sale_id: int, day: int) -> None:
    if amount:
        credit = PointsCredit(await new_lot_id(write, points), amount, PointsReason.REFERRAL, day, sale_id=sale_id)
        credit_points(points.account, points.tiering.program.settings, credit)
        points.say(EntrySaid(BONUS, sale_id=sale_id))


async def _referrer(write: Write, customer_id: int) -> Any:
    """The membership of who referred a customer, where it counts: active, of another household, named in time."""
    (buyer,) = await write.rows(customer_rows(), ids=[customer_id])
    if buyer.referrer_id is None or buyer.referrer_id == customer_id:
        return None
    (row,) = await write.rows(customer_rows(), ids=[buyer.referrer_id])
    if row.is_erased or row.merged_into_id is not None or share_address(buyer, row):
        return None
    if await write.rows(named_too_late(), customer=customer_id, referrer=row.id):
        return None
    member = await membership_of(write, row.id)
    return member if member is not None and member.status is MemberStatus.ACTIVE else None


# ---------------------------------------------------------------- taken back


async def referrals_lost(write: Write, sale_id: int, after: ReferredSale | None) -> list[Any]:
    """The referrals as stored that a sale has rewarded and does no more; `after` None: it is void, or another's."""
    rows = await write.rows(referrals_by_sales(), ids=[sale_id])
    return [row for row in rows if after is None or not is_referral(after, row.least)]


async def bonus_back(write: Write, points: OpenPoints, lots: list[Any], reason: PointsReason, sale_id: int) -> None:
    """Take back the bonus that a member had by a sale; `lots` are those that the sale made."""
    mine = [lot for lot in lots if lot.reason is PointsReason.REFERRAL and lot.customer_id == points.member.customer_id]
    if not mine:
        return
    await with_lots(write, points, [mine[-1].id])
    lot, policy = points.account.lots[mine[-1].id], points.tiering.program.settings.refund_policy
    take_back_earned(points.account, lot, lot.earned, policy=policy, reason=reason, of_others=not lot.is_closed)
    points.say(EntrySaid(BACK, sale_id=sale_id))


async def referrer_back(write: Write, referral: Any, lots: list[Any], reason: PointsReason) -> None:
    """Take back the bonus of who referred, and let the referral count no more: its place in the year is free."""
    await write.update(loyalty_referral, referral, is_over=True)
    member = await membership_of(write, referral.referrer_id)
    (row,) = await write.rows(customer_rows(), ids=[referral.referrer_id])
    if member is None or row.is_erased or not referral.referrer_points:
        return
    points = await open_points(write, member)
    await bonus_back(write, points, lots, reason, referral.sale_id)
    await enter(write, points)


# ---------------------------------------------------------------- who is named


async def note_late_referrer(write: Write, row: Any, referrer_id: int | None) -> None:
    """Keep that a referrer was named after the first purchase, so that it never counts."""
    if referrer_id is None or referrer_id == row.referrer_id:
        return
    if not await write.rows(first_purchases_of(), ids=[row.id]):
        return
    if await write.rows(named_too_late(), customer=row.id, referrer=referrer_id):
        return
    values = {"customer_id": row.id, "referrer_id": referrer_id, "sale_id": None, "is_over": True}
    nothing = dict.fromkeys(("least", "referrer_points", "referred_points"), 0)
    await write.insert(loyalty_referral, **values, **nothing, year=write.today.year)


async def referrer_by_code(write: Write, code: str | None) -> int | None:
    """Whose referral code it is; an unknown one is ignored."""
    rows = await write.rows(member_with_code(), code=read_code(code)) if code else ()
    return await kept_one(write, rows[0].customer_id) if rows else None


# ---------------------------------------------------------------- read


async def referrals_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[ReferralSummary | None]:
    """What came of the referrals of each customer, None where it never was a member."""
    keys = list(ids)
    members = {row.customer_id for row in await context.reader.stored(membership_rows(), {"ids": keys})}
    invited = {row.id: row.invited for row in await context.reader.rows(customers_invited(), ids=keys)}
    sums = {row.id: row for row in await context.reader.rows(referral_sums(), ids=keys)}

    def summary(id_: int) -> ReferralSummary:
        had = sums.get(id_)
        return ReferralSummary(invited.get(id_, 0), had.rewarded if had else 0, int(had.points) if had else 0)

    return [summary(id_) if id_ in members else None for id_ in ids]
