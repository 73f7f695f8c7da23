"""How many decimals a currency has (ISO 4217), and exact arithmetic between prices and minor units."""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # arrays come to the rules, which need nothing of numpy themselves
    import numpy as np
    import numpy.typing as npt

# Every active ISO 4217 code with other than two decimals; a code that is not listed has two.
EXPONENTS = {
    "BHD": 3, "BIF": 0, "CLF": 4, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0,
    "KRW": 0, "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "UYI": 0, "UYW": 4, "VND": 0,
    "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
}  # fmt: skip

MILLION = 1_000_000

# A whole number of minor units or millionths, or an array of such: the same arithmetic serves a sale and a million.
Amount = TypeVar("Amount", int, "npt.NDArray[np.int64]")


def exponent_of(currency: str) -> int:
    """The number of decimals of a currency, or a ValueError for what is not a three-letter code."""
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise ValueError(f'"{currency}" is not an ISO 4217 currency code like GBP or USD')
    return EXPONENTS.get(currency, 2)


def half_even(numerator: Amount, denominator: Amount | int) -> Amount:
    """numerator / denominator (> 0), rounded half-even to an integer; of arrays each element."""
    whole = numerator // denominator
    rest = numerator - whole * denominator
    return whole + (2 * rest + (whole & 1) > denominator)  # a half goes up from an odd number


def major(minor: int, exponent: int) -> Decimal:
    """An amount of minor units as a currency with so many decimals writes it."""
    return Decimal(minor).scaleb(-exponent)


def exact_minor(amount: Decimal, exponent: int) -> Fraction:
    """An amount in minor units of a currency with so many decimals, however many it has itself."""
    return Fraction(amount) * 10**exponent
