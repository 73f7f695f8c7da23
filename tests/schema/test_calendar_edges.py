"""Days at their edges, in a shop in New York: the minute before midnight, leap days, clocks put forward and back."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import open_shop
from tests.schema.conftest import Asker

LATER = datetime(2024, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
async def ask_both(both_services: Services) -> Asker:
    shop = await open_shop(both_services.database, timezone="America/New_York")
    shop.sale("cleo", "2023-11-05 01:30", "7.00")  # comes twice on that night
    shop.sale("anna", "2024-01-31 23:59", "10.00")  # is 1 February in London and UTC
    shop.sale("anna", "2024-02-29 12:00", "20.00")
    shop.sale("ben", "2024-03-10 01:59", "1.00")  # two minutes before 03:01
    shop.sale("ben", "2024-03-10 03:01", "2.00")
    await shop.save()
    return Asker(both_services, Viewer("stan", Role.STAFF, shop.id), LATER)


async def recency(ask: Asker, as_of: str) -> dict[str, int]:
    nodes = f'nodes {{ number rfm(asOf: "{as_of}", days: null) {{ recencyDays }} }}'
    found = (await ask(f"{{ customers(first: 9) {{ {nodes} }} }}"))["customers"]["nodes"]
    return {node["number"]: node["rfm"]["recencyDays"] for node in found if node["rfm"]}


async def patterns(ask: Asker, start: str, end: str, fields: str, more: str = "") -> Any:
    query = f'{{ purchasePatterns(period: {{ start: "{start}", end: "{end}" }} {more}) {{ {fields} }} }}'
    return (await ask(query))["purchasePatterns"]


async def test_a_sale_a_minute_before_midnight_is_of_that_day(ask_both: Asker) -> None:
    assert await recency(ask_both, "2024-01-30") == {"cleo": 86}
    assert await recency(ask_both, "2024-01-31") == {"cleo": 87, "anna": 0}
    found = await patterns(
        ask_both, "2024-01-31", "2024-01-31", "byWeekdayHour { weekday hour revenue } byMonth { key revenue }"
    )
    sold = [bucket for bucket in found["byWeekdayHour"] if bucket["revenue"] != "0.00"]
    assert sold == [{"weekday": "WEDNESDAY", "hour": 23, "revenue": "10.00"}]
    assert [bucket["key"] for bucket in found["byMonth"] if bucket["revenue"] != "0.00"] == [1]


async def test_the_day_of_the_shop_lasts_to_its_own_midnight(ask_both: Asker) -> None:
    for now, day in (("2024-03-01T04:59Z", "2024-02-29"), ("2024-03-01T05:00Z", "2024-03-01")):
        found = await replace(ask_both, now=datetime.fromisoformat(now))("{ segmentation { asOf } }")
        assert found["segmentation"]["asOf"] == day


async def test_cohorts_are_of_local_months(ask_both: Asker) -> None:
    period = 'period: { start: "2024-01-01", end: "2024-03-31" }'
    cells = "cohorts { key size periods { start customerCount revenue complete } }"
    found = (await ask_both(f"{{ retention({period}) {{ {cells} }} }}"))["retention"]["cohorts"]
    (january,) = [cohort for cohort in found if cohort["key"] == "2024-01"]
    assert january["size"] == 1
    assert [(cell["start"], cell["customerCount"], cell["revenue"]) for cell in january["periods"]] == [
        ("2024-01-01", 1, "10.00"),
        ("2024-02-01", 1, "20.00"),
        ("2024-03-01", 0, "0.00"),
    ]


async def test_february_of_a_leap_year_has_29_days(ask_both: Asker) -> None:
    fields = "period { days } summary { revenue } previous { revenue totalTransactions } series { start end revenue }"
    month = await patterns(ask_both, "2024-02-01", "2024-02-29", fields, "compareTo: PREVIOUS_PERIOD")
    assert month == {
        "period": {"days": 29},
        "summary": {"revenue": "20.00"},
        "previous": {"revenue": "10.00", "totalTransactions": 1},  # of the 29 days to 31 January
        "series": [{"start": "2024-02-01", "end": "2024-02-29", "revenue": "20.00"}],
    }


async def test_a_leap_day_a_year_before_is_the_28th(ask_both: Asker, both_services: Services) -> None:
    shop = await open_shop(both_services.database, "Leap", timezone="America/New_York")
    for day, amount in (("2023-02-27", "1.00"), ("2023-02-28", "2.00"), ("2023-03-01", "4.00"), ("2024-02-29", "8.00")):
        shop.sale("anna", day, amount)
    await shop.save()
    ask = replace(ask_both, viewer=replace(ask_both.viewer, business_id=shop.id))
    fields = "summary { revenue } previous { revenue }"
    day = await patterns(ask, "2024-02-29", "2024-02-29", fields, "compareTo: PREVIOUS_YEAR")
    assert day == {"summary": {"revenue": "8.00"}, "previous": {"revenue": "2.00"}}
    cohorts = 'cohorts(key: "2023") { periods { start customerCount } }'
    years = (await ask(f"{{ retention(cohortPeriod: YEAR) {{ {cohorts} }} }}"))["retention"]["cohorts"]
    assert years[0]["periods"] == [
        {"start": "2023-01-01", "customerCount": 1},
        {"start": "2024-01-01", "customerCount": 1},
    ]


async def test_days_on_which_clocks_change_are_days(ask_both: Asker) -> None:
    assert (await recency(ask_both, "2024-03-11"))["ben"] == 1
    assert (await recency(ask_both, "2023-11-06"))["cleo"] == 1
    found = await patterns(
        ask_both, "2024-03-10", "2024-03-10", "summary { totalTransactions busiestDay } byHour { key transactionCount }"
    )
    assert found["summary"] == {"totalTransactions": 2, "busiestDay": "SUNDAY"}
    assert [bucket["key"] for bucket in found["byHour"] if bucket["transactionCount"]] == [1, 3]
    night = await patterns(ask_both, "2023-11-05", "2023-11-05", "byHour { key transactionCount }")
    assert [bucket["key"] for bucket in night["byHour"] if bucket["transactionCount"]] == [1]
