"""What a sale would earn and what points could pay, before it is recorded."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from resolvers.loyalty.joining import membership_of
from resolvers.loyalty.ledger import OpenPoints, open_points
from resolvers.operation.reader import as_quantity
from resolvers.operation.writing import Write
from resolvers.recording import SaleDone, recorded
from resolvers.sale_checking import RecordSale
from rules.amounts import check_money
from rules.currency import MILLION, major
from rules.loyalty.members import MemberStatus
from rules.loyalty.paying import most_paid, most_points
from rules.problems import Problems
from rules.recording import RedeemSaid, SaleLine, checked_lines, checked_redeem

INPUT = ("input",)


@dataclass(frozen=True)
class QuotePoints:
    """A sale that may be recorded, of a customer."""

    customer_id: int
    items: tuple[SaleLine, ...]
    storefront_id: int | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    redeem: tuple[RedeemSaid, ...] = ()

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under(*INPUT)
        check_money(inside, "discount", self.discount)
        check_money(inside, "tax", self.tax)
        return replace(self, items=checked_lines(inside, self.items), redeem=checked_redeem(inside, self.redeem))


@dataclass(frozen=True)
class PointsQuote:
    """What a sale would earn, what of the program would pay it, and how its customer would stand then."""

    earns: int
    is_pending: bool
    multiplier: Decimal
    rules: list[str]
    max_redeemable_points: int
    redeemed_value: Decimal
    balance_after: int
    tier_id: int | None


async def quote_points(write: Write, asked: QuotePoints) -> PointsQuote:
    """What a sale comes to in points: it is recorded, the rest paid in money, and whoever asks undoes it."""
    sale = RecordSale(
        items=asked.items,
        customer_id=asked.customer_id,
        storefront_id=asked.storefront_id,
        discount=asked.discount,
        tax=asked.tax,
        redeem=asked.redeem,
    )
    done = await recorded(write, sale, is_settled=True)
    earned, points = done.earned, done.points
    stands = await _standing(write, asked.customer_id) if points is None else points.points
    return PointsQuote(
        earns=0 if earned is None else earned.points,
        is_pending=points is not None and bool(earned and earned.points and points.settings.pending_days),
        multiplier=as_quantity(MILLION if points is None else points.tier.multiplier),
        rules=[] if earned is None else list(earned.rules),
        max_redeemable_points=_most_points(write, done),
        redeemed_value=major(done.checked.loyalty_paid, write.exponent),
        balance_after=0 if stands is None else stands.account.sums.points,
        tier_id=None if stands is None else stands.tiering.tier.shown.id,
    )


async def _standing(write: Write, customer_id: int) -> OpenPoints | None:
    """The points of a member to whom the sale does nothing, None of who is none."""
    row = await membership_of(write, customer_id)
    return None if row is None or row.status is MemberStatus.LEFT else await open_points(write, row)


def _most_points(write: Write, done: SaleDone) -> int:
    """The most points that the sale would take of its customer beside the codes."""
    points, due = done.points, done.checked.figures.due
    if points is None or not points.is_active or points.has_joined:
        return 0
    by_codes = sum(one.amount for one in done.checked.payments if one.redemption_id is not None)
    most = most_paid(points.settings, due=due, still_due=due - by_codes)
    return most_points(points.settings, most, points.before.points, write.exponent)
