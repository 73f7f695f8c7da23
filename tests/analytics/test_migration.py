"""Who moves between segments, and how many there are at each month's end: small shops worked out by hand."""

from collections.abc import AsyncGenerator
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.calendar import CohortPeriod
from analytics.segmentation import RFMScheme, SegmentationMethod
from analytics.segmentation.grouped import Placed, Rows, WindowPurchases, placed
from analytics.segmentation.methods import VALUE, behavior_table
from analytics.segmentation.migration import moves_between
from models.customers import CustomerType
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.segmentation.migration import (
    MigrationQuestion,
    SegmentationTrend,
    SegmentMigration,
    segment_migration,
    segmentation_trend,
)
from tests.analytics.asking import ask, minor, operation
from tests.builders import Line, Shop, open_shop

FROM, TO = "2025-12-31", "2026-03-05"  # today is the latter; their 60 days begin on 2025-11-02 and 2026-01-05


def question(
    method: str = "VALUE", days: int | None = 60, start: str = FROM, end: str = TO, **more: Any
) -> MigrationQuestion:
    return MigrationQuestion(
        method=SegmentationMethod(method),
        scheme=RFMScheme(more.get("scheme", "POS")),
        days=days,
        storefront=more.get("storefront"),
        customer_type=more.get("customer_type"),
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        include_inactive=more.get("include_inactive", True),
    )


@pytest.fixture
async def shop(services: Services) -> Shop:
    made = await open_shop(services.database)
    bought = {
        "a": {"2025-12-01": "100", "2026-02-01": "10"},
        "b": {"2025-12-02": "50", "2026-02-02": "300"},
        "c": {"2025-12-03": "40"},
        "d": {"2026-02-03": "20"},
        "e": {"2025-12-05": "30", "2026-02-04": "30"},
        "idle": {"2025-12-06": "20", "2026-02-05": "200"},
    }
    made.customer("idle", is_active=False)
    made.customer("d", type="WHOLESALE")
    for number, sales in bought.items():
        for day, amount in sales.items():
            made.sale(number, day, amount, storefront="Web" if number < "c" else None)
    made.refund("c", "2026-02-10", "15")  # after it was seen last
    made.sale("late", "2025-12-20", "70", counted_from="2026-01-10")  # does not count on 31 December
    await made.save()
    return made


@pytest.fixture
async def context(services: Services, shop: Shop) -> AsyncGenerator[Context]:
    async with operation(services, shop.id) as made:
        yield made


def told(shop: Shop, migration: SegmentMigration) -> list[tuple[Any, ...]]:
    """Each move with its number, its revenue in minor units and its customers."""
    return [
        (
            move.before,
            move.after,
            move.customer_count,
            minor(move.revenue),
            sorted(map(shop.number_of, move.members()["customer_id"].to_numpy().tolist())),
        )
        for move in migration.moves
    ]


async def test_moves_in_table_order_with_who_comes_and_goes(shop: Shop, context: Context) -> None:
    # Then a 100, b 50, c 40, e 30, idle 20; now b 300, idle 200, e 30, d 20, a 10.
    assert told(shop, await segment_migration(context, question())) == [
        ("HIGH", "LOW", 1, 10_00, ["a"]),
        ("MEDIUM", "HIGH", 1, 300_00, ["b"]),
        ("MEDIUM", "MEDIUM", 1, 30_00, ["e"]),
        ("MEDIUM", None, 1, 40_00, ["c"]),  # the revenue of then
        ("LOW", "MEDIUM", 1, 200_00, ["idle"]),
        (None, "MEDIUM", 1, 20_00, ["d"]),
    ]


async def test_all_history_keeps_everyone_and_counts_what_counted_then(shop: Shop, context: Context) -> None:
    moves = told(shop, await segment_migration(context, question(days=None)))
    # Now b 350, idle 220, a 110, late 70, e 60, c 25, d 20: of seven, six worse is High, one is not yet Medium.
    assert moves == [
        ("HIGH", "MEDIUM", 1, 110_00, ["a"]),
        ("MEDIUM", "HIGH", 1, 350_00, ["b"]),
        ("MEDIUM", "MEDIUM", 1, 60_00, ["e"]),
        ("MEDIUM", "LOW", 1, 25_00, ["c"]),
        ("LOW", "MEDIUM", 1, 220_00, ["idle"]),
        (None, "MEDIUM", 1, 70_00, ["late"]),
        (None, "LOW", 1, 20_00, ["d"]),
    ]


