"""The four reports in one operation: each statement runs once, whoever of them needs it, and none unasked."""

from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from models.database import Database
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.schema.conftest import Asker
from tests.schema.corner_shop import corner_shop_on

SEGMENTATION = """
segmentation(days: 365) {
  totalCustomers totalRevenue refundsOutsidePopulation insights { highestRevenueSegment needsAttention }
  segments { name customerCount totalRevenue growth }
  cells { customerCount } cutPoints { score } notices howComputed { statement }
}"""
LIFETIME_VALUE = """
lifetimeValueReport(asOf: "2026-03-05", first: 3) {
  summary { totalCustomers totalRevenue averageClv top10PercentContribution }
  distribution { customerCount revenue } lorenz { customers revenue }
  customers { nodes { rank customer { id } clv { revenue orders heuristic } } } notices howComputed { statement }
}"""
PATTERNS = """
purchasePatterns(period: {start: "2025-03-06", end: "2026-03-05"}) {
  summary { totalTransactions uniqueCustomers revenue busiestDay busiestHour mostPopularPaymentMethod }
  series { start revenue uniqueCustomers } byWeekday { revenue } byHour { revenue } byWeekdayHour { revenue }
  byMonth { revenue } baskets { transactionCount avgItems } categories { category revenue }
  paymentMethods { method transactionCount } seasonality { index } frequency { avgDaysBetweenPurchases }
  notices howComputed { statement }
}"""
RETENTION = """
retention(period: {start: "2025-03-06", end: "2026-03-05"}) {
  summary { totalCustomers customersAtEnd retentionRate } trends { key endingCustomers }
  repeatPurchases { medianDaysToSecondPurchase repeatRate }
  cohorts { key size periods { customerCount revenue } }
  notices howComputed { statement }
}"""
WINDOWS = Counter({"rfm.scored_customers": 3})  # the window, and two before it for growth and what needs attention
FOUR = (SEGMENTATION, LIFETIME_VALUE, PATTERNS, RETENTION)


@pytest.fixture
async def ask(store_url: str, corner_shop_store: Path) -> AsyncGenerator[Asker]:
    """Asks the corner shop, with every statement in the logs."""
    services = Services(Database(store_url), slow_seconds=-1)
    shop = await corner_shop_on(services.database, corner_shop_store)
    yield Asker(services, Viewer("stan", Role.STAFF, shop.id))
    await services.close()


async def statements(ask: Asker, *parts: str) -> Counter[str]:
    """The statements on the copy that an operation of these parts ran, by name."""
    with capture_logs() as logs:
        await ask(f"{{ {' '.join(parts)} }}")
    return Counter(log["name"] for log in logs if log["event"] == "slow statement" and log["engine"] == "duckdb")


async def test_four_reports_in_one_operation_run_each_statement_once(ask: Asker) -> None:
    ran = await statements(ask, *FOUR)
    assert len(ran) > 15
    assert ran == Counter(ran.keys()) | WINDOWS


async def test_the_same_report_under_another_name_runs_nothing_again(ask: Asker) -> None:
    ran = await statements(ask, *FOUR, *(f"again_{number}: {part.strip()}" for number, part in enumerate(FOUR)))
    assert ran == Counter(ran.keys()) | WINDOWS


async def test_together_they_run_what_they_run_alone(ask: Asker, sqlite_url: str) -> None:
    together = await statements(ask, *FOUR)
    assert not await statements(ask, *FOUR)
    alone: set[str] = set()
    for part in FOUR:
        services = Services(ask.services.database, slow_seconds=-1)
        alone |= set(await statements(Asker(services, ask.viewer), part))
    assert set(together) == alone


@pytest.mark.parametrize("part", FOUR)
async def test_a_report_is_not_computed_for_its_name_alone(ask: Asker, part: str) -> None:
    name = part.strip().split("(", 1)[0]
    await ask(f"{{ storefronts {{ id }} {name} {{ notices freshness {{ engine }} }} }}")  # the copy is there
    assert not await statements(ask, f"{name} {{ freshness {{ engine }} }}")
