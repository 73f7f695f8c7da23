"""What a refund, a void or an assignment does to points: what paid is restored, then what was earned is taken back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from models.loyalty.rewards import loyalty_redemption
from models.loyalty.sales import (
    lots_of_sales,
    points_for_redemptions,
    points_that_paid,
    redemptions_on_sales,
)
from resolvers.loyalty.issuing import cancel
from resolvers.loyalty.joining import membership_of
from resolvers.loyalty.ledger import EntrySaid, give_back, with_lots
from resolvers.loyalty.referring import bonus_back, referrals_lost, referrer_back
from resolvers.loyalty.sale_points import (
    LostReferral,
    SaleMoment,
    SalePoints,
    buyer_of_before,
    entered,
    is_erased,
    joined_by_sale,
    of_kept,
    opened,
    opened_member,
)
from resolvers.loyalty.tiering import names_sales, program_of_business
from resolvers.operation.writing import Write
from rules.days import day_number
from rules.loyalty.paying import points_back
from rules.loyalty.points import PointsReason
from rules.loyalty.referral import ReferredSale
from rules.loyalty.rewards import RedemptionStatus
from rules.loyalty.taking_back import TakenPoints, take_back_earned
from rules.selling import due

WORDS = {
    PointsReason.REFUND: "Goods given back",
    PointsReason.VOID: "The sale was voided",
    PointsReason.ASSIGNMENT: "The sale is another customer's",
}


class PaidPoints(NamedTuple):
    """Points that paid a sale: the entry that took them, and the redemption that they were for."""

    entry_id: int
    points: int
    redemption_id: int | None = None


class ProgramOnSale(NamedTuple):
    """What the program has of a sale: the lots that it made, the points that paid it, the redemptions used on it."""

    lots: Sequence[Any] = ()
    paid: Sequence[PaidPoints] = ()
    redemptions: Sequence[Any] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing of it."""
        return not (self.lots or self.paid or self.redemptions)

    @property
    def is_spent(self) -> bool:
        """Whether points or a redemption were used on it."""
        return bool(self.paid or self.redemptions)

    @property
    def next_turn(self) -> int:
        """The number of the next customer to whom it goes, among those whom it earned something."""
        return 1 + sum(lot.reason is PointsReason.SALE for lot in self.lots)

    def earned_lot(self, row: Any) -> Any:
        """The lot of what the sale earned its customer, None where it has earned nothing that is left."""
        mine = [lot for lot in self.lots if lot.reason is PointsReason.SALE]
        return mine[-1] if mine and row.points_earned else None


NOTHING = ProgramOnSale()


class PointsBack(NamedTuple):
    """What a refund did: points restored, points that the entries took back, and what the sale then has earned."""

    restored: int
    taken: int
    earned: int


async def on_sale(write: Write, row: Any) -> ProgramOnSale:
    """What the program has of a sale; where nobody ever used a program it is not asked."""
    if not write.business.program_revision:
        return NOTHING
    ids = [row.id]
    lots = await write.rows(lots_of_sales(), ids=ids)
    if not row.points_redeemed and row.recorded_at is None:  # what was imported was never paid in points
        return ProgramOnSale(lots)
    paid = [PaidPoints(one.id, -one.points) for one in await write.rows(points_that_paid(), ids=ids)]
    redemptions = await write.rows(redemptions_on_sales(), ids=ids)
    worth = [one.id for one in redemptions if one.value]
    if worth:
        rows = await write.rows(points_for_redemptions(), ids=worth)
        paid += [PaidPoints(one.id, -one.points, one.redemption_id) for one in rows]
    return ProgramOnSale(lots, paid, redemptions)


async def opened_to_take(write: Write, row: Any, on: ProgramOnSale, *, joins: bool = False) -> SalePoints | None:
    """The points of a sale's customer, before something of the sale is taken back; None where nothing is to be.

    With `joins` the sale completes by what is written: it may earn, and make who never was a member one.
    """
    if row.customer_id is None or not write.business.program_revision:
        return None
    buyer = await buyer_of_before(write, row.customer_id) if joins else None
    if buyer is not None:
        joined = await joined_by_sale(write, buyer, SaleMoment(row.occurred_at, row.business_day))
        return None if joined.row is None else await opened_member(write, joined, may_fall=True)
    member = await membership_of(write, row.customer_id)
    if member is None or await is_erased(write, member.customer_id, member):
        return None
    program = await program_of_business(write)
    if on.is_empty and not names_sales(program.tiers):
        return None
    return await opened(write, member, program, may_fall=True)


# ---------------------------------------------------------------- refunds


class RefundSteps(NamedTuple):
    """How far a sale was refunded before and after a refund, with tax, and what of each line's money is back then."""

    refund_id: int
    before: int
    after: int
    lines: Mapping[int, int]


async def refund_points(write: Write, of: SalePoints, row: Any, on: ProgramOnSale, steps: RefundSteps) -> PointsBack:
    """Restore what a refund gives back of the points that paid, then take back what is no longer earned."""
    restored = 0
    for paid in on.paid:
        whole = due(row.total, row.tax)
        points = points_back(paid.points, before=steps.before, after=steps.after, due=whole)
        restored += await _restore(write, of, paid, points, PointsReason.REFUND, row.id, steps.refund_id)
    taken, left = 0, row.points_earned
    lot = on.earned_lot(row)
    if lot is not None:
        left = of_kept(lot.earned_by, write.exponent).left(steps.lines)
        taken = await _take(write, of, lot, row.points_earned - left, PointsReason.REFUND, row.id, steps.refund_id)
    after = ReferredSale(row.total, sum(steps.lines.values()))
    await _lose_referrals(write, of, row, on, PointsReason.REFUND, after)
    return PointsBack(restored, taken, left)


