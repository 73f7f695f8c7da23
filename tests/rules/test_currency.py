"""Decimals of currencies, and rounding half-even: by hand, by fractions, and of arrays as of each number."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.currency import exponent_of, half_even

whole_numbers = st.integers(-(10**18), 10**18)


@pytest.mark.parametrize(("currency", "exponent"), [("GBP", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XYZ", 2)])
def test_exponents(currency: str, exponent: int) -> None:
    assert exponent_of(currency) == exponent


@pytest.mark.parametrize("currency", ["", "gbp", "GB", "GBPS", "ΑΒΓ"])
def test_what_is_no_currency(currency: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 4217 currency code"):
        exponent_of(currency)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (5, 10, 0), (15, 10, 2), (25, 10, 2), (35, 10, 4), (-5, 10, 0), (-15, 10, -2), (-25, 10, -2), (-35, 10, -4),
        (4, 10, 0), (6, 10, 1), (-6, 10, -1), (1, 3, 0), (2, 3, 1), (7, 1, 7), (10**30 + 5, 10, 10**29),
    ],
)  # fmt: skip
def test_halves_go_to_the_even_number(numerator: int, denominator: int, rounded: int) -> None:
    assert half_even(numerator, denominator) == rounded


@given(st.integers(), st.integers(min_value=1))
def test_rounding_is_that_of_exact_fractions(numerator: int, denominator: int) -> None:
    assert half_even(numerator, denominator) == round(Fraction(numerator, denominator))


def test_rounding_is_that_of_the_currency() -> None:
    numerators = np.concatenate([np.arange(-60, 60), np.array([10**17 + 5, 15, 25, -15, -25])])
    for denominator in (1, 2, 3, 10, 1_000):
        expected = [half_even(int(number), denominator) for number in numerators]
        assert half_even(numerators, denominator).tolist() == expected


@given(st.lists(st.tuples(whole_numbers, st.integers(1, 10**18)), min_size=1, max_size=20))
def test_an_array_is_rounded_as_each_of_its_numbers(pairs: list[tuple[int, int]]) -> None:
    numerators, denominators = np.array(pairs, np.int64).T
    assert half_even(numerators, denominators).tolist() == [half_even(*pair) for pair in pairs]
