"""What refunds come to, worked by hand."""

from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.refunding import (
    MoneyPaid,
    PastRefund,
    RefundMoney,
    ReturnedPart,
    SaleMoney,
    all_that_is_left,
    by_amount,
    by_items,
    method_of_payout,
    parts_of_refunds,
    refund_money,
    returnable,
    taken_back,
    unpaid_rest,
)
from rules.selling import PaymentMethod

MILLION = 1_000_000


class Line(NamedTuple):
    """A line as it was sold."""

    id: int
    quantity: int
    total: int


def pieces(count: float) -> int:
    """A quantity as it is kept."""
    return round(count * MILLION)


# ---------------------------------------------------------------- of which lines


@pytest.mark.parametrize(
    ("quantity", "total", "discount", "returned", "amounts"),
    [
        (3, 999, 50, (1, 1, 1), [316, 317, 316]),
        (3, 999, 50, (2, 1), [633, 316]),
        (3, 999, 50, (3,), [949]),
        (0.750, 968, 0, (0.250, 0.125, 0.375), [323, 161, 484]),
    ],
)
def test_a_line_refunded_in_parts_comes_to_its_net(
    quantity: float, total: int, discount: int, returned: tuple[float, ...], amounts: list[int]
) -> None:
    sold, past, found = [Line(7, pieces(quantity), total)], list[PastRefund](), list[int]()
    for count in returned:
        (part,) = by_items(returnable(sold, discount, past), {7: pieces(count)})
        past.append(PastRefund(part.amount, (part,)))
        found.append(part.amount)
    assert found == amounts
    assert all_that_is_left(returnable(sold, discount, past)) == []


def test_by_amount_then_by_items() -> None:
    sold = [Line(1, MILLION, 1000), Line(2, MILLION, 1000)]
    first = PastRefund(1000, tuple(by_amount(returnable(sold, 0), 1000)))
    assert first.parts == (ReturnedPart(1, 0, 500), ReturnedPart(2, 0, 500))

    second = PastRefund(500, tuple(by_items(returnable(sold, 0, [first]), {1: MILLION})))
    assert second.parts == (ReturnedPart(1, MILLION, 500),)

    left = returnable(sold, 0, [first, second])
    assert [(line.left, line.pieces_left) for line in left] == [(0, 0), (500, MILLION)]
    assert all_that_is_left(left) == [ReturnedPart(2, MILLION, 500)]


