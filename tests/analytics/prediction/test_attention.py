"""The usual gap between purchases, and who is called."""

import numpy as np
import pytest

from analytics.prediction.attention import Attention, is_needed, usual_gaps
from resolvers.operation.context import Context
from rules.days import day_number
from tests.analytics.telling import on_both_stores
from tests.builders import NOW, Shop

TODAY = day_number(NOW.date())


def tell(shop: Shop) -> None:
    """Gaps of 10, 2, 3 and 4 days; of 7; of 1 and 30; of 1 four times and 9."""
    for day in (1, 11, 13, 16, 20, 20):  # twice on one day is one purchase day
        shop.sale("TEN", f"2026-01-{day:02}", "5.00")
    shop.sale("TEN", "2026-01-21", "5.00", status="CANCELLED")
    for day in ("2026-01-01", "2026-01-08"):
        shop.sale("SEVEN", day, "5.00")
    for day in ("2026-01-01", "2026-01-02", "2026-02-01"):
        shop.sale("THIRTY", day, "5.00")
    for day in (1, 2, 3, 4, 5, 14):
        shop.sale("ONE", f"2026-01-{day:02}", "5.00")
    shop.sale("ONCE", "2026-01-01", "5.00")
    for day in (5, 6, 7):
        shop.sale(None, f"2026-01-{day:02}", "5.00")


services, shop, context = on_both_stores(tell)


async def test_the_usual_gap_is_one_s_own_from_four_gaps_on(context: Context, shop: Shop) -> None:
    """Nearest rank: the 4th of 4 gaps (3.2), the 4th of 5 (4.0), and the 10th of all 12 (9.6)."""
    gaps = await usual_gaps(await context.facts(), TODAY)
    names = ("TEN", "ONE", "SEVEN", "THIRTY", "ONCE")
    found = gaps.of(np.array([shop.id_of(name) for name in names], np.int64))
    assert dict(zip(names, found.tolist(), strict=True)) == {"TEN": 10, "ONE": 1, "SEVEN": 9, "THIRTY": 9, "ONCE": 9}


async def test_later_purchases_are_not_known_yet(context: Context, shop: Shop) -> None:
    """To 13 January TEN has two gaps, of 10 and 2 days, and all are 1, 1, 1, 1, 1, 2, 7, 10: the 7th of 8 (6.4)."""
    gaps = await usual_gaps(await context.facts(), day_number(NOW.date().replace(month=1, day=13)))
    assert gaps.of(np.array([shop.id_of("TEN")], np.int64)).tolist() == [7]


async def test_without_any_gap_nothing_is_longer_than_usual(context: Context, shop: Shop) -> None:
    gaps = await usual_gaps(await context.facts(), day_number(NOW.date().replace(month=1, day=1)))
    assert gaps.of(np.array([shop.id_of("TEN")], np.int64)).tolist() == [np.inf]


@pytest.mark.parametrize(
    ("alive", "days", "expected"),
    [
        (0.9, 99, None),
        (0.8001, 99, None),
        (0.8, 11, Attention.LEAVING),
        (0.8, 10, None),
        (0.2, 11, Attention.LEAVING),
        (0.2, 10, None),
        (0.1999, 0, Attention.LOST),
    ],
)
def test_who_needs_attention(alive: float, days: int, expected: Attention | None) -> None:
    of_one = (np.array([alive]), np.array([days]), np.array([10.0]))
    assert [kind for kind in Attention if is_needed(kind, *of_one)[0]] == ([expected] if expected else [])
