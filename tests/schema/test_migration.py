"""Migration and trend of the corner shop: every field, arguments, drill-downs, and what they refuse.

In the 90 days to 31 December 2025 BEN bought for 20.00 and ANN for 12.00; in those to 5 March 2026 IDLE, who is
inactive and in it all the same, for 500.00, ANN 99.50, NONAME 60.00, BEN 40.00, GONE 30.00.
"""

from typing import Any

import pytest

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from tests.builders import Shop
from tests.schema.conftest import REFUSED_BY_GRAPHQL, Asker

DAYS = 'from: "2025-12-31", to: "2026-03-05", includeInactive: true'


async def migration(ask: Asker, fields: str, arguments: str = f"method: VALUE, {DAYS}") -> Any:
    return (await ask(f"{{ segmentMigration({arguments}) {{ {fields} }} }}"))["segmentMigration"]


async def trend(ask: Asker, fields: str, arguments: str = f"method: VALUE, {DAYS}") -> Any:
    return (await ask(f"{{ segmentationTrend({arguments}) {{ {fields} }} }}"))["segmentationTrend"]


async def test_moves(ask_both: Asker) -> None:
    fields = """moves { from to customerCount revenue customers { totalCount nodes { name } } } notices
        howComputed { definition statement } freshness { dataRevision engine }"""
    found = await migration(ask_both, fields)

    people = [move.pop("customers") for move in found["moves"]]
    assert [tuple(move.values()) for move in found["moves"]] == [
        ("MEDIUM", "MEDIUM", 1, "40.00"),
        ("LOW", "MEDIUM", 1, "99.50"),
        (None, "HIGH", 1, "500.00"),
        (None, "MEDIUM", 1, "60.00"),
        (None, "LOW", 1, "30.00"),
    ]
    assert [(p["totalCount"], [node["name"] for node in p["nodes"]]) for p in people] == [
        (1, ["Ben"]),
        (1, ["Anna Ólafsdóttir"]),
        (1, ["Idle"]),
        (1, ["NONAME"]),
        (1, ["Erased customer"]),
    ]
    assert (found["notices"], found["freshness"]) == ([], {"dataRevision": 1, "engine": "duckdb"})
    how = found["howComputed"]
    assert "inactive ones only where they are included" in how["definition"]
    assert "as_of = 20453" in how["statement"]  # 31 December 2025
    assert "as_of = 20517" in how["statement"]


async def test_drill_downs_of_every_method_have_exactly_who_is_counted(ask_both: Asker) -> None:
    fields = "moves { from to customerCount customers { totalCount nodes { name } } }"
    for asked in ("scheme: RETAIL", "method: VALUE, days: null", "method: TIER", "method: BEHAVIOR, days: 30"):
        moves = (await migration(ask_both, fields, f"{asked}, {DAYS}"))["moves"]
        for move in moves:
            assert move["customerCount"] == move["customers"]["totalCount"] == len(move["customers"]["nodes"]) > 0
        names = [node["name"] for move in moves for node in move["customers"]["nodes"]]
        assert len(names) == len(set(names))


async def test_who_left_has_the_revenue_of_then(ask: Asker) -> None:
    found = await migration(ask, "moves { from to customerCount revenue }", f"method: VALUE, days: 30, {DAYS}")
    # In December ANN alone; in the 30 days to 5 March NONAME and GONE, and a refund of 2.50 to ANN.
    assert [tuple(move.values()) for move in found["moves"]] == [
        ("LOW", None, 1, "12.00"),
        (None, "MEDIUM", 1, "60.00"),
        (None, "LOW", 1, "30.00"),
    ]