def test_a_line_after_a_refund_by_amount_is_what_was_left_of_it() -> None:
    sold, past = [Line(1, 3 * MILLION, 900)], list[PastRefund]()
    found = list[tuple[int, int, int]]()
    for quantity, amount in ((1, 0), (0, 200), (1, 0), (1, 0)):
        left = returnable(sold, 0, past)
        parts = by_items(left, {1: quantity * MILLION}) if quantity else by_amount(left, amount)
        past.append(PastRefund(sum(part.amount for part in parts), tuple(parts)))
        (now,) = returnable(sold, 0, past)
        found.append((past[-1].amount, now.left, now.pieces_left // MILLION))
    assert found == [(300, 600, 2), (200, 400, 2), (200, 200, 1), (200, 0, 0)]


@pytest.mark.parametrize(
    ("totals", "amount", "parts"), [([100, 100, 100], 50, [17, 17, 16]), ([5, 5], 3, [2, 1]), ([100, 1], 1, [1])]
)
def test_an_amount_is_shared_by_largest_remainder(totals: list[int], amount: int, parts: list[int]) -> None:
    left = returnable([Line(place, MILLION, total) for place, total in enumerate(totals)], 0)
    assert [part.amount for part in by_amount(left, amount)] == parts


def test_what_was_imported_is_by_amount_and_takes_no_more_than_there_is() -> None:
    sold = [Line(1, 2 * MILLION, 600), Line(2, MILLION, 300)]
    left = returnable(sold, 0, [PastRefund(300)])
    assert [(line.left, line.pieces_left) for line in left] == [(400, 2 * MILLION), (200, MILLION)]
    assert [line.left for line in returnable(sold, 0, [PastRefund(300), PastRefund(5000)])] == [0, 0]


def test_the_parts_of_every_refund_are_those_that_left_what_is_left() -> None:
    sold = [Line(1, 2 * MILLION, 600), Line(2, MILLION, 300)]
    by_line = PastRefund(200, (ReturnedPart(1, MILLION, 200),))
    found = list(parts_of_refunds(sold, 0, [PastRefund(300), by_line, PastRefund(100)]))
    assert found == [
        [ReturnedPart(1, 0, 200), ReturnedPart(2, 0, 100)],
        by_line.parts,
        [ReturnedPart(1, 0, 50), ReturnedPart(2, 0, 50)],
    ]


def test_a_gift_comes_back_for_nothing() -> None:
    assert by_items(returnable([Line(1, MILLION, 0)], 0), {1: MILLION}) == [ReturnedPart(1, MILLION, 0)]
    assert by_amount(returnable([Line(1, MILLION, 0)], 0), 0) == []


# ---------------------------------------------------------------- where the money goes


class Step(NamedTuple):
    """A refund of goods, or a payment where `amount` is 0, and what is expected of it."""

    amount: int
    tax: int = 0
    points: int = 0
    worth: int = 0
    settled: int = 0
    paid_out: int = 0
    rest: int = 0
    pays: int = 0


@pytest.mark.parametrize(
    ("sale", "points", "steps"),
    [
        (
            SaleMoney(10000, 2000, 6000),
            0,
            [Step(5000, tax=1000, settled=6000), Step(5000, tax=1000, paid_out=6000)],
        ),
        (SaleMoney(10000, 0, 2000), 0, [Step(10000, settled=8000, paid_out=2000)]),
        (
            SaleMoney(10000, 0, 6000, loyalty_paid=4000),
            4000,
            [
                Step(5000, points=2000, worth=2000, settled=3000, rest=1000),
                Step(0, pays=1000),
                Step(5000, points=2000, worth=2000, paid_out=3000),
            ],
        ),
        (
            SaleMoney(1000, 0, 1000, loyalty_paid=1000),
            1000,
            [Step(333, points=333, worth=333), Step(667, points=667, worth=667)],
        ),
        (
            SaleMoney(800, 0, 800, loyalty_paid=800),
            1000,
            [Step(400, points=500, worth=400), Step(400, points=500, worth=400)],
        ),
        (
            SaleMoney(10000, 0, 10000, loyalty_paid=4000),
            4000,
            [
                Step(3333, points=1333, worth=1333, paid_out=2000),
                Step(3333, points=1333, worth=1333, paid_out=2000),
                Step(3334, points=1334, worth=1334, paid_out=2000),
            ],
        ),
    ],
)
def test_the_money_of_refunds(sale: SaleMoney, points: int, steps: list[Step]) -> None:
    before, restored = RefundMoney(), 0
    for step in steps:
        sale = sale._replace(paid=sale.paid + step.pays)
        if step.amount:
            one = refund_money(sale, before, step.amount, unpaid_rest(sale, before))
            before = RefundMoney(*(a + b for a, b in zip(before, one, strict=True)))
            now = taken_back(points, so_far=before.with_tax, of=sale.due, earlier=restored)
            restored += now
            assert (one.tax, now, one.given_back) == (step.tax, step.points, step.worth)
            assert (one.settled, one.paid_out) == (step.settled, step.paid_out)
        assert unpaid_rest(sale, before) == step.rest
    assert before.with_tax == sale.due
    assert before.paid_out <= sale.paid - sale.loyalty_paid


def test_tax_of_refunds_that_were_imported_without_comes_with_the_next() -> None:
    sale = SaleMoney(10000, 2000, 12000)
    assert refund_money(sale, RefundMoney(5000, 0, 0, 5000), 5000, 0) == RefundMoney(5000, 2000, 0, 7000)


@pytest.mark.parametrize(
    ("payments", "method"),
    [
        ([], None),
        ([("CARD", 500), ("CASH", 800)], "CASH"),
        ([("CARD", 500), ("CASH", 500)], "CARD"),
        ([("POINTS", 900, True), ("CASH", 1)], "CASH"),
        ([("VOUCHER", 900, True)], None),
        ([("VOUCHER", 900), ("CREDIT", 1000)], "VOUCHER"),
    ],
)
def test_a_payout_is_by_the_method_of_the_largest_payment_of_money(
    payments: list[tuple[str, int]], method: str | None
) -> None:
    paid = [MoneyPaid(PaymentMethod(name), *rest) for name, *rest in payments if name in PaymentMethod.__members__]
    assert method_of_payout(paid) == method


# ---------------------------------------------------------------- any order


WHOLES = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5_000)), min_size=1, max_size=4)
MOVES = st.lists(st.tuples(st.sampled_from(["items", "amount", "pay"]), st.integers(0, 3), st.integers(1, 4_000)))


@given(lines=WHOLES, off=st.integers(0, 100), tax=st.integers(0, 900), first=st.integers(0, 100), moves=MOVES)
def test_every_order_of_payments_and_refunds_ends_the_same(
    lines: list[tuple[int, int]], off: int, tax: int, first: int, moves: list[tuple[str, int, int]]
) -> None:
    sold = [Line(place, pieces(count), total) for place, (count, total) in enumerate(lines)]
    discount = sum(line.total for line in sold) * off // 101
    total = sum(line.total for line in sold) - discount
    assume(total)
    sale, so_far, past = SaleMoney(total, tax, (total + tax) * first // 100), RefundMoney(), list[PastRefund]()
    for move, place, size in [*moves, ("rest", 0, 0)]:
        left, rest = returnable(sold, discount, past), unpaid_rest(sale, so_far)
        if move == "pay":
            sale = sale._replace(paid=sale.paid + min(size, rest))
            continue
        line = left[place % len(left)]
        parts = all_that_is_left(left)
        if move == "items":
            parts = by_items(left, {line.item_id: min(pieces(1), line.pieces_left)})
        elif move == "amount":
            parts = by_amount(left, min(size, sum(one.left for one in left)))
        amount = sum(part.amount for part in parts)
        if amount:
            now = refund_money(sale, so_far, amount, rest)
            so_far = RefundMoney(*(a + b for a, b in zip(so_far, now, strict=True)))
            past.append(PastRefund(amount, tuple(parts)))
    assert (so_far.amount, so_far.tax, so_far.paid_out) == (total, tax, sale.paid)
    assert so_far.settled == sale.due - sale.paid
    assert [(line.left, line.pieces_left) for line in returnable(sold, discount, past) if line.left] == []