async def test_tier_moves_over_all_history_whatever_the_days(shop: Shop, context: Context) -> None:
    assert told(shop, await segment_migration(context, question("TIER", days=7))) == [
        ("NEW", "AT_RISK", 1, 25_00, ["c"]),  # 92 days
        ("NEW", "VIP", 1, 350_00, ["b"]),
        ("NEW", "REGULAR", 2, 280_00, ["e", "idle"]),
        ("VIP", "REGULAR", 1, 110_00, ["a"]),  # 30 days on 31 December, and the best of five then
        (None, "REGULAR", 2, 90_00, ["d", "late"]),
    ]


async def test_a_storefront_and_a_customer_type(shop: Shop, context: Context) -> None:
    web = global_id("Storefront", shop.id_of_storefront("Web"))
    assert told(shop, await segment_migration(context, question(storefront=web))) == [
        ("MEDIUM", "LOW", 1, 10_00, ["a"]),  # one of two is not above four fifths
        ("LOW", "MEDIUM", 1, 300_00, ["b"]),
    ]
    wholesale = question(customer_type=CustomerType.WHOLESALE)
    assert told(shop, await segment_migration(context, wholesale)) == [(None, "LOW", 1, 20_00, ["d"])]


async def test_both_ends_are_the_segmentations_of_their_days(shop: Shop, context: Context) -> None:
    for scheme in ("POS", "RETAIL", "REPORT"):
        moves = (await segment_migration(context, question("RFM", scheme=scheme))).moves
        for side, day in (("before", FROM), ("after", TO)):
            whole = await ask(context, scheme, 60, as_of=day, include_inactive=True)
            sizes = {s.code: s.customer_count for s in whole.segments if s.customer_count}
            counted: dict[str, int] = {}
            for move in moves:
                if (code := getattr(move, side)) is not None:
                    counted[code] = counted.get(code, 0) + move.customer_count
            assert counted == sizes


async def test_behavior_moves_between_categories_of_either_day(services: Services) -> None:
    shop = await open_shop(services.database)
    for number, then, now in (("a", "Tea", "Cake"), ("b", "Cake", "cake"), ("c", "Mixed", "Tea"), ("d", "Milk", None)):
        shop.sale(number, "2025-12-01", lines=[Line("x", "10", category=then)])
        if now:
            shop.sale(number, "2026-02-01", lines=[Line("x", "20", category=now)])
    await shop.save()
    async with operation(services, shop.id) as context:
        assert told(shop, await segment_migration(context, question("BEHAVIOR"))) == [
            ("CAKE", "CAKE_2", 1, 20_00, ["b"]),
            ("MILK", None, 1, 10_00, ["d"]),
            ("TEA", "CAKE", 1, 20_00, ["a"]),
            ("MIXED", "TEA", 1, 20_00, ["c"]),
        ]
        trend = await segmentation_trend(context, question("BEHAVIOR"), CohortPeriod.QUARTER)
        assert counts(trend) == {
            "2025-12-31": {"CAKE": 1, "MILK": 1, "TEA": 1, "MIXED": 1, "CAKE_2": 0},
            "2026-03-05": {"CAKE": 1, "MILK": 0, "TEA": 1, "MIXED": 0, "CAKE_2": 1},
        }


async def test_a_business_without_facts_moves_nobody(services: Services) -> None:
    shop = await open_shop(services.database)
    async with operation(services, shop.id) as context:
        for method in ("RFM", "VALUE", "TIER", "BEHAVIOR"):
            assert (await segment_migration(context, question(method))).moves == []
            trend = await segmentation_trend(context, question(method), CohortPeriod.YEAR)
            assert {count for day in counts(trend).values() for count in day.values()} == {0}


# ---------------------------------------------------------------- the trend


