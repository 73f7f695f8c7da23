"""Retention through GraphQL: what is refused, what is said of odd periods, and that only what is asked is computed."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from models.database import Database
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import Shop, open_shop
from tests.schema.conftest import Asker

SUMMARY = "summary { totalCustomers customersAtEnd retentionRate churnRate winBackRate avgCustomerLifespanDays }"
EVERYTHING = f"""
  {SUMMARY} previous {{ totalCustomers }} cohorts {{ key size periods {{ customerCount revenue }} }}
  trends {{ key endingCustomers }} repeatPurchases {{ medianDaysToSecondPurchase repeatRate }}
  notices howComputed {{ definition statement }} freshness {{ engine }}
"""


@pytest.fixture
async def services(sqlite_url: str) -> Any:
    """Services that log every statement by its name."""
    made = Services(Database(sqlite_url), slow_seconds=-1)
    yield made
    await made.close()


@pytest.fixture
async def sold(services: Services) -> Shop:
    shop = await open_shop(services.database)
    for customer, day in (("a", "2025-11-03"), ("a", "2026-02-03"), ("b", "2025-06-05"), ("c", "2026-03-01")):
        shop.sale(customer, day, "10.00", storefront="Web")
    await shop.save()
    return shop


@pytest.fixture
def ask(services: Services, sold: Shop) -> Asker:
    return Asker(services, Viewer("stan", Role.STAFF, sold.id))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("activityDays: 0", "`activityDays` must be from 1 to 9,999, not 0"),
        ("activityDays: 10000", "`activityDays` must be from 1 to 9,999, not 10000"),
        (
            'period: { start: "2026-02-01", end: "2026-01-01" }',
            "`period` starts on 2026-02-01, after its end on 2026-01-01",
        ),
        (
            'period: { start: "2026-03-06" }',
            "`period` starts on 2026-03-06, after today, 2026-03-05: there are no facts yet",
        ),
        ('period: { start: "1066-10-14" }', "`period` is before 1700-01-01: 1066-10-14"),
    ],
)
async def test_impossible_arguments_are_refused(ask: Asker, arguments: str, message: str) -> None:
    assert await ask.refused(f"{{ retention({arguments}) {{ {SUMMARY} }} }}") == message


async def test_the_storefront_of_another_business_is_refused(ask: Asker, services: Services) -> None:
    other = await open_shop(services.database, "Other")
    other.sale("x", "2026-01-01", "1.00", storefront="Theirs")
    await other.save()
    foreign = global_id("Storefront", other.id_of_storefront("Theirs"))
    message = await ask.refused(f'{{ retention(storefront: "{foreign}") {{ {SUMMARY} }} }}')
    assert "storefront" in message
    assert "Theirs" not in message


async def test_a_period_before_the_first_sale_is_empty(ask: Asker) -> None:
    period = 'period: { start: "2020-01-01", end: "2020-12-31" }'
    report = (await ask(f"{{ retention({period}) {{ {EVERYTHING} }} }}"))["retention"]
    assert report["summary"] == {
        "totalCustomers": 0,
        "customersAtEnd": 0,
        "retentionRate": None,
        "churnRate": None,
        "winBackRate": None,
        "avgCustomerLifespanDays": None,
    }
    assert report["cohorts"] == []
    assert [trend["endingCustomers"] for trend in report["trends"]] == [0] * 12
    assert report["repeatPurchases"] == {"medianDaysToSecondPurchase": None, "repeatRate": None}


async def test_a_period_longer_than_history_is_answered_with_a_notice(ask: Asker) -> None:
    period = 'period: { start: "2020-01-01", end: "2026-02-28" }'
    report = (await ask(f"{{ retention({period}) {{ {SUMMARY} notices }} }}"))["retention"]
    assert report["summary"]["totalCustomers"] == 2
    assert report["notices"] == ["The period begins on 2020-01-01, before the first sale or refund, on 2025-06-05."]


async def test_an_end_in_the_future_means_today_and_says_so(ask: Asker) -> None:
    period = 'period: { start: "2026-01-01", end: "2026-12-31" }'
    report = (await ask(f"{{ retention({period}) {{ period {{ end complete }} notices }} }}"))["retention"]
    assert report["period"] == {"end": "2026-03-05", "complete": False}
    assert report["notices"] == [
        "The period's end, 2026-12-31, is in the future; this is the answer to today, 2026-03-05."
    ]


async def test_a_business_without_sales_has_an_empty_report(services: Services) -> None:
    empty = await open_shop(services.database, "Empty")
    ask = Asker(services, Viewer("stan", Role.STAFF, empty.id))
    report = (await ask(f"{{ retention(compareTo: PREVIOUS_YEAR) {{ {EVERYTHING} }} }}"))["retention"]
    assert report["summary"]["totalCustomers"] == report["previous"]["totalCustomers"] == 0
    assert report["cohorts"] == []


async def test_only_what_is_asked_is_computed(ask: Asker) -> None:
    await ask("{ storefronts { id } retention { period { start } } }")  # the copy is there
    assert await _statements(ask, "summary { totalCustomers }") == ["retention.activity"]
    assert await _statements(ask, "summary { totalCustomers } freshness { engine }") == []
    assert await _statements(ask, EVERYTHING) == [
        "cohorts.cohort_cells",
        "retention.last_purchases",
        "retention.second_purchases",
    ]
    assert await _statements(ask, EVERYTHING) == []


async def _statements(ask: Asker, fields: str) -> list[str]:
    with capture_logs() as logs:
        await ask(f"{{ retention {{ {fields} }} }}")
    return sorted(log["name"] for log in logs if log["event"] == "slow statement" and log["engine"] == "duckdb")


async def test_both_modes_share_one_statement(ask: Asker) -> None:
    cells = "cohorts { periods { customerCount } }"
    with capture_logs() as logs:
        answer = await ask(f"{{ on: retention {{ {cells} }} later: retention(mode: ON_OR_AFTER) {{ {cells} }} }}")
    assert [log["name"] for log in logs if log.get("engine") == "duckdb"] == ["cohorts.cohort_cells"]
    counts = {mode: [cell["customerCount"] for cell in answer[mode]["cohorts"][5]["periods"]] for mode in answer}
    assert counts == {"on": [1, 0, 0, 1, 0], "later": [1, 1, 1, 1, 0]}


async def test_a_portal_does_not_see_cohorts(services: Services, sold: Shop) -> None:
    ask = Asker(services, Viewer("anna", Role.CUSTOMER, sold.id, customer_id=sold.id_of("a")))
    await ask.refused("{ viewer { customer { cohort { key } } } }", "FORBIDDEN")
    await ask.refused("{ retention { period { start } } }", "FORBIDDEN")


async def test_one_sale_of_the_year_26_is_no_table_of_24_000_cohorts(ask: Asker) -> None:
    shop = await open_shop(ask.services.database, "Antiquity")
    shop.sale("OLD", "0026-03-01", "10.00")
    shop.sale("NEW", "2026-03-01", "20.00")
    await shop.save()
    asker = ask.being(Role.VIEWER, business_id=shop.id)

    assert await asker.refused("{ retention { cohorts { key } } }") == (
        "`cohortPeriod`: MONTH makes 24,001 cohorts, more than 2,000: the first sale is in 0026-03; "
        "ask for longer calendar units, or correct its day"
    )
    assert (await asker("{ retention { summary { totalCustomers } } }"))["retention"]["summary"] == {
        "totalCustomers": 2
    }
    customer = await asker('{ customer(by: {number: "NEW"}) { cohort { key size periods { period revenue } } } }')
    assert customer["customer"]["cohort"] == {
        "key": "2026-03",
        "size": 1,
        "periods": [{"period": 0, "revenue": "20.00"}],
    }
    told = await asker.refused('{ retention(period: {start: "1700-01-01", end: "2025-01-01"}) { trends { key } } }')
    assert told.startswith("`trendPeriod`: MONTH makes 3,901 trends of this period, more than 2,000")
    quarters = await asker('{ retention(period: {start: "1700-01-01"}, trendPeriod: QUARTER) { trends { key } } }')
    assert len(quarters["retention"]["trends"]) == 1_305
