"""How a shop buys in two weeks of which every number was worked out by hand, on each of the two stores.

The period is Sunday 1 to Saturday 14 February 2026; today is 5 March.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.customers import RevenueBasis
from analytics.patterns import Grouping
from models.businesses import Weekday
from models.customers import CustomerType
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.patterns import PatternsQuestion, PurchasePatterns, buyers_by_point, items_by_basket, purchase_patterns
from resolvers.periods import Comparison
from rules.selling import PaymentMethod
from schema.arguments import DateRange
from tests.analytics.telling import on_both_stores
from tests.builders import Line, Shop

PERIOD = DateRange(start=date(2026, 2, 1), end=date(2026, 2, 14))


def tell(shop: Shop) -> None:
    """The shop of all tests here."""
    shop.customer("ben", type="WHOLESALE")
    tea = Line("Tea", "10.00", "2", category="Drinks", cost="4.00")
    shop.sale(
        "anna",
        "2026-02-01 09:30",
        "40.00",
        number="S1",
        lines=[tea, Line("Cake", "20.00", category="Food")],
        payments={"CARD": "40.00"},
    )
    shop.sale(
        "anna",
        "2026-02-01 21:15",
        "100.00",
        number="S2",
        lines=[Line("Kettle", "110.00", category="Ware", cost="60.00")],
        discount="10.00",
        payments={"CASH": "60.00", "CARD": "40.00"},
    )
    sample = Line("Sample", "0.00", "2")
    shop.sale(
        "anna",
        "2026-02-04 09:05",
        "5.00",
        number="S3",
        lines=[tea._replace(quantity="0.5"), sample],
        payments={"VOUCHER": "5.00"},
    )
    shop.sale("ben", "2026-02-04", "300.00", number="S4", storefront="Web", payments={"CARD": "100.00"}, has_hour=False)
    shop.payment("ben", "2026-02-10", "50.00", method="CARD", sale="S4")
    shop.payment("ben", "2026-02-20", "150.00", method="CASH", sale="S4")  # later than the period
    tea = Line("Tea", "10.00", "4", category="Drinks")
    shop.sale(None, "2026-02-07 09:00", "40.00", number="S5", storefront="Web", lines=[tea])
    shop.sale("cara", "2026-02-14 14:00", "-5.00", number="S6", lines=[Line("Returned", "-5.00", category="Food")])
    shop.sale("ben", "2026-02-10 10:00", "999.00", number="S7", counted_from="2026-02-15")  # was pending still
    shop.sale("anna", "2026-02-15 10:00", "999.00", number="S8")
    shop.sale("dan", "2026-02-05 10:00", "999.00", number="S9", status="PENDING")
    shop.sale("dan", "2026-02-05 10:00", "999.00", number="S10", status="CANCELLED")
    shop.sale("anna", "2025-12-31 10:00", "60.00", number="S11")
    shop.sale("ben", "2026-01-18 10:00", "20.00", number="S12")
    shop.refund(None, "2026-02-03 10:20", "20.00", sale="S1")  # half of it, so half of its profit of 12.00
    shop.refund("anna", "2026-02-14", "7.00", has_hour=False)
    shop.refund(None, "2026-02-02 08:00", "3.00")
    shop.refund(None, "2026-02-20", "100.00", sale="S4")
    shop.refund(None, "2026-01-20 12:00", "1.00")
    shop.refund(None, "2025-12-30 12:00", "500.00")  # before the first sale


services, shop, context = on_both_stores(tell)


async def ask(context: Context, **question: Any) -> PurchasePatterns:
    return await purchase_patterns(context, PatternsQuestion(**{"period": PERIOD, **question}))


def shown(buckets: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(bucket, name) for name in names) for bucket in buckets]


def not_empty(buckets: Any) -> dict[int, tuple[int, str]]:
    found = {b.key: (b.transaction_count, str(b.revenue)) for b in buckets}
    return {key: bucket for key, bucket in found.items() if bucket != (0, "0.00")}


async def test_the_summary(context: Context) -> None:
    answer = await ask(context)
    summary = await answer.summary()

    assert (summary.total_transactions, summary.anonymous_transactions, summary.revenue) == (6, 1, Decimal("450.00"))
    assert await summary.unique_customers() == 3
    assert summary.avg_basket_size == Decimal("80.00")
    assert await summary.avg_items_per_transaction() == 12.5 / 6
    assert await summary.transactions_per_customer() == 5 / 3
    assert await summary.most_popular_payment_method() is PaymentMethod.CARD
    assert summary.busiest_day is Weekday.WEDNESDAY  # two, as on Saturdays and Sundays
    assert summary.busiest_hour == 9
    assert (answer.period.days, answer.period.complete) == (14, True)


async def test_the_period_before_is_as_it_was_then(context: Context) -> None:
    before = await (await ask(context, compare_to=Comparison.PREVIOUS_PERIOD)).previous()
    assert before is not None
    assert (before.total_transactions, before.revenue, await before.unique_customers()) == (1, Decimal("19.00"), 1)
    assert await before.most_popular_payment_method() is None

    year = await (await ask(context, compare_to=Comparison.PREVIOUS_YEAR)).previous()
    assert year is not None
    assert (year.total_transactions, year.revenue, year.avg_basket_size) == (0, Decimal("0.00"), None)
    assert (await year.avg_items_per_transaction(), await year.transactions_per_customer()) == (None, None)
    assert (year.busiest_day, year.busiest_hour) == (None, None)
    assert await (await ask(context)).previous() is None


async def test_refunds_take_from_their_own_day_and_hour(context: Context) -> None:
    answer = await ask(context)

    assert not_empty(await answer.by_weekday()) == {
        1: (0, "-3.00"),
        2: (0, "-20.00"),
        3: (2, "305.00"),
        6: (2, "28.00"),
        7: (2, "140.00"),
    }
    assert not_empty(await answer.by_hour()) == {
        8: (0, "-3.00"),
        9: (3, "85.00"),
        10: (0, "-20.00"),
        14: (1, "-5.00"),
        21: (1, "100.00"),
    }
    assert not_empty(await answer.by_month()) == {2: (6, "450.00")}
    cells = {(b.weekday, b.hour): (b.transaction_count, str(b.revenue)) for b in await answer.by_weekday_hour()}
    assert len(cells) == 168
    assert {moment: cell for moment, cell in cells.items() if cell != (0, "0.00")} == {
        (Weekday.MONDAY, 8): (0, "-3.00"),
        (Weekday.TUESDAY, 10): (0, "-20.00"),
        (Weekday.WEDNESDAY, 9): (1, "5.00"),
        (Weekday.SATURDAY, 9): (1, "40.00"),
        (Weekday.SATURDAY, 14): (1, "-5.00"),
        (Weekday.SUNDAY, 9): (1, "40.00"),
        (Weekday.SUNDAY, 21): (1, "100.00"),
    }


async def test_shares_of_hours_are_of_all_transactions(context: Context) -> None:
    answer = await ask(context)

    assert [b.percentage for b in await answer.by_hour()][9] == 50.0
    assert sum(b.percentage or 0 for b in await answer.by_hour()) == pytest.approx(500 / 6)
    assert sum(b.percentage or 0 for b in await answer.by_weekday()) == pytest.approx(100)
    assert await answer.notices() == [
        "1 sale and 1 refund have no known hour: byHour, byWeekdayHour and busiestHour leave them out."
    ]


async def test_labels(context: Context) -> None:
    answer = await ask(context)

    assert shown(await answer.by_weekday(), "key", "label")[::6] == [(1, "Monday"), (7, "Sunday")]
    assert shown(await answer.by_hour(), "key", "label")[::23] == [(0, "00:00"), (23, "23:00")]
    assert shown(await answer.by_month(), "key", "label")[2::9] == [(3, "March"), (12, "December")]


async def test_revenue_on_each_basis(context: Context) -> None:
    gross = await ask(context, revenue_basis=RevenueBasis.GROSS)
    margin = await ask(context, revenue_basis=RevenueBasis.MARGIN)

    assert (await gross.summary()).revenue == Decimal("480.00")
    assert (await margin.summary()).revenue == Decimal("49.00")  # 12 + 40 + 3, less the 6 of the refund
    assert (await margin.summary()).avg_basket_size == Decimal("80.00")
    assert not_empty(await margin.by_weekday()) == {
        2: (0, "-6.00"),
        3: (2, "3.00"),
        6: (2, "0.00"),
        7: (2, "52.00"),
    }
    assert (await margin.notices())[-1] == (
        "Revenue is known profit: the cost of goods is known for 26.0 % of the revenue as sold (costCoverage)."
    )
    assert len(await gross.notices()) == 1


async def test_frequency(context: Context) -> None:
    frequency = await (await ask(context)).frequency()

    assert (frequency.daily, frequency.weekly, frequency.monthly) == (6 / 14, 3.0, 6 * 30.4375 / 14)
    assert await frequency.avg_days_between_purchases() == 3.0  # anna's first and fourth of February
    longer = await ask(context, period=DateRange(start=date(2025, 12, 1), end=date(2026, 3, 5)))
    # anna: 31 December, 1, 4 and 15 February; ben: 18 January, 4 and 10 February
    assert await (await longer.frequency()).avg_days_between_purchases() == (32 + 3 + 11 + 17 + 6) / 5


async def test_baskets(context: Context) -> None:
    baskets = await (await ask(context)).baskets()

    assert shown(baskets, "min", "max", "transaction_count") == [
        (None, 0, 1),
        (0, 100, 3),
        (100, 250, 1),  # 100.00 is no longer below 100
        (250, 500, 1),
        (500, 1000, 0),
        (1000, None, 0),
    ]
    assert [b.percentage for b in baskets] == [100 / 6, 50.0, 100 / 6, 100 / 6, 0.0, 0.0]
    items = await items_by_basket(context, [b.key for b in baskets], None)
    assert items == [1.0, 9.5 / 3, 1.0, 1.0, None, None]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        (["-10"], [(Decimal(-10), None, 6)]),  # nothing is below the first edge
        (["40"], [(None, Decimal(40), 2), (Decimal(40), None, 4)]),
        (["5.01", "40", "1000"], [(None, "5.01", 2), ("5.01", 40, 0), (40, 1000, 4), (1000, None, 0)]),
    ],
)
async def test_other_edges(context: Context, edges: list[str], expected: list[tuple[Any, ...]]) -> None:
    baskets = await (await ask(context, basket_edges=[Decimal(edge) for edge in edges])).baskets()

    money = [tuple(None if e is None else Decimal(e) for e in row[:2]) + row[2:] for row in expected]
    assert shown(baskets, "min", "max", "transaction_count") == money


async def test_a_weekly_series_is_clipped_to_the_period(context: Context) -> None:
    points = await (await ask(context, grouping=Grouping.WEEKLY)).series()

    assert shown(points, "start", "end", "transaction_count", "revenue", "complete") == [
        (date(2026, 2, 1), date(2026, 2, 1), 2, Decimal("140.00"), True),
        (date(2026, 2, 2), date(2026, 2, 8), 3, Decimal("322.00"), True),
        (date(2026, 2, 9), date(2026, 2, 14), 1, Decimal("-12.00"), False),  # its Sunday was to come
    ]
    assert await buyers_by_point(context, [p.key for p in points], None) == [1, 2, 1]


async def test_daily_and_monthly_series(context: Context) -> None:
    days = await (await ask(context, grouping=Grouping.DAILY)).series()
    months = await (await ask(context, period=DateRange(start=date(2025, 12, 31)))).series()

    assert len(days) == 14
    assert await buyers_by_point(context, [p.key for p in days], None) == [1, 0, 0, 2] + [0] * 9 + [1]
    assert all(p.complete and p.start == p.end for p in days)
    assert shown(months, "start", "end", "transaction_count", "complete") == [
        (date(2025, 12, 31), date(2025, 12, 31), 1, True),
        (date(2026, 1, 1), date(2026, 1, 31), 1, True),
        (date(2026, 2, 1), date(2026, 2, 28), 8, True),
        (date(2026, 3, 1), date(2026, 3, 5), 0, False),
    ]
    assert await buyers_by_point(context, [p.key for p in months], None) == [1, 1, 3, 0]


async def test_payment_methods(context: Context) -> None:
    methods = await (await ask(context)).payment_methods()

    assert shown(methods, "method", "transaction_count", "percentage", "avg_transaction_value") == [
        (PaymentMethod.CARD, 3, 50.0, Decimal("76.67")),  # 40 + 40 + 100 + 50: two payments of one sale
        (PaymentMethod.CASH, 1, 100 / 6, Decimal("60.00")),
        (PaymentMethod.VOUCHER, 1, 100 / 6, Decimal("5.00")),
    ]


async def test_categories(context: Context) -> None:
    columns = ("category", "purchase_count", "percentage", "avg_spend", "revenue")
    for basis in (RevenueBasis.NET, RevenueBasis.GROSS):
        assert shown(await (await ask(context, revenue_basis=basis)).categories(), *columns) == [
            ("Uncategorised", 2, 100 * 2 / 6, Decimal("150.00"), Decimal("300.00")),
            ("Ware", 1, 100 / 6, Decimal("110.00"), Decimal("110.00")),  # before the discount
            ("Drinks", 3, 50.0, Decimal("21.67"), Decimal("65.00")),
            ("Food", 2, 100 * 2 / 6, Decimal("7.50"), Decimal("15.00")),
        ]
    margin = await ask(context, revenue_basis=RevenueBasis.MARGIN)
    assert shown(await margin.categories(), "category", "purchase_count", "avg_spend", "revenue") == [
        ("Ware", 1, Decimal("50.00"), Decimal("50.00")),
        ("Drinks", 3, Decimal("5.00"), Decimal("15.00")),
        ("Food", 2, Decimal("0.00"), Decimal("0.00")),
        ("Uncategorised", 2, Decimal("0.00"), Decimal("0.00")),
    ]


@pytest.mark.parametrize("basis", list(RevenueBasis))
async def test_seasonality_is_of_all_history_in_every_basis(context: Context, basis: RevenueBasis) -> None:
    indexes = {s.label: s.index for s in await (await ask(context, revenue_basis=basis)).seasonality()}

    # From 31 December: 1, 31 and 14 days with 60, 20 - 1 and 450, 529 in 46 days.
    assert indexes == {
        "January": 19 * 46 / (31 * 529),
        "February": 450 * 46 / (14 * 529),
        "December": 60 * 46 / (1 * 529),
        **dict.fromkeys(("March", "April", "May", "June", "July"), None),
        **dict.fromkeys(("August", "September", "October", "November"), None),
    }


async def test_a_customer_alone(shop: Shop, context: Context) -> None:
    answer = await ask(context, customer=global_id("Customer", shop.id_of("anna")))
    summary = await answer.summary()

    assert (summary.total_transactions, summary.anonymous_transactions) == (3, 0)
    assert (summary.revenue, await summary.unique_customers()) == (Decimal("118.00"), 1)
    assert await (await answer.frequency()).avg_days_between_purchases() == 3.0
    assert shown(await answer.payment_methods(), "method", "transaction_count") == [
        (PaymentMethod.CARD, 2),
        (PaymentMethod.CASH, 1),
        (PaymentMethod.VOUCHER, 1),
    ]
    assert {c.category for c in await answer.categories()} == {"Drinks", "Food", "Ware", "Uncategorised"}
    assert [b.transaction_count for b in await answer.baskets()] == [2, 1, 0, 0, 0]
    # anna's first was on 31 December; in February 140 + 5, less 27
    assert [s.index for s in await answer.seasonality()][1] == 118 * 46 / (14 * 178)


async def test_a_customer_type_leaves_anonymous_sales_out(context: Context) -> None:
    expected = {"WHOLESALE": (1, 0, Decimal("300.00"), 1), "RETAIL": (4, 0, Decimal("113.00"), 2)}
    for type_, figures in expected.items():
        summary = await (await ask(context, customer_type=CustomerType(type_))).summary()
        found = (summary.total_transactions, summary.anonymous_transactions, summary.revenue)
        assert (*found, await summary.unique_customers()) == figures


async def test_a_storefront_has_its_sales_and_their_refunds(shop: Shop, context: Context) -> None:
    web = global_id("Storefront", shop.id_of_storefront("Web"))
    summary = await (await ask(context, storefront=web)).summary()
    later = await (await ask(context, storefront=web, period=DateRange(start=date(2026, 2, 15)))).summary()

    assert (summary.total_transactions, summary.revenue, summary.anonymous_transactions) == (2, Decimal("340.00"), 1)
    assert (later.total_transactions, later.revenue) == (0, Decimal("-100.00"))


async def test_a_period_without_anything(context: Context) -> None:
    for basis in RevenueBasis:
        answer = await ask(context, period=DateRange(end=date(2025, 12, 1)), revenue_basis=basis)
        summary = await answer.summary()
        assert (summary.total_transactions, summary.revenue, summary.avg_basket_size) == (0, Decimal("0.00"), None)
        assert await (await answer.frequency()).avg_days_between_purchases() is None
        assert {(b.transaction_count, b.percentage) for b in await answer.by_weekday()} == {(0, None)}
        assert [(b.transaction_count, b.percentage) for b in await answer.baskets()] == [(0, None)] * 5
        assert (await answer.payment_methods(), await answer.categories()) == ([], [])
        assert {s.index for s in await answer.seasonality()} == {None}
        assert len(await answer.series()) == 1
