"""Referral: who referred counts, which sale earns the bonuses, and how often a year."""

from typing import NamedTuple, Protocol

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


class Household(Protocol):
    """The contacts and the address of a customer."""

    @property
    def email(self) -> str | None:
        """Case-folded."""
        ...

    @property
    def phone(self) -> str | None:
        """In international form."""
        ...

    @property
    def line1(self) -> str | None:
        """Street and number."""
        ...

    @property
    def postal_code(self) -> str | None:
        """The postal code."""
        ...

    @property
    def city(self) -> str | None:
        """The city."""
        ...


def share_address(one: Household, other: Household) -> bool:
    """Whether two customers share a contact or an address: nobody is rewarded for bringing themselves."""
    for name in ("email", "phone"):
        if getattr(one, name) is not None and getattr(one, name) == getattr(other, name):
            return True
    if one.line1 is None or other.line1 is None:
        return False
    return _folded(one.line1) == _folded(other.line1) and (
        _folded(one.postal_code) == _folded(other.postal_code) and _folded(one.city) == _folded(other.city)
    )


def _folded(text: str | None) -> str:
    return "" if text is None else " ".join(text.casefold().split())
