"""Which categories are bought together in eight sales that were counted by hand, on each of the two stores.

T1 Tea Cake        T2 Tea Cake Mug     T3 Tea Cake      T4 Tea
T5 Mug             T6 Cake             T7 nothing categorised        T8 without lines of worth: Tea, Tea
"""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from analytics import affinity
from analytics.affinity import Ratio, Together, places_of
from resolvers.affinity import AffinityQuestion, category_affinity, recommendations_by_customer
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.services import Services
from schema.arguments import DateRange
from tests.analytics.asking import operation
from tests.analytics.telling import on_both_stores
from tests.builders import Line, Shop, open_shop

BASKETS: list[tuple[str | None, list[str | None]]] = [
    ("anna", ["Tea", "Cake"]),
    ("anna", ["Tea", "Cake", "Mug"]),
    ("ben", ["Tea", "Cake"]),
    ("cara", ["Tea"]),
    ("dan", ["Mug"]),
    (None, ["Cake"]),
    ("eve", [None]),
    ("ben", ["Tea", "Tea"]),
]


def lines(categories: list[str | None]) -> list[Line]:
    return [Line("thing", "1.00", category=category) for category in categories]


def tell(shop: Shop) -> None:
    shop.customer("ben", type="WHOLESALE")
    for customer, categories in BASKETS:
        shop.sale(customer, "2026-02-01", lines=lines(categories))
    shop.sale("finn", "2026-02-01", lines=lines(["Tea", "Pot"]), status="CANCELLED")
    shop.sale("gus", "2025-01-01", lines=lines(["Mug", "Pot"]))  # long before the period


services, shop, context = on_both_stores(tell)


async def pairs(context: Context, min_support: float = 0.0, **more: Any) -> list[tuple[Any, ...]]:
    found = (await category_affinity(context, AffinityQuestion(min_support=min_support, **more))).pairs
    return [(p.first, p.second, p.both, p.support, p.confidence, p.lift) for p in found]


# Of eight sales five have Tea, four Cake and two a Mug.
EXPECTED = [
    ("Cake", "Tea", 3, 3 / 8, 3 / 4, 3 * 8 / (4 * 5)),
    ("Tea", "Cake", 3, 3 / 8, 3 / 5, 3 * 8 / (4 * 5)),
    ("Cake", "Mug", 1, 1 / 8, 1 / 4, 1 * 8 / (4 * 2)),
    ("Mug", "Cake", 1, 1 / 8, 1 / 2, 1 * 8 / (4 * 2)),
    ("Mug", "Tea", 1, 1 / 8, 1 / 2, 1 * 8 / (5 * 2)),
    ("Tea", "Mug", 1, 1 / 8, 1 / 5, 1 * 8 / (5 * 2)),
]


async def test_all_pairs(context: Context) -> None:
    assert await pairs(context) == EXPECTED


async def test_the_least_support_is_taken_as_it_is_written(context: Context) -> None:
    for least, expected in ((0.125, EXPECTED), (0.1251, EXPECTED[:2]), (0.375, EXPECTED[:2]), (0.376, [])):
        assert await pairs(context, least) == expected


async def test_the_first_pairs(context: Context) -> None:
    for first in (1, 2, 3, 5):
        assert await pairs(context, first=first) == EXPECTED[:first]


async def test_other_sales(context: Context) -> None:
    everything = DateRange(start=None, end=None)
    wholesale = await pairs(context, customer_type="WHOLESALE")

    assert await pairs(context, period=everything, first=1) == [("Mug", "Pot", 1, 1 / 9, 1 / 3, 9 / 3)]
    assert wholesale == [("Cake", "Tea", 1, 1 / 2, 1.0, 1.0), ("Tea", "Cake", 1, 1 / 2, 1 / 2, 1.0)]
    assert await pairs(context, period=DateRange(start=None, end=None), min_support=1.0) == []


async def test_lines_without_a_category_are_uncategorised(services: Services, shop: Shop) -> None:
    shop.sale("anna", "2026-02-02", lines=lines([None, "Pot"]))
    await shop.save()
    async with operation(services, shop.id) as context:
        assert (await pairs(context, first=1))[0][:3] == ("Pot", "Uncategorised", 1)


async def test_nothing_sold(services: Services) -> None:
    empty = await open_shop(services.database, "Empty")
    async with operation(services, empty.id) as context:
        assert await pairs(context) == []
        assert await recommendations_by_customer(context, [1], 5) == [[]]


