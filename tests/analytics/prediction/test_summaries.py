"""The histories of customers: worked by hand, and the same on the copy and on both stores."""

from datetime import date
from typing import Any

import numpy as np

from analytics.prediction.summaries import (
    Histories,
    Summaries,
    occasions,
    spending_of,
    summaries_of,
)
from analytics.scope import Scope
from resolvers.operation.context import Context
from rules.days import day_number
from tests.builders import Shop

TODAY = day_number(date(2026, 3, 5))
JAN_5, JAN_12, MARCH_2, FEB_1 = (day_number(date(2026, month, day)) for month, day in ((1, 5), (1, 12), (3, 2), (2, 1)))
ALL = Scope(TODAY, None, include_inactive=True)


async def told(context: Context, shop: Shop, scope: Scope, asked: list[str] | None = None) -> dict[str, Any]:
    """Occasions, first and last day, and repeat spend by customer number."""
    ids = None if asked is None else [shop.id_of(number) for number in asked]
    people = await summaries_of(await context.facts(), scope, ids)
    assert people.customer_id.tolist() == sorted(people.customer_id.tolist())
    columns = (people.customer_id, people.occasions, people.first_day, people.last_day, people.repeat_spend)
    return {shop.number_of(id_): tuple(rest) for id_, *rest in zip(*(c.tolist() for c in columns), strict=True)}


async def test_histories(context: Context, shop: Shop):
    assert await told(context, shop, ALL) == {
        "anna": (3, JAN_5, MARCH_2, 3_100),  # 30.00 - 4.00 and 5.00
        "ben": (1, FEB_1, FEB_1, 0),
        "cleo": (2, JAN_5, FEB_1, 50),
        "dan": (2, JAN_12, FEB_1, 0),
    }


async def test_histories_to_an_earlier_day(context: Context, shop: Shop):
    assert await told(context, shop, Scope(FEB_1 - 1, None, include_inactive=True)) == {
        "anna": (2, JAN_5, JAN_12, 3_000),
        "cleo": (1, JAN_5, JAN_5, 0),
        "dan": (1, JAN_12, JAN_12, 0),
    }
    day_before = await told(context, shop, Scope(TODAY - 1, None, include_inactive=True))
    assert day_before["cleo"] == (2, JAN_5, FEB_1, 800)  # it counts, and was not paid back yet


async def test_histories_of_a_window_and_of_a_storefront(context: Context, shop: Shop):
    window = await told(context, shop, Scope(TODAY, TODAY - JAN_12 + 1, include_inactive=True))
    assert {number: row[0] for number, row in window.items()} == {"anna": 2, "ben": 1, "cleo": 1, "dan": 2}
    web = Scope(TODAY, None, shop.id_of_storefront("Web"), include_inactive=True)
    assert await told(context, shop, web) == {"anna": (3, JAN_5, MARCH_2, 3_100)}


async def test_histories_of_some(context: Context, shop: Shop):
    everyone = await told(context, shop, ALL)
    assert await told(context, shop, ALL, ["dan", "anna", "eve"]) == {n: everyone[n] for n in ("anna", "dan")}
    assert await told(context, shop, ALL, []) == {}


async def test_the_stores_answer_alike(context: Context, shop: Shop):
    view, storefront = await context.facts(), shop.id_of_storefront("Web")
    for scope in (ALL, Scope(TODAY, 40), Scope(FEB_1, None), Scope(TODAY, None, storefront)):
        statement = occasions(scope.storefront is not None)
        async with shop.database.reading(shop.id) as connection:
            stored = [tuple(row) for row in await connection.execute(statement, scope.params())]
        rows = (await view.fetch(statement, scope.params())).to_pylist()
        assert stored == [tuple(row.values()) for row in rows]


def summaries(*rows: tuple[int, int, int, int, int]) -> Summaries:
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    return Summaries(columns[0], *(column.astype(np.int32) for column in columns[1:4]), columns[4])


def test_histories_count_days_to_the_end_of_a_day():
    people = summaries((4, 3, 100, 160, 900), (9, 1, 170, 170, 0))
    histories = people.histories(170)
    assert histories.repeats.tolist() == [2, 0]
    assert histories.span.tolist() == [60, 0]
    assert histories.age.tolist() == [70, 0]


def test_who_is_not_there_first_bought_on_the_day():
    people = summaries((4, 3, 100, 160, 900), (9, 1, 170, 170, 0))
    assert people.positions_of(np.array([9, 5, 4])).tolist() == [1, -1, 0]
    found = people.of(np.array([9, 5, 4]), 180)
    assert found.occasions.tolist() == [1, 1, 3]
    assert found.first_day.tolist() == [170, 180, 100]
    assert found.repeat_spend.tolist() == [0, 0, 900]
    nobody = Summaries(*(column[:0] for column in vars(people).values()))
    assert nobody.of(np.array([5]), 180).histories(180).age.tolist() == [0]


def test_spending_is_of_those_who_spent_something_on_repeat_orders():
    people = summaries((1, 3, 0, 9, 900), (2, 1, 0, 0, 0), (3, 2, 0, 9, 0), (4, 2, 0, 9, -5), (5, 2, 0, 9, 100))
    spending = spending_of(people, 100)
    assert spending.occasions.tolist() == [2, 1]
    assert spending.mean.tolist() == [4.5, 1.0]


def test_grouping_keeps_order_and_counts():
    people = Histories(*np.array([(1, 5, 9), (0, 0, 9), (1, 5, 9), (1, 4, 9), (0, 0, 3)], np.int32).T)
    grouped = people.grouped()
    rows = zip(grouped.repeats, grouped.span, grouped.age, grouped.weights, strict=True)
    assert [tuple(map(int, row)) for row in rows] == [(0, 0, 3, 1), (0, 0, 9, 1), (1, 4, 9, 1), (1, 5, 9, 2)]
    assert grouped.grouped().customers == 5
    assert len(people.at(slice(0, 0)).grouped()) == 0
