"""What a sale does to the points of its customer: opened before the sale is written, entered after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from models.customers import customer_rows
from models.loyalty.earning import earning_rule_rows
from resolvers.loyalty.earning import earning_boost
from resolvers.loyalty.joining import join_program, membership_of
from resolvers.loyalty.ledger import EntrySaid, OpenPoints, enter, new_lot_id, open_points
from resolvers.loyalty.referring import Referral, referred, referrer_back, rewarded
from resolvers.loyalty.tiering import counts_today, demote_tier, names_sales, program_of_business
from resolvers.operation.writing import Write
from resolvers.sold_sales import RefundedSale
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.earning import EarnedLine, EarnedPoints, EarningLine, EarningSale, points_of_sale
from rules.loyalty.members import MemberStatus
from rules.loyalty.points import PointsReason, PointsSums
from rules.loyalty.referral import ReferredSale
from rules.loyalty.settings import JoinPolicy, ProgramSettings
from rules.loyalty.standing import LoyaltyProgram
from rules.loyalty.tiers import ProgramTier, TierCounts, base_tier
from rules.selling import due, shares


class SaleMoment(NamedTuple):
    """When a sale was, for who joins by it."""

    at: datetime
    day: int


class BuyingMember(NamedTuple):
    """Who buys where the program is on: its stored membership, None where it never was a member."""

    customer_id: int
    row: Any
    program: LoyaltyProgram
    has_joined: bool = False


class SoldLine(NamedTuple):
    """A line of a sale: what it came to, and whether it earns."""

    total: int
    category: str | None
    is_product: bool
    earns_points: bool


class SaleEarning(NamedTuple):
    """A sale that earns: `refunded` is the money of each line, by its place, that refunds took before."""

    sale_id: int
    sale: EarningSale
    lines: Sequence[EarningLine]
    completed_on: int
    refunded: Mapping[int, int] = {}
    turn: int = 0


class LostReferral(NamedTuple):
    """A referral that a sale rewards no more, the lots of that sale, and why."""

    referral: Any
    lots: list[Any]
    reason: PointsReason


@dataclass
class SalePoints:
    """The points of a sale's customer in a write: its sums, its tier and what counted towards that before."""

    points: OpenPoints
    before: PointsSums
    tier: ProgramTier
    counted: TierCounts | None = None
    has_joined: bool = False
    referral: Referral | None = None
    lost: Sequence[LostReferral] = ()

    @property
    def settings(self) -> ProgramSettings:
        """The settings of the program."""
        return self.points.tiering.program.settings

    @property
    def is_active(self) -> bool:
        """Whether the customer takes part in the program."""
        return self.points.member.status is MemberStatus.ACTIVE

    @property
    def changed(self) -> int:
        """Points + pending - owed, less before."""
        after = self.points.account.sums
        return (after.points + after.pending - after.owed) - (
            self.before.points + self.before.pending - self.before.owed
        )


# ---------------------------------------------------------------- opened and entered


async def buying_member(write: Write, customer_id: int | None) -> BuyingMember | None:
    """Who buys, where the program is on and somebody does."""
    if customer_id is None or not write.program_is_on:
        return None
    return BuyingMember(customer_id, await membership_of(write, customer_id), await program_of_business(write))


async def buyer_of_before(write: Write, customer_id: int | None) -> BuyingMember | None:
    """Who bought a sale that is changed now; None too where it was erased since, to whom nothing is given."""
    buyer = await buying_member(write, customer_id)
    return None if buyer is None or await is_erased(write, buyer.customer_id, buyer.row) else buyer


async def is_erased(write: Write, customer_id: int, member: Any) -> bool:
    """Whether a customer was erased, which ends its membership: one that has not ended tells without a look."""
    if member is not None and member.status is not MemberStatus.LEFT:
        return False
    (row,) = await write.rows(customer_rows(), ids=[customer_id])
    return row.is_erased


async def joined_by_sale(write: Write, member: BuyingMember, moment: SaleMoment) -> BuyingMember:
    """Who buys, who joins as of the sale's day where it never was a member and a first sale makes one."""
    if member.row is not None or member.program.settings.join_policy is not JoinPolicy.FIRST_SALE:
        return member
    joined = await join_program(write, member.customer_id, member.program, at=moment.at, day=moment.day)
    return member._replace(row=joined.member, has_joined=joined.is_new)


async def opened_buyer(write: Write, member: BuyingMember, *, needs_tier_only: bool) -> SalePoints | None:
    """The points of who buys, where it is a member; without need where only its tier may move and no sale moves it."""
    if member.row is None or member.row.status is MemberStatus.LEFT:
        return None
    if needs_tier_only and not names_sales(member.program.tiers):
        return None
    return await opened_member(write, member)