async def test_a_drill_down_is_by_revenue_and_goes_on_after_a_cursor(ask: Asker) -> None:
    arguments = 'method: TIER, from: "2025-06-01", to: "2026-03-05"'
    fields = "moves { from to customers(first: 1%s) { totalCount nodes { name } pageInfo { endCursor hasNextPage } } }"
    page = (await migration(ask, fields % "", arguments))["moves"]
    new = next(move["customers"] for move in page if (move["from"], move["to"]) == (None, "NEW"))
    assert (new["totalCount"], new["nodes"], new["pageInfo"]["hasNextPage"]) == (2, [{"name": "NONAME"}], True)
    again = (await migration(ask, fields % f', after: "{new["pageInfo"]["endCursor"]}"', arguments))["moves"]
    rest = next(move["customers"] for move in again if (move["from"], move["to"]) == (None, "NEW"))
    assert (rest["nodes"], rest["pageInfo"]["hasNextPage"]) == ([{"name": "Erased customer"}], False)


async def test_a_cursor_of_another_migration_is_refused(ask: Asker) -> None:
    fields = "moves { customers(first: 1) { pageInfo { endCursor } } }"
    cursor = (await migration(ask, fields))["moves"][0]["customers"]["pageInfo"]["endCursor"]
    query = (
        f'{{ segmentMigration(method: TIER, {DAYS}) {{ moves {{ customers(after: "{cursor}") {{ totalCount }} }} }} }}'
    )
    answer = await ask.run(query)
    assert set(answer.codes) == {"BAD_USER_INPUT"}
    assert set(answer.messages) == {"this cursor is of a list with other arguments: begin again without it"}


async def test_points(ask_both: Asker) -> None:
    fields = """points { asOf segments { code name customerCount revenue } } notices
        howComputed { definition statement } freshness { dataRevision engine }"""
    found = await trend(ask_both, fields, f"method: VALUE, {DAYS}, every: QUARTER")

    assert [(p["asOf"], [tuple(s.values()) for s in p["segments"]]) for p in found["points"]] == [
        (
            "2025-12-31",
            [("HIGH", "High", 0, "0.00"), ("MEDIUM", "Medium", 1, "20.00"), ("LOW", "Low", 1, "12.00")],
        ),
        (
            "2026-03-05",
            [("HIGH", "High", 1, "500.00"), ("MEDIUM", "Medium", 3, "199.50"), ("LOW", "Low", 1, "30.00")],
        ),
    ]
    assert (found["notices"], found["freshness"]) == ([], {"dataRevision": 1, "engine": "duckdb"})
    assert "as_of = 20517" in found["howComputed"]["statement"]


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("", ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-05"]),
        (", every: MONTH", ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-05"]),
        (", every: QUARTER", ["2025-12-31", "2026-03-05"]),
        (", every: YEAR", ["2025-12-31", "2026-03-05"]),
    ],
)
async def test_units(ask: Asker, every: str, days: list[str]) -> None:
    assert [p["asOf"] for p in (await trend(ask, "points { asOf }", f"{DAYS}{every}"))["points"]] == days


async def test_each_point_is_the_segmentation_of_its_day(ask: Asker) -> None:
    for asked in ("scheme: REPORT", "method: TIER", "method: BEHAVIOR, days: null"):
        for point in (await trend(ask, "points { asOf segments { code customerCount revenue } }", f"{asked}, {DAYS}"))[
            "points"
        ]:
            given = f'{asked}, includeInactive: true, asOf: "{point["asOf"]}"'
            whole = await ask(f"{{ segmentation({given}) {{ segments {{ code customerCount totalRevenue }} }} }}")
            expected = {tuple(s.values()) for s in whole["segmentation"]["segments"] if s["customerCount"]}
            assert {tuple(s.values()) for s in point["segments"] if s["customerCount"]} == expected


async def test_storefronts_and_types(ask: Asker, shop: Shop) -> None:
    web = global_id("Storefront", shop.id_of_storefront("Web"))
    moves = "moves { from to customerCount revenue }"
    found = await migration(ask, moves, f'method: VALUE, storefront: "{web}", {DAYS}')
    assert [tuple(m.values()) for m in found["moves"]] == [(None, "MEDIUM", 1, "90.00"), (None, "LOW", 1, "60.00")]
    found = await migration(ask, moves, f"method: VALUE, customerType: WHOLESALE, {DAYS}")
    assert [tuple(m.values()) for m in found["moves"]] == [("LOW", "LOW", 1, "40.00")]
    told = await ask.refused(f'{{ segmentMigration(storefront: "Web", {DAYS}) {{ notices }} }}')
    assert '"Web" is not an id of this API' in told


