"""Online Retail in a store, compared with figures computed by others, and imported once more.

Takes seconds: half a million rows are compared one by one, and read again to find that nothing is new.
"""

import shutil

import pytest

from resolvers.businesses import find_business
from tests.analytics.real_shop import FILE, NAME, facts_of_file, import_into_postgres, import_into_sqlite
from tests.conftest import REQUIRE_SERVICES, missing


@pytest.fixture(params=["sqlite", "postgres"])
def imported(request, tmp_path_factory, data_dir, tmp_path):
    """The import of the run, of which the copy is for this test."""
    template = request.getfixturevalue(f"{request.param}_template")
    if template is None:
        missing("no PostgreSQL answers at TEST_POSTGRES_URL", REQUIRE_SERVICES)
    into = {"sqlite": import_into_sqlite, "postgres": import_into_postgres}[request.param]
    made = into(tmp_path_factory, template, data_dir)
    shutil.copy(made.rejects, tmp_path / "rejects.csv")
    return made


@pytest.fixture
def store_url(imported):
    return imported.url_of_copy


@pytest.fixture
async def shop(database):
    return await find_business(database, NAME)


async def test_online_retail(imported, importing, asking, tmp_path_factory, data_dir, rejected):
    summary = imported.summary
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
    await equals_the_oracle(asking, facts_of_file(tmp_path_factory, data_dir))
    [revision] = await asking("SELECT facts_revision FROM business")
    again = await importing(data_dir / FILE)
    assert (again.written, again.updated, again.unchanged, again.rejected) == (0, 0, 539_791, 2_118)
    assert await asking("SELECT facts_revision FROM business") == [revision]


async def equals_the_oracle(asking, facts):
    """Every sale, refund, item and customer as computed by tests/oracle, which has not seen the import."""
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