async def _lose_referrals(  # noqa: PLR0913  what is lost, of whom, and why
    write: Write, of: SalePoints, row: Any, on: ProgramOnSale, reason: PointsReason, after: ReferredSale | None = None
) -> None:
    """Take back the bonuses of a referral that the sale rewards no more; `after` is the sale after a refund."""
    of.lost = await _lost(write, row, on, reason, after)
    if any(one.referral.referred_points for one in of.lost):
        await bonus_back(write, of.points, list(on.lots), reason, row.id)


async def referrer_loses(
    write: Write, row: Any, on: ProgramOnSale, reason: PointsReason, after: ReferredSale | None = None
) -> None:
    """Take back the bonus of who referred the buyer of a sale, of whom nothing is taken: an erased one, say."""
    for one in await _lost(write, row, on, reason, after):
        await referrer_back(write, one.referral, one.lots, one.reason)


async def _lost(
    write: Write, row: Any, on: ProgramOnSale, reason: PointsReason, after: ReferredSale | None
) -> list[LostReferral]:
    lots = list(on.lots)
    if not any(lot.reason is PointsReason.REFERRAL for lot in lots):
        return []
    return [LostReferral(one, lots, reason) for one in await referrals_lost(write, row.id, after)]


async def _restore(  # noqa: PLR0913  what is restored, of what, and why
    write: Write,
    of: SalePoints,
    paid: PaidPoints,
    points: int,
    reason: PointsReason,
    sale_id: int,
    refund_id: int | None,
) -> int:
    if points > 0:
        await give_back(write, of.points, paid.entry_id, points, reason)
        said = EntrySaid(WORDS[reason], sale_id=sale_id, refund_id=refund_id, redemption_id=paid.redemption_id)
        of.points.say(said)
    return max(points, 0)


async def _take(  # noqa: PLR0913  what is taken, of what, and why
    write: Write, of: SalePoints, lot: Any, fall: int, reason: PointsReason, sale_id: int, refund_id: int | None = None
) -> int:
    """Take back points of a lot; what the entry took."""
    if fall <= 0:
        return 0
    await with_lots(write, of.points, [lot.id])
    account = of.points.account
    kept = account.lots[lot.id]
    policy = of.settings.refund_policy
    taken = take_back_earned(account, kept, fall, policy=policy, reason=reason, of_others=not kept.is_closed)
    of.points.say(EntrySaid(_in_words(reason, taken), sale_id=sale_id, refund_id=refund_id))
    return taken.by_entry


def _in_words(reason: PointsReason, taken: TakenPoints) -> str:
    """Why, and what of it had gone already or was forgiven."""
    gone = f", {taken.gone} had expired already" if taken.gone else ""
    dropped = f", {taken.dropped} forgiven" if taken.dropped else ""
    return f"{WORDS[reason]}{gone}{dropped}"


# ---------------------------------------------------------------- voids and assignments


async def take_from_holder(write: Write, of: SalePoints, row: Any, on: ProgramOnSale) -> None:
    """Take back all that a sale earned who had it, because it is another customer's."""
    lot = on.earned_lot(row)
    if lot is not None:
        await _take(write, of, lot, row.points_earned, PointsReason.ASSIGNMENT, row.id)
    await _lose_referrals(write, of, row, on, PointsReason.ASSIGNMENT)


async def void_points(write: Write, of: SalePoints, row: Any, on: ProgramOnSale) -> None:
    """Restore the points that paid a sale, let its codes be good again, then take back what it earned."""
    for paid in on.paid:
        if paid.redemption_id is None:
            await _restore(write, of, paid, paid.points, PointsReason.VOID, row.id, None)
    for redemption in on.redemptions:
        await _redemption_back(write, of, redemption, row.id)
    lot = on.earned_lot(row)
    if lot is not None:
        await _take(write, of, lot, row.points_earned, PointsReason.VOID, row.id)
    for given in on.lots:
        if given.reason is PointsReason.MANUAL and given.customer_id == row.customer_id:
            await _take(write, of, given, given.earned, PointsReason.VOID, row.id)
    await _lose_referrals(write, of, row, on, PointsReason.VOID)


async def void_points_of_others(write: Write, row: Any, on: ProgramOnSale) -> None:
    """Take back the points that were given by hand for a sale to others than whose it is now."""
    given = [lot for lot in on.lots if lot.reason is PointsReason.MANUAL and lot.customer_id != row.customer_id]
    for customer_id in dict.fromkeys(lot.customer_id for lot in given):
        member = await membership_of(write, customer_id)
        if await is_erased(write, customer_id, member):
            continue
        of = await opened(write, member, may_fall=True)
        for lot in given:
            if lot.customer_id == customer_id:
                await _take(write, of, lot, lot.earned, PointsReason.VOID, row.id)
        await entered(write, of)


async def _redemption_back(write: Write, of: SalePoints, redemption: Any, sale_id: int) -> None:
    """Let a used redemption be ISSUED again; where its days are over it is cancelled, and its points come back."""
    unused = {"used_at": None, "used_by": None, "sale_id": None, "storefront_id": None}
    if redemption.expires_on >= day_number(write.today):
        await write.update(loyalty_redemption, redemption, status=RedemptionStatus.ISSUED, **unused)
        return
    await write.update(loyalty_redemption, redemption, **unused)
    await cancel(write, of.points, redemption)
    of.points.say(EntrySaid(WORDS[PointsReason.VOID], sale_id=sale_id, redemption_id=redemption.id))
