"""What points and codes pay of a sale, and what of that a refund gives back. Amounts are minor units."""

from typing import NamedTuple

from rules.currency import MILLION, half_even
from rules.loyalty.settings import ProgramSettings
from rules.selling import PaymentMethod

WHOLE = 100 * MILLION  # a percentage of everything, in millionths


class LoyaltyPayment(NamedTuple):
    """A payment that the program made: of points, or of the code of a redemption."""

    method: PaymentMethod
    amount: int
    redemption_id: int | None = None


def worth_of(points: int, settings: ProgramSettings, exponent: int) -> int:
    """What points are worth."""
    return half_even(points * settings.point_value * 10**exponent, MILLION)


def most_paid(settings: ProgramSettings, *, due: int, still_due: int) -> int:
    """The most money that points may pay of a sale, of which codes have paid a part already."""
    return min(due * settings.max_sale_percent_paid // WHOLE, still_due)


def may_pay(points: int, settings: ProgramSettings, most: int, exponent: int) -> bool:
    """Whether so many points may pay where they may pay at most so much."""
    return points >= settings.min_redeem_points and 0 < worth_of(points, settings, exponent) <= most


def most_points(settings: ProgramSettings, most: int, available: int, exponent: int) -> int:
    """The most points that may pay where they may pay at most so much, 0 where none may."""
    above = (2 * most + 1) * MILLION // (2 * settings.point_value * 10**exponent)  # up to half a minor unit more
    points = min(above, available)
    if worth_of(points, settings, exponent) > most:  # of a half that goes up
        points -= 1
    return points if may_pay(points, settings, most, exponent) else 0


def points_back(points: int, *, before: int, after: int, due: int) -> int:
    """What a refund gives back of points that paid, where refunds with their tax came to so much before and after it.

    Parts come to the whole, whatever they are.
    """
    return half_even(points * after, due) - half_even(points * before, due)
