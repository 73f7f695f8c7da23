"""The rules of a sale, worked by hand in pence, and what must hold for any sale, told alone or among others."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.selling import (
    COUNTED,
    Earned,
    PaymentMethod,
    SaleStatus,
    day_counted_from,
    due,
    earned,
    earned_by,
    goods_and_tax,
    line_profit,
    line_total,
    refund_share,
    refunds_reach,
    settles,
    shares,
    status_after,
)

MOST = 10**9  # products of two stay within the 64 bits of an array


# ---------------------------------------------------------------- what a sale comes to


@pytest.mark.parametrize(
    ("quantity", "price", "exponent", "total"),
    [
        (6_000_000, 2_550_000, 2, 1530),
        (0, 2_550_000, 2, 0),
        (500_000, 10_000, 2, 0),  # 0.5 p
        (1_500_000, 10_000, 2, 2),  # 1.5 p
        (2_500_000, 10_000, 2, 2),  # 2.5 p
        (3_500_000, 10_000, 2, 4),  # 3.5 p
        (-2_500_000, 10_000, 2, -2),
        (2_500_001, 10_000, 2, 3),  # more than a half
        (2_500_500_000, 1_000, 2, 250),  # 2,500.5 at £0.001: 250.05 p
        (2_500_000, 3_000_000, 0, 8),  # ¥7.5
        (1_000_000, 1_234_500, 3, 1234),  # 1,234.5 fils
        (1_000_000, 1_234_567, 4, 12346),
        (1, 1, 2, 0),
    ],
)
def test_a_line_is_quantity_times_price_half_even(quantity: int, price: int, exponent: int, total: int) -> None:
    assert line_total(quantity, price, exponent) == total


def test_the_profit_of_a_line_is_its_total_less_its_cost_rounded_alike() -> None:
    assert line_profit(1530, 6_000_000, 1_255_000, 2) == 1530 - 753
    assert line_profit(250, 2_500_000, 25_000, 2) == 250 - 6  # 6.25 p
    assert line_profit(0, 1_000_000, 2_000_000, 2) == -200


@pytest.mark.parametrize(
    ("lines", "discount", "profit", "costed"),
    [
        ([(10_000, 4_000)], 0, 4_000, 10_000),
        ([(10_000, 4_000)], 3_000, 1_000, 7_000),  # decision 0002: cost 60.00 of 70.00
        ([(6_000, 2_000), (4_000, None)], 1_000, 1_400, 5_400),  # 6.00 of the 10.00 fall on the first
        ([(50, 20), (50, None)], 5, 18, 48),  # 2.5 p
        ([(50, 20), (50, None)], 15, 12, 42),  # 7.5 p
        ([(100, -30)], 20, -50, 80),
        ([(0, -100)], 0, -100, 0),  # a gift
        ([(0, -100), (500, 200)], 100, 0, 400),
    ],
)
def test_profit_loses_the_known_lines_share_of_the_discount(
    lines: list[tuple[int, int | None]], discount: int, profit: int, costed: int
) -> None:
    assert earned_by(lines, discount) == Earned(profit, costed)


def test_without_a_known_cost_there_is_no_profit() -> None:
    assert earned_by([(500, None), (0, None)], 100) is None
    assert earned_by([], 0) is None


totals = st.integers(0, MOST)
lines = st.lists(st.tuples(st.integers(0, 10**6), st.integers(-(10**6), 10**6) | st.none()), min_size=1, max_size=8)


@given(lines, st.integers(0, 100))
def test_profit_and_costed_differ_by_the_cost_of_the_known_lines(
    of: list[tuple[int, int | None]], percent: int
) -> None:
    subtotal = sum(total for total, _profit in of)
    discount = subtotal * percent // 100
    known = [(total, profit) for total, profit in of if profit is not None]
    found = earned_by(of, discount)
    assert (found is None) == (not known)
    if found is not None:
        assert found.costed - found.profit == sum(total - profit for total, profit in known)
        assert 0 <= found.costed <= subtotal - discount


@given(lines, st.integers(0, 100))
def test_where_every_cost_is_known_profit_and_discount_add_up(of: list[tuple[int, int | None]], percent: int) -> None:
    known = [(total, profit or 0) for total, profit in of]
    subtotal = sum(total for total, _profit in known)
    discount = subtotal * percent // 100
    found = earned_by(known, discount)
    assert found == Earned(sum(profit for _total, profit in known) - discount, subtotal - discount)


# ---------------------------------------------------------------- whether it counts and what settles it


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (SaleStatus.PENDING, False),
        (SaleStatus.COMPLETED, True),
        (SaleStatus.PARTIAL, True),
        (SaleStatus.REFUNDED, True),
        (SaleStatus.CANCELLED, False),
    ],
)
def test_which_sales_count_and_from_when(status: SaleStatus, counts: bool) -> None:
    assert (status in COUNTED) == counts
    assert day_counted_from(status, 20_000) == (20_000 if counts else None)


def test_only_credit_settles_nothing() -> None:
    assert [method for method in PaymentMethod if not settles(method)] == [PaymentMethod.CREDIT]


def test_total_and_tax_are_due() -> None:
    assert due(1_000, 200) == 1_200


# ---------------------------------------------------------------- refunds


@pytest.mark.parametrize(
    ("profit", "total", "refunds", "shares"),
    [
        (1_000, 7_000, [7_000], [1_000]),
        (1_000, 7_000, [2_333, 2_333, 2_334], [333, 334, 333]),  # each for itself: 333, 333, 333, a penny short
        (1, 2, [1, 1], [0, 1]),
        (3, 2, [1, 1], [2, 1]),
        (-1, 2, [1, 1], [0, -1]),
        (-500, 2_000, [500, 1_500], [-125, -375]),
        (100, 300, [100], [33]),
        (0, 300, [100, 200], [0, 0]),
    ],
)
def test_refunds_take_back_the_profit_cumulatively(
    profit: int, total: int, refunds: list[int], shares: list[int]
) -> None:
    assert shares_of(profit, total, refunds) == shares


def shares_of(whole: int, total: int, refunds: list[int]) -> list[int]:
    """What each of some refunds takes back, one after the other."""
    sums = [sum(refunds[:count]) for count in range(len(refunds))]
    return [
        refund_share(whole, total=total, before=before, amount=amount)
        for before, amount in zip(sums, refunds, strict=True)
    ]


@given(st.integers(-MOST, MOST), st.integers(1, MOST), st.data())
def test_any_split_of_a_total_takes_back_exactly_the_profit(profit: int, total: int, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, total), max_size=6))
    refunds = [after - before for before, after in pairwise(sorted([0, *cuts, total]))]
    shares = shares_of(profit, total, refunds)
    assert sum(shares) == profit
    for count in range(len(shares)):
        assert min(profit, 0) <= sum(shares[:count]) <= max(profit, 0)


@pytest.mark.parametrize(
    ("status", "total", "refunded", "after"),
    [
        (SaleStatus.COMPLETED, 500, 499, SaleStatus.COMPLETED),
        (SaleStatus.COMPLETED, 500, 500, SaleStatus.REFUNDED),
        (SaleStatus.PARTIAL, 500, 501, SaleStatus.REFUNDED),
        (SaleStatus.REFUNDED, 500, 500, SaleStatus.REFUNDED),
        (SaleStatus.COMPLETED, 0, 0, SaleStatus.COMPLETED),
        (SaleStatus.PENDING, 500, 500, SaleStatus.PENDING),
        (SaleStatus.CANCELLED, 500, 500, SaleStatus.CANCELLED),
    ],
)
def test_a_sale_that_counts_is_refunded_once_its_refunds_reach_its_total(
    status: SaleStatus, total: int, refunded: int, after: SaleStatus
) -> None:
    assert status_after(status, total=total, refunded=refunded) is after


# ---------------------------------------------------------------- alone and among others


sales = st.lists(st.tuples(totals, totals, totals, st.integers(-MOST, MOST)), min_size=1, max_size=6)


@given(sales)
def test_an_array_of_sales_comes_to_what_each_of_them_does(of: list[tuple[int, int, int, int]]) -> None:
    first, second, third, signed = np.array(of, np.int64).T
    assert line_total(first, second, 2).tolist() == [line_total(a, b, 2) for a, b, _c, _d in of]
    assert line_profit(third, first, second, 3).tolist() == [line_profit(c, a, b, 3) for a, b, c, _d in of]
    assert due(first, second).tolist() == [due(a, b) for a, b, _c, _d in of]
    assert refunds_reach(first, second).tolist() == [refunds_reach(a, b) for a, b, _c, _d in of]
    whole = earned(subtotal=first, discount=second, costed=third, profit=signed)
    each = [earned(subtotal=a, discount=b, costed=c, profit=d) for a, b, c, d in of]
    assert list(zip(whole.profit.tolist(), whole.costed.tolist(), strict=True)) == each


@given(sales)
def test_an_array_of_refunds_takes_what_each_of_them_does(of: list[tuple[int, int, int, int]]) -> None:
    rows = [(signed, 1 + low + high, low, high) for low, high, _c, signed in of]
    signed, total, before, amount = np.array(rows, np.int64).T
    shares = refund_share(signed, total=total, before=before, amount=amount)
    assert shares.tolist() == [refund_share(w, total=t, before=b, amount=a) for w, t, b, a in rows]


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),  # a third each; the earlier takes what is left
        (100, [1, 2], [33, 67]),  # 33.3 and 66.7
        (7, [0, 5, 0], [0, 7, 0]),
        (5, [0, 0], [5, 0]),
        (0, [3, 4], [0, 0]),
        (5, [], []),
        (319, [20_00, 30_00], [128, 191]),  # 127.6 and 191.4
    ],
)
def test_an_amount_is_shared_by_the_largest_remainders(amount: int, weights: list[int], parts: list[int]) -> None:
    assert shares(amount, weights) == parts


@given(amount=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_shares_are_the_amount_and_within_one_of_their_proportion(amount: int, weights: list[int]) -> None:
    parts = shares(amount, weights)
    assert sum(parts) == amount
    if whole := sum(weights):
        assert all(abs(part * whole - amount * of) < whole for part, of in zip(parts, weights, strict=True))


@pytest.mark.parametrize(
    ("back", "total", "tax", "goods", "its_tax"),
    [
        (5390, 5100, 290, 5100, 290),  # all of it
        (1000, 5100, 290, 946, 54),  # 946.2
        (3000, 4127, 868, 2479, 521),  # 2478.7
        (1000, 1000, 0, 1000, 0),
        (0, 0, 0, 0, 0),
    ],
)
def test_what_is_paid_back_with_its_tax_is_split_as_the_sale(
    back: int, total: int, tax: int, goods: int, its_tax: int
) -> None:
    assert goods_and_tax(back, total=total, tax=tax) == (goods, its_tax)
