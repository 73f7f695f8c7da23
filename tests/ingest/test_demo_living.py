"""What staff of the demo shop did by hand: there once, by the rules of every write, and to be seen."""

from typing import Any

import pytest
from sqlalchemy import text

from ingest.demo import live_in
from ingest.demo.living import ANONYMOUS_SALE, FIRST_SALE
from models.database import Database
from tests.ingest.test_demo import ACTOR, NOW, grow
from tests.outages.checking import broken

pytestmark = pytest.mark.own_store


async def asked(database: Database, business: int, statement: str) -> list[tuple[Any, ...]]:
    async with database.reading(business) as connection:
        return [tuple(row) for row in (await connection.execute(text(statement))).all()]


async def test_the_shop_is_lived_in_once(database: Database, store_url: str) -> None:
    # Takes a second: the demo of 250 customers is grown, and all of it is verified afterwards.
    business = (await grow(database)).business_id
    before = await asked(database, business, "SELECT count(*) FROM customer")
    assert await live_in(database, business, now=NOW, actor=ACTOR)
    revision = await asked(database, business, "SELECT revision FROM business")

    assert not await live_in(database, business, now=NOW, actor=ACTOR)
    assert await asked(database, business, "SELECT revision FROM business") == revision

    said = "SELECT channel, status, count(*) FROM consent_event WHERE source = 'STAFF' GROUP BY 1, 2 ORDER BY 1, 2"
    assert await asked(database, business, said) == [
        ("EMAIL", "GIVEN", 1), ("EMAIL", "WITHDRAWN", 3), ("PUSH", "GIVEN", 1), ("SMS", "GIVEN", 2),
    ]  # fmt: skip
    assert await asked(database, business, "SELECT count(*), count(DISTINCT customer_id) FROM preference") == [(10, 5)]
    assert await asked(database, business, "SELECT count(*) FROM customer_tag WHERE tag = 'tastings'") == [(5,)]
    ((customers,),) = await asked(database, business, "SELECT count(*) FROM customer")
    assert customers == before[0][0] + 4
    merged = "SELECT count(*) FROM customer WHERE merged_into_id IS NOT NULL"
    assert await asked(database, business, merged) == [(1,)]
    assert await asked(database, business, "SELECT count(*) FROM customer WHERE is_erased") == [(1,)]
    assert await asked(database, business, "SELECT count(*) FROM erased_customer") == [(1,)]
    ((pairs,),) = await asked(database, business, "SELECT count(*) FROM duplicate_candidate WHERE score >= 850000")
    assert pairs >= 2
    await check_sales(database, business)
    assert await broken(store_url) == []


async def check_sales(database: Database, business: int) -> None:
    # 38.90 + 2 x 24.90 - 5.00 + 3 x 21.90 = 149.40, less 7.70; a carafe is half of 44.80 less its share of 2.31.
    sold = f"SELECT subtotal, discount, total, paid, refunded, status FROM sale WHERE number = '{FIRST_SALE}'"
    assert await asked(database, business, sold) == [(14_940, 770, 14_170, 14_170, 2_124, "COMPLETED")]
    back = "SELECT r.quantity, r.amount, i.product FROM refund_item r JOIN sale_item i ON i.id = r.sale_item_id"
    assert await asked(database, business, back) == [(1_000_000, 2_124, "Carafe")]
    assigned = f"SELECT count(*) FROM sale WHERE number = '{ANONYMOUS_SALE}' AND customer_id IS NOT NULL"
    assert await asked(database, business, assigned) == [(1,)]


async def test_a_shop_of_few_customers_is_left_as_it_is(sqlite_database: Database) -> None:
    database = sqlite_database
    business = (await grow(database, customers=5)).business_id
    before = await asked(database, business, "SELECT revision FROM business")
    assert not await live_in(database, business, now=NOW, actor=ACTOR)
    assert await asked(database, business, "SELECT revision FROM business") == before
