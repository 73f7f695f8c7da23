"""What sales earn, and what refunds take of it, by the examples of the specification."""

from dataclasses import replace

import pytest

from rules.currency import MILLION
from rules.loyalty.earning import EarningBoost, EarningLine, EarningSale, bases, points_of_sale
from rules.loyalty.referral import ReferredSale, is_referral, referrer_bonus

TWICE = EarningBoost(id=1, name="Twice", multiplier=2 * MILLION, categories=frozenset(("Shoes",)))
SALE = EarningSale(day=100, total=10_000, due=10_000, storefront_id=3)


def test_a_sale_with_discounts_tax_a_code_and_points() -> None:
    """Example 1: P = 6.67, bases 5.38 and 11.95, earned 207."""
    sale = EarningSale(day=1, total=2_400, due=2_880, loyalty_paid=800)
    lines = [EarningLine(1, 745), EarningLine(2, 1_655)]
    earned = points_of_sale(sale, lines, rate=10 * MILLION, tier_multiplier=1_200_000)
    assert [line.base for line in earned.lines] == [538, 1_195]
    assert (earned.base, earned.points) == (1_733, 207)


@pytest.mark.parametrize(
    ("refunded", "target"),
    [({}, 30), ({1: 500, 2: 500}, 15), ({1: 1_000, 2: 500}, 5), ({1: 1_000, 2: 1_000}, 0)],
)
def test_the_target_falls_with_the_money_of_each_line(refunded: dict[int, int], target: int) -> None:
    """Example 3."""
    sale = EarningSale(day=1, total=2_000, due=2_000)
    lines = [EarningLine(1, 1_000, "Shoes"), EarningLine(2, 1_000)]
    earned = points_of_sale(sale, lines, rate=MILLION, boosts=[TWICE])
    assert earned.left(refunded) == target


@pytest.mark.parametrize(("refunded", "target"), [({}, 125), ({1: 2_000}, 65), ({1: 2_000, 2: 1_000}, 0)])
def test_a_bonus_stays_while_any_base_is_left(refunded: dict[int, int], target: int) -> None:
    """Example 8: a rule of × 2 and a bonus of 50 for the category of A; Gold, × 1.5."""
    boost = replace(TWICE, bonus=50)
    sale = EarningSale(day=1, total=3_000, due=3_000)
    lines = [EarningLine(1, 2_000, "Shoes"), EarningLine(2, 1_000, "Food")]
    earned = points_of_sale(sale, lines, rate=MILLION, tier_multiplier=1_500_000, boosts=[boost])
    assert earned.left(refunded) == target
    assert earned.rules == ("Twice",)


def test_points_that_paid_earn_nothing() -> None:
    """Example 4: 100.00, of it 50.00 refunded before and 40.00 paid in points, earns 30 when it completes."""
    sale = EarningSale(day=1, total=10_000, due=10_000, loyalty_paid=4_000)
    earned = points_of_sale(sale, [EarningLine(1, 10_000)], rate=MILLION)
    assert (earned.base, earned.left({1: 5_000})) == (6_000, 30)


def test_some_lines_earn_nothing() -> None:
    lines = [EarningLine(1, 100), EarningLine(2, 200, "Books"), EarningLine(3, 300, earns=False)]
    assert bases(EarningSale(day=1, total=600, due=600), lines, ["Books"]) == [100, 0, 0]
    assert bases(EarningSale(day=1, total=0, due=0), [EarningLine(1, 0)]) == [0]


def test_nothing_is_given_where_nothing_earns() -> None:
    boost = EarningBoost(id=1, name="Bonus", bonus=50)
    earned = points_of_sale(SALE, [EarningLine(1, 10_000, earns=False)], rate=MILLION, boosts=[boost])
    assert (earned.points, earned.rules) == (0, ())


@pytest.mark.parametrize(
    ("boost", "applies"),
    [
        (TWICE, True),
        (replace(TWICE, is_active=False), False),
        (replace(TWICE, starts_on=100, ends_on=100), True),
        (replace(TWICE, starts_on=101), False),
        (replace(TWICE, ends_on=99), False),
        (replace(TWICE, storefront_id=3), True),
        (replace(TWICE, storefront_id=4), False),
        (replace(TWICE, min_sale=10_000), True),
        (replace(TWICE, min_sale=10_001), False),
        (replace(TWICE, categories=frozenset(("Books",))), False),
        (replace(TWICE, categories=frozenset()), True),
    ],
)
def test_a_rule_applies_by_its_days_place_goods_and_total(boost: EarningBoost, *, applies: bool) -> None:
    earned = points_of_sale(SALE, [EarningLine(1, 10_000, "Shoes")], rate=MILLION, boosts=[boost])
    assert earned.points == (200 if applies else 100)


def test_the_greatest_multiplier_counts_and_bonuses_add_up() -> None:
    boosts = [
        replace(TWICE, bonus=5),
        EarningBoost(id=2, name="Thrice", multiplier=3 * MILLION, bonus=7),
        EarningBoost(id=3, name="Books", multiplier=9 * MILLION, bonus=100, categories=frozenset(("Books",))),
    ]
    lines = [EarningLine(1, 5_000, "Shoes"), EarningLine(2, 5_000, "Food")]
    assert points_of_sale(SALE, lines, rate=MILLION, boosts=boosts).points == 150 + 150 + 12


@pytest.mark.parametrize(
    ("exponent", "net", "rate", "points"),
    [(0, 100, MILLION, 100), (3, 1_999, MILLION, 1), (2, 99, MILLION, 0), (2, 3, 33_333_334, 1), (2, 3, 33_333_333, 0)],
)
def test_points_are_rounded_down_in_exact_decimals(exponent: int, net: int, rate: int, points: int) -> None:
    sale = EarningSale(day=1, total=net, due=net)
    assert points_of_sale(sale, [EarningLine(1, net)], rate=rate, exponent=exponent).points == points


@pytest.mark.parametrize(
    ("total", "refunded", "least", "counts"),
    [
        (5_000, 0, 5_000, True),
        (4_999, 0, 5_000, False),
        (9_000, 4_000, 5_000, True),
        (9_000, 4_001, 5_000, False),
        (100, 100, 0, False),
        (0, 0, 0, True),
    ],
)
def test_a_referral_counts_from_a_total_less_refunds(total: int, refunded: int, least: int, *, counts: bool) -> None:
    assert is_referral(ReferredSale(total, refunded), least) is counts


def test_a_referrer_is_rewarded_so_often_a_year() -> None:
    assert [referrer_bonus(500, this_year=count, most_a_year=2) for count in (0, 1, 2, 3)] == [500, 500, 0, 0]
