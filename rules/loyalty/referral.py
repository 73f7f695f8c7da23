"""Referral: who referred counts, which sale earns the bonuses, and how often a year."""

from typing import NamedTuple

from rules.selling import refunds_reach


class ReferredSale(NamedTuple):
    """A sale of a referred customer: its total and what of it was refunded, in minor units."""

    total: int
    refunded: int = 0


def is_referral(sale: ReferredSale, least: int) -> bool:
    """Whether a sale earns the bonuses, or still does: a refund in full never leaves it."""
    return not refunds_reach(sale.total, sale.refunded) and sale.total - sale.refunded >= least


def referrer_bonus(points: int, *, this_year: int, most_a_year: int) -> int:
    """What the referrer earns, after so many rewarded referrals in the calendar year."""
    return points if this_year < most_a_year else 0