def counts(trend: SegmentationTrend) -> dict[str, dict[str, int]]:
    return {str(point.as_of): {s.code: s.customer_count for s in point.segments} for point in trend.points}


async def test_a_point_at_the_end_of_each_unit_and_the_last_on_its_day(shop: Shop, context: Context) -> None:
    trend = await segmentation_trend(context, question(start="2025-12-15"), CohortPeriod.MONTH)
    assert counts(trend) == {
        "2025-12-31": {"HIGH": 1, "MEDIUM": 3, "LOW": 1},
        # 2025-12-03 to 2026-01-31: late 70, c 40, e 30, idle 20; of four nobody is High
        "2026-01-31": {"HIGH": 0, "MEDIUM": 3, "LOW": 1},
        "2026-02-28": {"HIGH": 1, "MEDIUM": 3, "LOW": 1},
        "2026-03-05": {"HIGH": 1, "MEDIUM": 3, "LOW": 1},
    }
    january = trend.points[1]
    assert [(s.name, minor(s.revenue)) for s in january.segments] == [("High", 0), ("Medium", 140_00), ("Low", 20_00)]


async def test_each_point_is_the_segmentation_of_its_day(shop: Shop, context: Context) -> None:
    for method, scheme in (("RFM", "POS"), ("RFM", "RETAIL"), ("VALUE", "POS"), ("TIER", "POS"), ("BEHAVIOR", "POS")):
        asked = question(method, scheme=scheme, start="2025-11-30")
        for point in (await segmentation_trend(context, asked, CohortPeriod.MONTH)).points:
            whole = await ask(context, scheme, 60, method=method, as_of=point.as_of, include_inactive=True)
            found = {s.code: (s.customer_count, s.revenue) for s in point.segments if s.customer_count}
            expected = {s.code: (s.customer_count, s.total_revenue) for s in whole.segments if s.customer_count}
            assert found == expected


async def test_one_day_is_one_point(context: Context) -> None:
    trend = await segmentation_trend(context, question(start=TO), CohortPeriod.YEAR)
    assert [str(point.as_of) for point in trend.points] == [TO]
    trend = await segmentation_trend(context, question(start=FROM, end=FROM), CohortPeriod.YEAR)
    assert [str(point.as_of) for point in trend.points] == [FROM]


async def test_at_most_120_points(context: Context) -> None:
    asked = question(start="2016-04-01", end="2026-03-05")
    assert len((await segmentation_trend(context, asked, CohortPeriod.MONTH)).points) == 120
    with pytest.raises(
        BadUserInput, match=r"at most 120 points.* every MONTH there would be 121: `every: QUARTER` .*41"
    ):
        await segmentation_trend(context, question(start="2016-03-31"), CohortPeriod.MONTH)
    with pytest.raises(BadUserInput, match=r"every MONTH there would be 1,215: `every: YEAR` would give 102"):
        await segmentation_trend(context, question(start="1925-01-01"), CohortPeriod.MONTH)
    with pytest.raises(BadUserInput, match=r"every QUARTER there would be 1,305: ask for fewer years"):
        await segmentation_trend(context, question(start="1700-01-01"), CohortPeriod.QUARTER)


# ---------------------------------------------------------------- what is refused, what is said


async def test_days_that_are_not_in_order(context: Context) -> None:
    with pytest.raises(BadUserInput, match=r"`from`, 2026-03-05, must be before `to`, 2026-03-05"):
        await segment_migration(context, question(start=TO))
    with pytest.raises(BadUserInput, match=r"`from`, 2026-03-05, must be before `to`, 2026-03-05"):
        await segment_migration(context, question(start=TO, end="2027-01-01"))
    with pytest.raises(BadUserInput, match=r"`from`, 2026-02-02, is after `to`, 2026-02-01"):
        await segmentation_trend(context, question(start="2026-02-02", end="2026-02-01"), CohortPeriod.MONTH)
    with pytest.raises(BadUserInput, match=r"`from` is 2026-03-06, after today, 2026-03-05"):
        await segment_migration(context, question(start="2026-03-06", end="2026-03-07"))
    with pytest.raises(BadUserInput, match="`from` is before 1700-01-01"):
        await segment_migration(context, question(start="1699-12-31"))


