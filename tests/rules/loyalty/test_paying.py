"""What points may pay of a sale, and what a refund gives back of them: the tables of the specification."""

from dataclasses import replace

import pytest

from rules.currency import MILLION
from rules.loyalty.paying import may_pay, most_paid, most_points, points_back, worth_of
from rules.loyalty.settings import ProgramSettings

SETTINGS = ProgramSettings()
PLENTY = 10**9


@pytest.mark.parametrize(
    ("value", "percent", "most", "points", "worth"),
    [(10_000, 100, 2_580, 2_580, 2_580), (10_000, 50, 1_440, 1_440, 1_440), (5_000, 50, 1_440, 2_881, 1_440)],
)
def test_the_most_points_of_the_first_example(value: int, percent: int, most: int, points: int, worth: int) -> None:
    """Due 28.80, of which a code has paid 3.00."""
    settings = replace(SETTINGS, point_value=value, max_sale_percent_paid=percent * MILLION)
    assert most_paid(settings, due=2_880, still_due=2_580) == most
    assert most_points(settings, most, PLENTY, 2) == points
    assert worth_of(points, settings, 2) == worth
    assert not may_pay(points + 1, settings, most, 2)


def test_what_is_worth_nothing_pays_nothing() -> None:
    settings = replace(SETTINGS, point_value=1_000)
    assert [worth_of(points, settings, 2) for points in (5, 6)] == [0, 1]
    assert [may_pay(points, settings, 100, 2) for points in (5, 6)] == [False, True]
    assert most_points(settings, 100, 5, 2) == 0


def test_fewer_than_the_least_pay_nothing() -> None:
    settings = replace(SETTINGS, min_redeem_points=100)
    assert [most_points(settings, 500, available, 2) for available in (99, 100, 101)] == [0, 100, 101]
    assert most_points(settings, 99, PLENTY, 2) == 0


@pytest.mark.parametrize("value", [1, 999, 1_000, 3_333, 5_000, 10_000, 15_000, MILLION, 7 * MILLION])
@pytest.mark.parametrize("exponent", [0, 2, 3])
def test_the_most_is_the_greatest_that_may_pay(value: int, exponent: int) -> None:
    settings = replace(SETTINGS, point_value=value)
    for most in range(8):
        allowed = [points for points in range(1, 2_000) if may_pay(points, settings, most, exponent)]
        assert most_points(settings, most, 1_999, exponent) == (allowed[-1] if allowed else 0)


def test_parts_of_points_come_to_the_whole() -> None:
    """Examples 4 and 5: in thirds, of 4,000 points for 100.00; of 1,000 points for 10.00."""
    thirds = [(0, 3_333), (3_333, 6_666), (6_666, 10_000)]
    assert [points_back(4_000, before=a, after=b, due=10_000) for a, b in thirds] == [1_333, 1_333, 1_334]
    assert [points_back(1_000, before=a, after=b, due=1_000) for a, b in [(0, 333), (333, 1_000)]] == [333, 667]
