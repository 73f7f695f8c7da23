"""Amounts, prices and quantities that somebody gives: how large they may be, and with how many decimals."""

from decimal import Decimal

from rules.currency import MILLION, exact_minor
from rules.problems import Problems
from rules.refusals import InputProblemCode

MOST_MONEY, MOST_UNITS = 10**12, 10**9  # in units of the currency, and of what is sold
DECIMALS = 6  # of quantities and prices


def check_quantity(problems: Problems, quantity: Decimal) -> None:
    """Tell of a quantity that is none, is too large or has too many decimals."""
    if not 0 < quantity <= MOST_UNITS:
        message = f"Give a quantity above 0, at most {MOST_UNITS:,}; what comes back is a refund."
        problems.add("quantity", InputProblemCode.OUT_OF_RANGE, message)
    elif quantity != round(quantity, DECIMALS):
        problems.add("quantity", InputProblemCode.INVALID_FORMAT, f"Give at most {DECIMALS} decimals.")


def check_money(problems: Problems, name: str, amount: Decimal | None, *, above: bool = False) -> None:
    """Tell of an amount that is below 0, or with `above` not above it, or too large."""
    if amount is not None and not (0 <= amount <= MOST_MONEY and (amount > 0 or not above)):
        message = f"Give an amount {'above' if above else 'from'} 0, at most {MOST_MONEY:,}."
        problems.add(name, InputProblemCode.OUT_OF_RANGE, message)


def check_price(problems: Problems, name: str, price: Decimal | None) -> None:
    """Tell of the price of a unit that is below 0, is too large or has too many decimals."""
    check_money(problems, name, price)
    if price is not None and 0 <= price <= MOST_MONEY and price != round(price, DECIMALS):
        problems.add(name, InputProblemCode.INVALID_FORMAT, f"Give at most {DECIMALS} decimals.")


def millionths(value: Decimal) -> int:
    """A quantity or a price as it is kept."""
    return int(value * MILLION)


def minor_units(problems: Problems, name: str, amount: Decimal | None, exponent: int) -> int:
    """An amount in minor units of a currency with so many decimals; null is nothing."""
    exact = exact_minor(amount or Decimal(0), exponent)
    if exact.denominator != 1:
        message = f"Give at most {exponent} decimals: the currency has no more."
        problems.add(name, InputProblemCode.INVALID_FORMAT, message)
    return int(exact)