async def opened_member(write: Write, member: BuyingMember, *, may_fall: bool = False) -> SalePoints:
    """The points of who buys and is a member; by the base tier where this very sale made it one."""
    points = await opened(write, member.row, member.program, may_fall=may_fall)
    if member.has_joined:
        points.has_joined, points.tier = True, base_tier(member.program.tiers)
    return points


async def opened(
    write: Write, member: Any, program: LoyaltyProgram | None = None, *, may_fall: bool = False
) -> SalePoints:
    """The points of a member, before a sale of its is written; with `may_fall` before something of it is taken."""
    points = await open_points(write, member, program)
    counted = await counts_today(write, points.tiering) if may_fall else None
    return SalePoints(points, points.account.sums, points.tiering.tier.shown, counted)


async def entered(write: Write, of: SalePoints | None) -> int:
    """Write what became of the points, once the sale is written; what it changed."""
    if of is None:
        return 0
    if of.counted is not None:
        await demote_tier(write, of.points.tiering, of.counted)
    await enter(write, of.points)
    if of.referral is not None:
        await rewarded(write, of.referral)
    for one in of.lost:
        await referrer_back(write, one.referral, one.lots, one.reason)
    return of.changed


# ---------------------------------------------------------------- earning


def earning_of(of: RefundedSale, completed_on: int, *, turn: int = 0, refunded: Mapping[int, int]) -> SaleEarning:
    """A stored sale as one that earns."""
    row = of.row
    sale = EarningSale(row.business_day, row.total, due(row.total, row.tax), of.loyalty_paid, row.storefront_id)
    return SaleEarning(row.id, sale, earning_lines(of.sold, row.discount), completed_on, refunded, turn)


def earning_lines(lines: Sequence[SoldLine], discount: int) -> list[EarningLine]:
    """Lines with a total, a category and whether they earn, by their places, as the rules of earning know them."""
    off = shares(discount, [line.total for line in lines])
    pairs = enumerate(zip(lines, off, strict=True))
    return [
        EarningLine(place, line.total - less, line.category, line.is_product and line.earns_points)
        for place, (line, less) in pairs
    ]


async def completed(write: Write, of: SalePoints, earning: SaleEarning) -> EarnedPoints | None:
    """Let a sale that completes earn its customer points, and both their bonuses whom a referral joins."""
    if not write.program_is_on or not of.is_active:
        return None
    is_of_member = of.points.member.enrolled_day <= earning.sale.day
    earned = await earn(write, of, earning) if is_of_member else None
    sale = ReferredSale(earning.sale.total, sum(earning.refunded.values()))
    of.referral = await referred(write, of.points, earning.sale_id, sale, earning.completed_on)
    return earned


async def earn(write: Write, of: SalePoints, earning: SaleEarning) -> EarnedPoints:
    """Let a sale earn its customer what is left of it after refunds."""
    earned, points = await earned_by_sale(write, of, earning), of.points
    amount = earned.left(earning.refunded)
    if amount:
        lot_id = await new_lot_id(write, points)
        credit = PointsCredit(
            lot_id=lot_id,
            points=amount,
            reason=PointsReason.SALE,
            earned_on=earning.completed_on,
            pending_days=of.settings.pending_days,
            sale_id=earning.sale_id,
            is_activity=True,
        )
        credit_points(points.account, of.settings, credit)
        points.earned_by[lot_id] = as_kept(earned)
    words = earned.in_words(of.tier.name)
    points.say(EntrySaid(words, sale_id=earning.sale_id, turn=earning.turn))
    return earned


async def earned_by_sale(write: Write, of: SalePoints, earning: SaleEarning) -> EarnedPoints:
    """What a sale earns by the settings, the tier and the rules of now."""
    boosts = [earning_boost(row) for row in await write.rows(earning_rule_rows())]
    return points_of_sale(
        earning.sale,
        earning.lines,
        rate=of.settings.earn_rate,
        tier_multiplier=of.tier.multiplier,
        boosts=boosts,
        excluded=of.settings.excluded_categories,
        exponent=write.exponent,
    )


# ---------------------------------------------------------------- what is kept of it with the lot


def as_kept(earned: EarnedPoints) -> str:
    """Rate, multipliers, bases and rules as a lot keeps them; lines without a base are left out."""
    lines = [(line.item_id, line.net, line.base, line.multiplier) for line in earned.lines if line.base]
    kept = {"rate": earned.rate, "tier": earned.tier_multiplier, "lines": lines, "bonus": earned.bonus}
    return orjson.dumps({**kept, "rules": earned.rules}).decode()


def of_kept(kept: str, exponent: int) -> EarnedPoints:
    """What a lot kept."""
    values = orjson.loads(kept)
    lines = tuple(EarnedLine(*line) for line in values["lines"])
    return EarnedPoints(values["rate"], values["tier"], lines, values["bonus"], exponent, tuple(values["rules"]))
