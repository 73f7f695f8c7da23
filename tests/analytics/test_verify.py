"""What `verify` finds: nothing in what this program wrote, and every kind of damage by the ids of its rows."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from analytics.copy.tables import COPIED_TABLES
from ingest.demo import grow_demo
from ingest.loader import import_file
from ingest.mapping import parse_map
from models.database import Database
from models.verification import invariants
from resolvers.operation.services import Services
from resolvers.verification import Finding, verify
from tests.analytics.asking import operation
from tests.builders import ACTOR, NOW, Line, Shop, open_shop

FILE = """sale,at,who,price,method,refund
1,2026-01-05,C1,10.00,CASH,
2,2026-01-06,C2,20.50,CREDIT,
"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    """A shop with rows of every kind, beside another."""
    made = await open_shop(database)
    made.customer("anna", tags=["vip", "staff"], external={"till": "7"})
    made.customer("ben", referrer="anna", joined="2019-02-28", credit_limit="10.00")
    made.customer("cleo", merged_into="anna")
    lines = [Line("Mug", "4.50", "2", cost="1.25"), Line("Rope", "0.001", "2500.5", category="Garden")]
    made.sale("anna", "2026-01-03 14:30", lines=lines, discount="0.50", payments={"CASH": "5.00", "CREDIT": "6.00"})
    made.sale("anna", "2026-01-04", "20.00", storefront="High Street")
    made.sale("ben", "2026-02-02", "3.00", counted_from="2026-02-20")
    made.sale("ben", "2026-02-03", "4.00", status="PENDING")
    made.refund("anna", "2026-01-09", "20.00", sale="S2")
    made.refund(None, "2026-01-10", "1.00")
    made.payment("ben", "2026-01-11", "2.00")
    made.touchpoint("anna", "2026-01-12", outcome="OPENED")
    await made.save()
    other = await open_shop(database, "Another shop")
    other.sale("zoe", "2026-01-03", "1.00", payments={"CASH": "1.00"}, storefront="Low Street")
    await other.save()
    return made


@pytest.fixture
async def services(database: Database) -> AsyncGenerator[Services]:
    """Services over the store."""
    made = Services(database)
    yield made
    await made.close()


async def found(services: Services, business_id: int) -> list[Finding]:
    """What is wrong with a business."""
    return [finding async for finding in verify(services, business_id, NOW) if finding.wrong]


async def execute(database: Database, statement: str, business_id: int | None = None) -> None:
    """Run a statement on the rows of one business, or of all."""
    async with database.transaction(business_id) as connection:
        await connection.execute(text(statement))


async def test_what_was_written_here_is_right(services: Services, shop: Shop) -> None:
    findings = [finding async for finding in verify(services, shop.id, NOW)]

    assert [finding for finding in findings if finding.wrong] == []
    assert {finding.rule: finding.rows for finding in findings if finding.rows is not None} == {
        f"the copy of {name} is what the store holds": rows
        for name, rows in (
            ("customer", 3),
            ("customer_tag", 2),
            ("sale", 4),
            ("refund", 2),
            ("payment", 3),
            ("sale_status_change", 5),
            ("sale_item", 5),
            ("preference", 0),
            ("consent_event", 0),
        )
    }


async def test_an_empty_business_is_right(database: Database, services: Services) -> None:
    shop = await open_shop(database)

    assert await found(services, shop.id) == []


async def test_imports_and_the_demo_are_right(database: Database, services: Services, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(FILE)
    shop = await open_shop(database)
    mapping = parse_map("sale=sale,occurred_at=at,customer=who,amount=price,payment_method=method")
    await import_file(database, path=file, business=shop.business, mapping=mapping, now=NOW, actor=ACTOR)
    today = NOW.date()
    await grow_demo(database, customers=60, seed=2, today=today, now=NOW, actor=ACTOR)

    assert await found(services, shop.id) == []
    assert await found(services, shop.id + 1) == []


async def test_a_copy_that_caught_up_is_right(services: Services, shop: Shop) -> None:
    assert await found(services, shop.id) == []
    shop.sale("anna", "2026-01-03 14:30", "7.00", number="S1", payments={"CARD": "7.00"})
    shop.customer("ben", tags=["new"], city="")
    shop.customer("anna", tags=[])
    shop.sale("dan", "2026-03-01", "9.00")
    shop.refund("dan", "2026-03-02", "9.00", sale="S5")
    await shop.save()

    assert await found(services, shop.id) == []
    (copy,) = services.copies.all()
    assert (copy.figures.loads, copy.figures.catch_ups) == (1, 1)


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize(
    ("table", "change", "ids"),
    [
        ("sale", "UPDATE sale SET tax = tax + 1 WHERE number = 'S2'", ("S2",)),
        ("sale", "UPDATE sale SET tax = 100, revision = 1 WHERE number = 'S1'", ("S1",)),
        ("sale_item", "UPDATE sale_item SET category = 'Sheds' WHERE category = 'Garden'", ("S1",)),
        ("customer", "UPDATE customer SET city = 'Leeds' WHERE number = 'ben'", ("ben",)),
        ("customer_tag", "DELETE FROM customer_tag WHERE tag = 'vip'", ("anna",)),
        (
            "customer_tag",
            "INSERT INTO customer_tag SELECT id, 'x', business_id FROM customer WHERE number = 'ben'",
            ("ben",),
        ),
    ],
)
async def test_a_change_without_a_revision_shows_in_the_copy(
    services: Services, shop: Shop, table: str, change: str, ids: tuple[str, ...]
) -> None:
    await found(services, shop.id)
    await execute(shop.database, change, shop.id)

    (finding,) = await found(services, shop.id)

    assert finding.rule == f"the copy of {table} is what the store holds"
    assert finding.ids == tuple(
        shop.id_of(id_) if table.startswith("customer") else shop.id_of_sale(id_) for id_ in ids
    )


DAMAGE: tuple[tuple[str, str, Callable[[Shop], int]], ...] = (
    ("month and weekday of each sale", "UPDATE sale SET weekday = 1 WHERE number = 'S2'", lambda s: s.id_of_sale("S2")),
    (
        "month and weekday of each refund",
        "UPDATE refund SET business_month = business_month + 1 WHERE number = 'R2'",
        lambda s: s.id_of_refund("R2"),
    ),
    (
        "no row of touchpoint is of a later revision than the business",
        "UPDATE touchpoint SET revision = 9",
        lambda s: s.id_of_touchpoint(),
    ),
    (
        "no row of sale is of a later revision than the facts",
        "UPDATE business SET facts_revision = 0",
        lambda s: s.id_of_sale("S1"),
    ),
    ("paid is the sum of payments", "UPDATE sale SET paid = 0 WHERE number = 'S1'", lambda s: s.id_of_sale("S1")),
    (
        "refunded is the sum of refunds",
        "UPDATE refund SET amount = 1 WHERE number = 'R1'",
        lambda s: s.id_of_sale("S2"),
    ),
    ("total is the sum of items", "DELETE FROM sale_item WHERE product = 'Mug'", lambda s: s.id_of_sale("S1")),
    (
        "a sale that counts is REFUNDED",
        "UPDATE sale SET status = 'COMPLETED' WHERE number = 'S2'",
        lambda s: s.id_of_sale("S2"),
    ),
    (
        "a sale that counts is REFUNDED",
        "UPDATE sale SET status = 'REFUNDED' WHERE number = 'S1'",
        lambda s: s.id_of_sale("S1"),
    ),
    (
        "a sale has a day from which it counts",
        "UPDATE sale SET counted_from = 1 WHERE number = 'S4'",
        lambda s: s.id_of_sale("S4"),
    ),
    (
        "a sale has a day from which it counts",
        "UPDATE sale SET counted_from = NULL WHERE number = 'S3'",
        lambda s: s.id_of_sale("S3"),
    ),
    (
        "rows of sale refer to rows that are there",
        "UPDATE sale SET customer_id = (SELECT max(id) FROM customer WHERE number = 'zoe') WHERE number = 'S3'",
        lambda s: s.id_of_sale("S3"),
    ),
    (
        "rows of customer refer to rows that are there",
        "UPDATE customer SET referrer_id = (SELECT max(id) FROM customer WHERE number = 'zoe') WHERE number = 'cleo'",
        lambda s: s.id_of("cleo"),
    ),
    (
        "refunded_beside is what refunds took off",
        "UPDATE sale SET refunded_beside = 1 WHERE number = 'S2'",
        lambda s: s.id_of_sale("S2"),
    ),
    (
        "a refund settles and pays out no more than its goods and tax",
        "UPDATE refund SET settled = 1, paid_out = 2000 WHERE number = 'R1'",
        lambda s: s.id_of_refund("R1"),
    ),
    (
        "what a refund took of lines adds up to its amount",
        "INSERT INTO refund_item (business_id, refund_id, sale_item_id, quantity, amount) SELECT r.business_id, r.id,"
        " i.id, 0, 5 FROM refund r JOIN sale_item i ON i.sale_id = r.sale_id WHERE r.number = 'R1'",
        lambda s: s.id_of_refund("R1"),
    ),
    (
        "what is due for a sale recorded here was paid",
        "UPDATE sale SET recorded_at = occurred_at WHERE number = 'S1'",
        lambda s: s.id_of_sale("S1"),
    ),
    (
        "refunds pay out no more than was paid for a sale recorded here",
        "UPDATE refund SET settled = 0, paid_out = 2000 WHERE number = 'R1'; UPDATE sale SET recorded_at = occurred_at"
        " WHERE number = 'S2'",
        lambda s: s.id_of_sale("S2"),
    ),
    (
        "who is in the erasure log is erased",
        "INSERT INTO erased_customer (business_id, customer_id, day) SELECT business_id, id, 20500 FROM customer"
        " WHERE number = 'cleo'",
        lambda s: s.id_of("cleo"),
    ),
)


@pytest.mark.parametrize(("rule", "change", "id_of"), DAMAGE)
async def test_damage_is_found_by_its_ids(
    services: Services, shop: Shop, rule: str, change: str, id_of: Callable[[Shop], int]
) -> None:
    for part in change.split("; "):
        statement = f"{part} AND business_id = {shop.id}" if " WHERE number" in part else part
        await execute(shop.database, statement, None if "zoe" in part else shop.id)  # zoe is of the other shop

    findings = await found(services, shop.id)

    assert any(finding.rule.startswith(rule) and id_of(shop) in finding.ids for finding in findings), findings


EARNED = "profit and costed are those of the items whose cost is known, of each sale without a discount"
TAKEN_BACK = "refunds take back no more than the profit, and all of it where they are the total, of each sale"


@pytest.mark.parametrize(
    ("change", "rule", "sale"),
    [
        ("sale SET profit = 649 WHERE number = 'part'", EARNED, "part"),
        ("sale SET profit = NULL WHERE number = 'part'", EARNED, "part"),
        ("sale SET costed = 0 WHERE number = 'part'", EARNED, "part"),
        ("sale SET profit = 0 WHERE number = 'unknown'", EARNED, "unknown"),
        ("refund SET profit = 651 WHERE number = 'of part'", TAKEN_BACK, "part"),
        ("refund SET profit = -1 WHERE number = 'of part'", TAKEN_BACK, "part"),
        ("refund SET profit = 1 WHERE number = 'of unknown'", TAKEN_BACK, "unknown"),
        ("refund SET profit = 649 WHERE number = 'of whole'", TAKEN_BACK, "whole"),
        ("refund SET profit = 1 WHERE number = 'of loss'", TAKEN_BACK, "loss"),
        ("refund SET profit = -101 WHERE number = 'of loss'", TAKEN_BACK, "loss"),
    ],
)
async def test_wrong_profits_are_found_by_their_sales(
    services: Services, database: Database, change: str, rule: str, sale: str
) -> None:
    shop = await open_shop(database)
    mugs, rope = Line("Mug", "4.50", "2", cost="1.25"), Line("Rope", "1.00")
    told = {"part": [mugs, rope], "whole": [mugs], "loss": [Line("Mug", "1.00", cost="2.00")], "unknown": [rope]}
    for (number, lines), amount in zip(told.items(), ("9.00", "9.00", "0.50", "0.30"), strict=True):
        shop.sale("anna", "2026-01-03", number=number, lines=lines)
        shop.refund("anna", "2026-01-09", amount, sale=number, number=f"of {number}")
    await shop.save()
    assert await found(services, shop.id) == []
    await execute(database, f"UPDATE {change}")

    findings = await found(services, shop.id)

    assert (rule, (shop.id_of_sale(sale),)) in [(finding.rule, finding.ids) for finding in findings]


async def test_a_reference_to_nothing_is_found(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    shop = await open_shop(database)
    shop.sale("anna", "2026-01-03", "1.00")
    await shop.save()
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        await connection.exec_driver_sql("UPDATE sale SET customer_id = 77")
        await connection.commit()
        await connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    services = Services(database)

    findings = await found(services, shop.id)
    await services.close()

    assert [(f.rule, f.ids) for f in findings] == [
        ("rows of sale refer to rows that are there, of the same business", (shop.id_of_sale("S1"),))
    ]


async def test_damage_of_another_business_is_none_of_this_one(services: Services, shop: Shop) -> None:
    await execute(shop.database, f"UPDATE sale SET paid = 55, weekday = 1 WHERE business_id <> {shop.id}")

    assert await found(services, shop.id) == []


async def test_many_are_counted_and_few_are_named(services: Services, database: Database) -> None:
    shop = await open_shop(database)
    for _ in range(30):
        shop.sale("anna", "2026-01-03", "1.00")
    await shop.save()
    await execute(database, "UPDATE sale SET paid = 1", shop.id)

    (finding,) = await found(services, shop.id)

    assert (finding.kind, finding.wrong, finding.ids) == (
        "sale",
        30,
        tuple(shop.id_of_sale(f"S{n}") for n in range(1, 11)),
    )


def test_every_owned_table_is_verified() -> None:
    rules = " ".join(invariant.rule for invariant in invariants())
    for name in ("customer", "customer_tag", "external_id", "sale", "sale_item", "payment", "refund", "touchpoint"):
        assert f"rows of {name} refer" in rules
    assert len(COPIED_TABLES) == 9


async def test_a_business_that_is_written_meanwhile(services: Services, shop: Shop) -> None:
    def write_meanwhile(_phase: str, _rows: int, _of: Any) -> None:
        shop.business  # noqa: B018  the snapshot is held: what follows is not part of it

    await found(services, shop.id)
    verifying = verify(services, shop.id, NOW, write_meanwhile)
    first = await anext(verifying)
    shop.sale("anna", "2026-03-03", "1.00")
    await shop.save()
    async with operation(services, shop.id) as context:
        await context.facts()

    assert not first.wrong
    assert [finding async for finding in verifying if finding.wrong] == []