async def test_credit_and_impossible_windows_are_refused(context: Context) -> None:
    with pytest.raises(BadUserInput, match="not kept by day: compare days by method RFM, VALUE, TIER or BEHAVIOR"):
        await segment_migration(context, question("CREDIT"))
    with pytest.raises(BadUserInput, match="not kept by day"):
        await segmentation_trend(context, question("CREDIT"), CohortPeriod.MONTH)
    with pytest.raises(BadUserInput, match="`days` must be from 1 to 9,999"):
        await segment_migration(context, question(days=0))


async def test_a_day_to_come_means_today_and_says_so(shop: Shop, context: Context) -> None:
    later = await segment_migration(context, question(end="2026-04-01"))
    assert told(shop, later) == told(shop, await segment_migration(context, question()))
    assert later.notices == ["to 2026-04-01 is in the future; this is the answer for today, 2026-03-05."]
    trend = await segmentation_trend(context, question(end="2026-04-01"), CohortPeriod.MONTH)
    assert str(trend.points[-1].as_of) == "2026-03-05"
    assert len(trend.notices) == 1


async def test_answers_are_kept_until_the_facts_change(services: Services, shop: Shop) -> None:
    async def asked() -> list[tuple[bool, int]]:
        async with operation(services, shop.id) as context:
            found = [
                await segment_migration(context, question()),
                await segmentation_trend(context, question(), CohortPeriod.MONTH),
            ]
            return [(one.freshness.from_cache, one.freshness.data_revision) for one in found]

    assert [await asked(), await asked()] == [[(False, 1)] * 2, [(True, 1)] * 2]
    shop.sale("new", "2026-03-05", "10.00")
    await shop.save()
    assert [await asked(), await asked()] == [[(False, 2)] * 2, [(True, 2)] * 2]


# ---------------------------------------------------------------- properties


def population(segments: dict[int, int], revenue: int) -> Placed:
    """Customers in segments of VALUE, each with a revenue of its own."""
    ids = np.array(sorted(segments), np.int64)
    ones = np.ones(len(ids), np.int64)
    bought = WindowPurchases(ids, revenue * ids, ones, ones.astype(np.int32))
    position = np.array([segments[id_] for id_ in ids.tolist()], np.int8)
    return placed(VALUE, position, bought, refunded=0, active=0, statement="")


PEOPLE = st.dictionaries(st.integers(1, 40), st.integers(0, 2), max_size=30)


@given(then=PEOPLE, now=PEOPLE)
def test_everyone_makes_exactly_one_move(then: dict[int, int], now: dict[int, int]) -> None:
    moves = moves_between(population(then, 1), population(now, 100))
    expected: dict[tuple[int, int], list[int]] = {}
    for id_ in sorted({*then, *now}):
        expected.setdefault((then.get(id_, 3), now.get(id_, 3)), []).append(id_)
    segments = (*VALUE.segments, None)
    assert [(m.before, m.after, m.customers) for m in moves.figures] == [
        (segments[i], segments[j], len(ids)) for (i, j), ids in sorted(expected.items())
    ]
    for place, (_, ids) in enumerate(sorted(expected.items())):
        move, members = moves.figures[place], moves.members(place)
        assert members["customer_id"].to_pylist() == ids
        assert sum(members["revenue"].to_numpy().tolist()) == move.revenue
        assert move.revenue == sum(100 * id_ if id_ in now else id_ for id_ in ids)


@given(st.lists(st.integers(0, 4), max_size=30))
def test_rows_of_groups(groups: list[int]) -> None:
    rows = Rows.of(np.array(groups, np.int16), 5)
    for group in range(5):
        assert rows[[group]].tolist() == [i for i, of in enumerate(groups) if of == group]
    assert sorted(rows[range(5)].tolist()) == list(range(len(groups)))
    assert rows[[]].tolist() == []


def test_a_table_of_categories_is_made_once() -> None:
    assert behavior_table(["b", "a"]) is behavior_table(["a", "b", "a"])