async def test_what_is_refused(ask: Asker) -> None:
    undated = (
        "method CREDIT is of today's balances and limits, which are not kept by day: "
        "compare days by method RFM, VALUE, TIER or BEHAVIOR"
    )
    same = "`from`, 2026-03-05, must be before `to`, 2026-03-05: customers move between two days"
    expected = {
        f"segmentMigration(method: CREDIT, {DAYS}) {{ notices }}": undated,
        f"segmentationTrend(method: CREDIT, {DAYS}) {{ notices }}": undated,
        'segmentMigration(from: "2026-03-05", to: "2026-03-05") { notices }': same,
        'segmentMigration(from: "2026-03-05", to: "9999-12-31") { notices }': same,
        'segmentationTrend(from: "2026-03-06", to: "2026-04-05") { notices }': "`from` is 2026-03-06, after today, "
        "2026-03-05: there are no facts yet",
        'segmentationTrend(from: "2026-03-04", to: "2026-03-01") { notices }': "`from`, 2026-03-04, is after `to`, "
        "2026-03-01",
        'segmentationTrend(from: "2016-03-31", to: "2026-03-05") { notices }': "a trend has at most 120 points, and "
        "from 2016-03-31 to 2026-03-05 every MONTH there would be 121: `every: QUARTER` would give 41",
        f"segmentationTrend(days: 0, {DAYS}) {{ notices }}": "`days` must be from 1 to 9,999, or null for all history, "
        "not 0",
        'segmentMigration(from: "0001-01-01", to: "2026-03-05") { notices }': "`from` is before 1700-01-01: 0001-01-01",
    }
    assert {query: await ask.refused(f"{{ {query} }}") for query in expected} == expected
    for arguments in (
        'from: "2025-12-31"',
        'to: "2025-12-31"',
        f"{DAYS}, every: WEEK",
        f"{DAYS}, includeInactive: true",
    ):
        await ask.refused(f"{{ segmentationTrend({arguments}) {{ notices }} }}", REFUSED_BY_GRAPHQL)


async def test_a_day_to_come_means_today_and_says_so(ask: Asker) -> None:
    later = 'method: VALUE, from: "2025-12-31", to: "2026-04-01"'
    notice = "to 2026-04-01 is in the future; this is the answer for today, 2026-03-05."
    assert (await migration(ask, "notices", later))["notices"] == [notice]
    found = await trend(ask, "notices points { asOf }", later)
    assert (found["notices"], found["points"][-1]["asOf"]) == ([notice], "2026-03-05")


async def test_one_statement_on_the_store_however_many_points_and_moves(ask_both: Asker) -> None:
    await migration(ask_both, "notices")  # the copy is there
    trended = await ask_both.run(f"{{ segmentationTrend({DAYS}) {{ points {{ asOf segments {{ code }} }} }} }}")
    people = "moves { customers { totalCount nodes { name } } }"
    moved = await ask_both.run(f"{{ segmentMigration({DAYS}) {{ {people} }} }}")
    assert (trended.errors, trended.statements) == ([], 1)
    assert (moved.errors, moved.statements) == ([], 2)  # all profiles together


async def test_viewers_may_ask_and_customers_not(ask: Asker) -> None:
    viewer, customer = ask.being(Role.VIEWER), ask.being(Role.CUSTOMER, customer_id=1)
    assert (await migration(viewer, "notices"))["notices"] == (await trend(viewer, "notices"))["notices"] == []
    for root in ("segmentMigration", "segmentationTrend"):
        assert "is for staff" in await customer.refused(f"{{ {root}({DAYS}) {{ notices }} }}", "FORBIDDEN")
