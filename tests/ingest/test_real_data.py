"""The real files of shared/data, compared with figures computed by others."""

from ingest.mapping import preset
from resolvers.businesses import ensure_business
from tests.ingest.conftest import NOW
from tests.oracle import online_retail

ONLINE_RETAIL = "online_retail_2010-12_2011-12.csv.gz"
CDNOW = "cdnow_sample.csv.gz"


async def test_online_retail(importing, asking, data_dir, rejected):
    summary = await importing(data_dir / ONLINE_RETAIL)
    assert (summary.read, summary.written, summary.rejected) == (541_909, 539_791, 2_118)
    assert (summary.sales, summary.refunds, summary.customers) == (19_959, 3_836, 4_371)
    assert len(rejected()) == 2_118
    [sales] = await asking(
        "SELECT count(*) AS sales, CAST(sum(total) AS BIGINT) AS gross,"
        " count(*) - count(customer_id) AS anonymous FROM sale"
    )
    assert sales == {"sales": 19_959, "gross": 1_065_562_248, "anonymous": 1_427}
    [refunds] = await asking("SELECT count(*) AS refunds, CAST(sum(amount) AS BIGINT) AS amount FROM refund")
    assert refunds == {"refunds": 3_836, "amount": 89_681_249}
    await equals_the_oracle(asking, data_dir / ONLINE_RETAIL)
    [revision] = await asking("SELECT facts_revision FROM business")
    again = await importing(data_dir / ONLINE_RETAIL)
    assert (again.written, again.updated, again.unchanged, again.rejected) == (0, 0, 539_791, 2_118)
    assert await asking("SELECT facts_revision FROM business") == [revision]


async def test_cdnow(importing, asking, data_dir, database):
    shop = await ensure_business(database, "CDNOW", currency="USD", timezone="America/New_York", now=NOW)
    summary = await importing(data_dir / CDNOW, mapping=preset("cdnow"), business=shop)
    assert (summary.read, summary.written, summary.rejected, summary.customers) == (6_919, 6_919, 0, 2_357)
    [sales] = await asking(
        "SELECT count(*) AS sales, CAST(sum(total) AS BIGINT) AS gross,"
        " count(DISTINCT customer_id) AS customers FROM sale",
        business=shop,
    )
    assert sales == {"sales": 6_919, "gross": 24_409_194, "customers": 2_357}
    [items] = await asking(
        "SELECT count(*) AS items, CAST(sum(quantity) AS BIGINT) AS discs FROM sale_item", business=shop
    )
    assert items == {"items": 6_919, "discs": 16_479_000_000}
    again = await importing(data_dir / CDNOW, mapping=preset("cdnow"), business=shop)
    assert (again.unchanged, again.written, again.updated) == (6_919, 0, 0)


async def equals_the_oracle(asking, path):
    """Every sale, refund, item and customer as computed by tests/oracle, which has not seen the import."""
    facts = online_retail.import_facts(path)
    sales = facts.sales.sort_values("sale")[["sale", "customer", "day", "hour", "total"]]
    refunds = facts.refunds.sort_values("refund")[["refund", "customer", "day", "hour", "amount"]]
    items = facts.items.sort_values(["sale", "row"])[["sale", "stock_code", "quantity", "total", "is_product"]]
    customers = facts.customers.sort_values("customer")[["customer", "country"]]
    fact = "SELECT f.number, c.number, f.business_day + 719163, f.hour, f.{} FROM {} f LEFT JOIN customer c"
    fact += " ON c.id = f.customer_id"
    item = "SELECT s.number, i.sku, i.quantity / 1000000, i.total, i.is_product FROM sale_item i"
    item += " JOIN sale s ON s.id = i.sale_id ORDER BY s.id, i.position"
    assert await tuples(asking, fact.format("total", "sale")) == expected(sales)
    assert await tuples(asking, fact.format("amount", "refund")) == expected(refunds)
    assert await tuples(asking, item) == expected(items)
    assert await tuples(asking, "SELECT number, country FROM customer") == expected(customers)


async def tuples(asking, statement):
    return sorted((tuple(row) for row in await asking(statement, plain=True)), key=lambda row: row[0])


def expected(frame):
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).values.tolist()]
