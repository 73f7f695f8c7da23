"""What of the program pays a sale: codes of redemptions first, in their order, then points."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from models.loyalty.rewards import loyalty_redemption
from models.loyalty.sales import redemption_coded
from resolvers.loyalty.ledger import EntrySaid
from resolvers.loyalty.sale_points import SalePoints
from resolvers.loyalty.tiering import start_in
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from rules.codes import read_code
from rules.currency import major
from rules.days import date_of, day_number
from rules.loyalty.members import MemberStatus
from rules.loyalty.paying import LoyaltyPayment, may_pay, most_paid, worth_of
from rules.loyalty.points import PointsReason
from rules.loyalty.rewards import RedemptionStatus, redemption_status
from rules.loyalty.settings import ProgramSettings
from rules.loyalty.spending import redeem_points
from rules.problems import Problems
from rules.recording import RedeemSaid
from rules.refusals import (
    InputProblemCode,
    NotAllowed,
    NotAllowedReason,
    NotEnrolled,
    NotFound,
    RedemptionNotUsable,
)
from rules.selling import PaymentMethod

CODE = "redemptionCode"
SUSPENDED = "The membership is suspended: nothing is redeemed."
NO_CODE = "There is no such code of this customer."


class CodeToUse(NamedTuple):
    """A code that a sale uses: where it was given, and the stored row of its redemption."""

    place: int
    redemption: Any


class Redeeming(NamedTuple):
    """What pays a sale of the program: codes, and points with the place at which they were given."""

    codes: tuple[CodeToUse, ...] = ()
    points: int = 0
    place: int = 0

    @property
    def customer_id(self) -> int | None:
        """Whose the codes are."""
        return self.codes[0].redemption.customer_id if self.codes else None

    @property
    def points_of_payments(self) -> int:
        """The points that pay, with what codes that pay have cost."""
        return self.points + sum(row.points for _place, row in self.codes if row.value)


NOTHING = Redeeming()


# ---------------------------------------------------------------- what is redeemed


async def read_redeem(write: Write, said: Sequence[RedeemSaid], path: tuple[str, ...]) -> Redeeming:
    """The codes and points of a sale; NotFound, RedemptionNotUsable, or NotAllowed where the program is off."""
    if not said:
        return NOTHING
    places = [place for place, one in enumerate(said) if one.points is not None]
    if places and not write.program_is_on:
        message = "There is no active loyalty program: pay without points."
        raise NotAllowed(message, NotAllowedReason.PROGRAM_OFF)
    codes = [
        CodeToUse(place, await usable_redemption(write, one.code, (*path, "redeem", str(place), CODE)))
        for place, one in enumerate(said)
        if one.code is not None
    ]
    points = sum(one.points or 0 for one in said)
    return Redeeming(tuple(codes), points, places[0] if places else 0)


async def usable_redemption(write: Write, code: str, path: tuple[str, ...]) -> Any:
    """The stored redemption of a code that is good today."""
    row = await write.one(redemption_coded(), NotFound("There is no such code.", path), code=read_code(code))
    refuse_unusable(write, row)
    return row


def refuse_unusable(write: Write, row: Any) -> None:
    """RedemptionNotUsable for a redemption that is not ISSUED today."""
    status = redemption_status(row.status, row.expires_on, day_number(write.today))
    if status is not RedemptionStatus.ISSUED:
        over = start_in(write.zone)(date_of(row.expires_on + 1))
        at = {RedemptionStatus.USED: row.used_at, RedemptionStatus.CANCELLED: row.cancelled_at}.get(status, over)
        raise RedemptionNotUsable(f"This code is {status}: it cannot be used.", status, at)


def refuse_strange_codes(redeeming: Redeeming, customer_id: int | None, path: tuple[str, ...]) -> None:
    """NotFound for a code of somebody else than whose sale it is."""
    for place, row in redeeming.codes:
        if row.customer_id != customer_id:
            raise NotFound(NO_CODE, (*path, "redeem", str(place), CODE))


def refuse_member(redeeming: Redeeming, member: Any) -> None:
    """NotEnrolled, or NotAllowed for who is suspended, where points are to pay."""
    if not redeeming.points:
        return
    if member is None or member.status is MemberStatus.LEFT:
        raise NotEnrolled
    if member.status is MemberStatus.SUSPENDED:
        raise NotAllowed(SUSPENDED, NotAllowedReason.SUSPENDED)


# ---------------------------------------------------------------- what it pays


def payments_by_codes(problems: Problems, redeeming: Redeeming, due: int) -> list[LoyaltyPayment]:
    """The payments of codes that have a value, each of at most what is still due."""
    payments: list[LoyaltyPayment] = []
    for place, row in redeeming.codes:
        still_due = due - sum(payment.amount for payment in payments)
        if row.value and still_due <= 0:
            message = "Nothing is due any more that this code could pay: leave it for another sale."
            problems.under("redeem", place).add(CODE, InputProblemCode.OUT_OF_RANGE, message)
        elif row.value:
            payments.append(LoyaltyPayment(PaymentMethod.VOUCHER, min(row.value, still_due), row.id))
    return payments


def payment_by_points(  # noqa: PLR0913  what decides what points pay
    problems: Problems, redeeming: Redeeming, settings: ProgramSettings, *, due: int, still_due: int, exponent: int
) -> list[LoyaltyPayment]:
    """The payment of points, if any; one that may not be is told."""
    if not redeeming.points:
        return []
    points, most = redeeming.points, most_paid(settings, due=due, still_due=still_due)
    worth = worth_of(points, settings, exponent)
    if may_pay(points, settings, most, exponent):
        return [LoyaltyPayment(PaymentMethod.POINTS, worth)]
    least = f"from {settings.min_redeem_points:,} points on that are worth something"
    message = (
        f"Points may pay up to {major(most, exponent):f} of this sale, {least}; these are worth"
        f" {major(worth, exponent):f}."
    )
    problems.under("redeem", redeeming.place).add("points", InputProblemCode.OUT_OF_RANGE, message)
    return []


# ---------------------------------------------------------------- what is written


def spend_points(of: SalePoints, points: int, sale_id: int) -> None:
    """Take the points that pay a sale; InsufficientPoints where there are not so many."""
    redeem_points(of.points.account, points, PointsReason.PAYMENT)
    of.points.say(EntrySaid("Paid a sale", sale_id=sale_id))


async def use_code(write: Write, row: Any, *, sale_id: int | None, storefront_id: int | None) -> None:
    """Let a redemption be used."""
    used = {"status": RedemptionStatus.USED, "used_at": write.now, "used_by": write.actor.name}
    await write.update(loyalty_redemption, row, **used, sale_id=sale_id, storefront_id=storefront_id)
    tell_of_redemption(write, "used", row)


def tell_of_redemption(write: Write, became: str, row: Any) -> None:
    """Tell what became of a redemption."""
    told = {"id": global_id("LoyaltyRedemption", row.id), "reward": global_id("LoyaltyReward", row.reward_id)}
    write.tell(f"loyalty.redemption.{became}", row.customer_id, **told, points=row.points)