async def test_more_categories_than_a_word_has_bits(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pairs from sets of bits in several words, and from pairs of lines where there are too many."""
    shop = await open_shop(services.database, "Many")
    names = [f"{i:03}" for i in range(130)]
    for i in range(129):
        shop.sale("anna", "2026-02-01", lines=lines([names[i], names[i + 1], names[0]]))
    await shop.save()
    async with operation(services, shop.id) as context:
        in_words = await pairs(context, first=1000)
    monkeypatch.setattr(affinity, "MOST_WORDS", 0)
    services.reports._kept.clear()
    async with operation(services, shop.id) as context:
        assert await pairs(context, first=1000) == in_words
    assert len(in_words) == 2 * (129 + 128)
    of_first = [pair for pair in in_words if pair[0] == "000"]
    assert len(of_first) == 129
    assert {pair[1]: pair[2] for pair in of_first if pair[1] in ("001", "064", "129")} == {"001": 2, "064": 2, "129": 1}


async def test_an_order_of_more_categories_than_are_paired(services: Services) -> None:
    """1,200 categories in one order, of which 1,000 are paired: those with two lines, then the first by name."""
    shop = await open_shop(services.database, "Wide")
    names = [f"{i:04}" for i in range(1_200)]
    shop.sale("anna", "2026-02-01", lines=lines([*names, "1199"]))
    shop.sale("ben", "2026-02-02", lines=lines(["0000"]))
    await shop.save()
    async with operation(services, shop.id) as context:
        found = await category_affinity(context, AffinityQuestion(min_support=0.0, first=1_000))
        (all_of_ben,) = await recommendations_by_customer(context, [shop.id_of("ben")], 1_000)
        (of_ben,) = await recommendations_by_customer(context, [shop.id_of("ben")], 3)

    assert found.notices == ["Pairs are of the 1,000 categories of most lines; 200 others are left out."]
    assert [(p.first, p.second, p.lift) for p in found.pairs[:3]] == [
        ("0001", "0002", 2.0),
        ("0001", "0003", 2.0),
        ("0001", "0004", 2.0),
    ]
    assert found.pairs[998 - 1].second == "1199", "which has two lines; 0999 to 1198 have one"
    assert found.pairs[998].first == "0002"
    assert len(all_of_ben) == 999
    assert [(r.category, r.score) for r in of_ben] == [("0001", 1.0), ("0002", 1.0), ("0003", 1.0)]


def test_places_are_those_of_exact_fractions() -> None:
    """Against fractions, for all pairs of small numbers, where many ratios are equal in different terms."""
    over, under, other = (part.ravel() for part in np.meshgrid(*[np.arange(1, 9)] * 3))
    ratio = Ratio((over, over), (under, under, other))
    exact = [Fraction(int(o) ** 2, int(u) ** 2 * int(v)) for o, u, v in zip(over, under, other, strict=True)]
    place = {value: at for at, value in enumerate(sorted(set(exact)), 1)}

    assert places_of(ratio).tolist() == [place[value] for value in exact]
    assert len(place) < len(exact)


async def test_impossible_questions(context: Context) -> None:
    for least in (-0.1, 1.1):
        with pytest.raises(BadUserInput, match="`minSupport` is a share of all sales, from 0 to 1, not"):
            await pairs(context, least)
    for first in (0, -1, 1001):
        with pytest.raises(BadUserInput, match="`first` must be from 1 to 1,000, not"):
            await pairs(context, first=first)


# ---------------------------------------------------------------- recommendations


async def recommended(context: Context, shop: Shop, *customers: str, first: int = 5) -> list[list[tuple[str, float]]]:
    found = await recommendations_by_customer(context, [shop.id_of(c) for c in customers], first)
    return [[(r.category, r.score) for r in of_one] for of_one in found]


async def test_what_goes_with_what_a_customer_bought(shop: Shop, context: Context) -> None:
    # Of all nine counted sales: Tea 5, Cake 4, Mug 3, Pot 1; lift times confidence is n · both² / (first² · second):
    # Tea to Cake 9·9/(25·4) = 0.81, to Mug 9/(25·3) = 0.12; Mug to Pot 9/9 = 1, to Cake 9/36, to Tea 9/45.
    found = await recommended(context, shop, "cara", "dan", "anna", "eve", "finn")

    assert found == [
        [("Cake", 1.0), ("Mug", 0.5)],
        [("Pot", 1.0), ("Cake", 2 / 3), ("Tea", 1 / 3)],
        [("Pot", 1.0)],
        [],  # what has no category recommends nothing
        [],  # nor does a sale that was cancelled
    ]
    assert await recommended(context, shop, "dan", first=1) == [[("Pot", 1.0)]]


async def test_the_reason_names_the_pair(shop: Shop, context: Context) -> None:
    ((found,),) = await recommendations_by_customer(context, [shop.id_of("anna")], 5)

    assert (found.product, found.reason) == (None, "Customers who bought Mug also bought Pot.")


def square(*rows: list[int]) -> Any:
    return np.array(rows, np.int64)


def test_equal_strengths_are_by_name_and_have_equal_scores() -> None:
    both = square([2, 1, 1, 0], [1, 2, 0, 0], [1, 0, 2, 1], [0, 0, 1, 2])
    together = Together(["a", "b", "c", "d"], both, 6, "")

    assert [(r.category, r.because_of, r.score) for r in together.recommended(["a"], 5)] == [
        ("b", "a", 1.0),
        ("c", "a", 1.0),
    ]
    assert [(r.category, r.because_of, r.score) for r in together.recommended(["b", "d"], 5)] == [
        ("a", "b", 1.0),
        ("c", "d", 1.0),
    ]


def test_pairs_are_ordered_by_fractions() -> None:
    """Lifts that floats cannot tell apart: 3 / (7 · 11) of one pair and a hair less of the other."""
    big = 10**9
    both = square([7 * big, 3 * big, 0, 0], [3 * big, 11 * big, 0, 0], [0, 0, 7 * big, 3 * big], [0, 0, 3 * big, 0])
    both[3, 3] = 11 * big + 1
    found = Together(["c", "d", "a", "b"], both, 100 * big, "").pairs(Fraction(0), 1)

    assert [(p.first, p.second) for p in found] == [("c", "d")]


def test_a_share_is_compared_exactly() -> None:
    assert affinity.least_of(Fraction("0.01"), 100) == 1
    assert affinity.least_of(Fraction("0.01"), 101) == 2
    assert affinity.least_of(Fraction(0), 10) == 1
