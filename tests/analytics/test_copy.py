"""The columnar copy holds what the store holds, at one revision, whatever was written and whoever reads meanwhile."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from sqlalchemy import Column, Integer, func, literal_column, select, text

from analytics.copy import copy as copies
from analytics.copy.copy import ColumnarCopy, Copies, CopyLimits, SnapshotMoved
from analytics.copy.pinned import PinnedView, StatementTimeout
from analytics.copy.tables import ALWAYS, COPIED_TABLES, EVERYTHING, ITEMS, PAYMENTS, STATUSES
from ingest.loader import import_file
from ingest.mapping import FileHabits, NumberRestarts, parse_map
from models import Sale
from models.database import Database, table
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from tests.analytics.asking import operation
from tests.builders import ACTOR, NOW, Line, Shop, open_shop

sale = table(Sale)
Contents = dict[str, list[tuple[Any, ...]]]
IN_COLUMNS = CopyLimits(small_change=-1)


@pytest.fixture
async def over_store(database: Database) -> AsyncGenerator[Services]:
    """Services over a store of each kind."""
    made = Services(database)
    yield made
    await made.close()


@pytest.fixture
def in_columns(over_store: Services) -> Services:
    """The same, where everything is read in columns, as much is."""
    over_store.copies = Copies(over_store.database, IN_COLUMNS)
    return over_store


@pytest.fixture(params=["through the operation", "in columns"])
def loading(request: pytest.FixtureRequest, over_store: Services) -> Services:
    """Services over a store of each kind that load in each way."""
    return over_store if request.param == "through the operation" else request.getfixturevalue("in_columns")


@pytest.fixture
async def shop(database: Database) -> Shop:
    """A shop with a row of every kind, and words, days and amounts of every sort."""
    made = await open_shop(database)
    made.customer("anna", first_name="Anna", city="Leeds", country="United Kingdom", tags=["vip", "staff"])
    made.customer("anna", gender="female", email="a@example.com", consent_email=True, phone_bounced_at=NOW)
    made.customer("ben", type="WHOLESALE", is_active=False, credit_limit="1000.00", opening_balance="-2.50")
    made.customer("ćleo 'the \"quick\"'", is_erased=True, acquisition_source="fair", is_email_verified=True)
    made.customer("dan", merged_into="anna", joined="2019-02-28")
    mixed = [
        Line("Mug", "4.50", "2", category="Kitchen", cost="1.25"),
        Line("Free", "0.00", is_product=False),
        Line("Rope", "0.001", "2500.5", category="Garden"),
    ]
    made.sale("anna", "2026-01-03 14:30", lines=mixed, payments={"CASH": "5.00", "CARD": "6.50"}, tax="1.00")
    made.sale("anna", "2026-01-04", "20.00", storefront="High Street", channel="ONLINE", has_hour=False)
    made.sale("ben", "2026-01-05", "8.00", discount="2.00", status="PARTIAL", payments={"CREDIT": "8.00"})
    made.sale(None, "2025-12-31 23:59", "9000000000000.01", payments={"VOUCHER": "1.00"})
    made.sale("ben", "2026-02-01", "3.00", status="PENDING")
    made.sale("ben", "2026-02-02", "3.00", counted_from="2026-02-20")
    made.refund("anna", "2026-01-09", "4.00", sale="S2")
    made.refund(None, "2026-01-10", "1.00", has_hour=False)
    made.payment("ben", "2026-01-11", "2.00", method="BANK_TRANSFER")
    await made.save()
    other = await open_shop(database, "Another shop")
    other.customer("anna", tags=["vip"])
    other.sale("anna", "2026-01-03", "1.00", payments={"CASH": "1.00"})
    other.refund("anna", "2026-01-03", "1.00")
    await other.save()
    return made


async def stored(shop: Shop) -> Contents:
    """Every copied column of every row that the store has of a business."""
    found: Contents = {}
    async with shop.database.engine.connect() as connection:
        for copied in COPIED_TABLES:
            statement = select(*copied.selected).where(copied.table.c.business_id == shop.id)
            found[copied.table.name] = sorted(map(tuple, await connection.execute(statement)), key=repr)
    return found


async def held_by(view: PinnedView) -> Contents:
    """The same of a view of the copy."""
    found: Contents = {}
    for copied in COPIED_TABLES:
        rows = await view.fetch(select(*copied.selected), {})
        columns = [column.to_pylist() for column in rows.columns]
        found[copied.table.name] = sorted(zip(*columns, strict=True), key=repr)
    return found


def plain(contents: Contents) -> Contents:
    """Enumerations as their words, so that rows sort and compare alike."""
    return {
        name: sorted((tuple(str(v) if isinstance(v, str) else v for v in row) for row in rows), key=repr)
        for name, rows in contents.items()
    }


async def copied(services: Services, shop: Shop) -> Contents:
    """What a new operation sees in the copy."""
    async with operation(services, shop.id) as context:
        return await held_by(await context.facts(EVERYTHING))


async def loaded_anew(shop: Shop) -> Contents:
    """What a copy that is made now holds."""
    fresh = Services(shop.database)
    fresh.copies = Copies(shop.database, IN_COLUMNS)
    try:
        return await copied(fresh, shop)
    finally:
        fresh.copies.close()


def without_empty_words(contents: Contents) -> Contents:
    """An empty word is absent in the copy, where the SQLite driver cannot tell the two apart."""
    return {
        name: sorted((tuple(None if v == "" else v for v in row) for row in rows), key=repr)
        for name, rows in contents.items()
    }


async def sold(context: Context) -> int:
    """How many sales an operation sees in the copy."""
    rows = await (await context.facts()).fetch(select(func.count().label("count")).select_from(sale), {})
    return int(rows.column(0)[0].as_py())


# ---------------------------------------------------------------- load


async def test_a_load_equals_the_store_in_every_row_and_column(loading: Services, shop: Shop) -> None:
    found = await copied(loading, shop)
    assert found == plain(await stored(shop))
    sizes = {name: len(rows) for name, rows in found.items()}
    assert sizes == {
        "customer": 4,
        "customer_tag": 2,
        "sale": 6,
        "refund": 2,
        "payment": 5,
        "sale_item": 8,
        "sale_status_change": 7,
        "consent_event": 1,
        "preference": 0,
    }


async def test_a_copy_keeps_the_types_of_the_store(loading: Services, shop: Shop) -> None:
    expected = {"customer": pa.string(), "id": pa.int64(), "business_day": pa.int32(), "is_active": pa.bool_()}
    async with operation(loading, shop.id) as context:
        view = await context.facts()
        customers = await view.fetch(select(*COPIED_TABLES[0].selected), {})
        sales = await view.fetch(select(sale.c.id, sale.c.business_day, sale.c.total), {})
    assert customers.schema.field("number").type == expected["customer"]
    assert customers.schema.field("is_active").type == expected["is_active"]
    assert sales.schema.types == [expected["id"], expected["business_day"], pa.int64()]


async def test_what_the_first_thousands_of_rows_lack_is_loaded_all_the_same(
    in_columns: Services, database: Database
) -> None:
    # The Arrow driver of SQLite guesses the type of a column from the rows of its first batch.
    large = await open_shop(database, "Large")
    for _ in range(2_100):
        large.customer(f"c{_:04}")
        large.sale(None, "2025-01-01", "1.00", has_hour=False)
        large.refund(None, "2025-01-01", "1.00", has_hour=False)
    await large.save()
    large.customer("last", city="Leeds", country="United Kingdom", acquisition_source="fair")
    lines = [Line("Mug", "3.00", category="Kitchen", cost="1.00")]
    last = large.sale("last", "2026-01-01 10:00", lines=lines, storefront="High Street")
    large.refund(None, "2026-01-01 11:00", "1.00", sale=last)
    await large.save()
    assert await copied(in_columns, large) == plain(await stored(large))


async def test_a_business_without_facts_has_an_empty_copy(loading: Services, database: Database) -> None:
    empty = await open_shop(database, "Empty")
    assert {name: len(rows) for name, rows in (await copied(loading, empty)).items()} == {
        copied.table.name: 0 for copied in COPIED_TABLES
    }


async def test_payments_and_items_are_copied_when_they_are_first_needed(loading: Services, shop: Shop) -> None:
    copy = loading.copies.of(shop.id)
    async with operation(loading, shop.id) as context:
        first = await context.facts()
        assert first.tables == copy.tables == ALWAYS
        assert (await context.facts(PAYMENTS)).tables == ALWAYS | PAYMENTS
        assert (await context.facts(ITEMS)).tables == ALWAYS | PAYMENTS | ITEMS
        assert (await context.facts(STATUSES)).tables == ALWAYS | PAYMENTS | ITEMS | STATUSES
        found = await held_by(await context.facts(EVERYTHING))
        assert found == plain(await stored(shop))
    async with operation(loading, shop.id) as context:
        assert (await context.facts()).tables == EVERYTHING  # they stay


async def test_a_table_needed_later_is_of_the_same_revision_as_the_others(in_columns: Services, shop: Shop) -> None:
    await sell_one_more(shop)
    async with operation(in_columns, shop.id) as late:
        assert await sold(late) == 7
        await sell_one_more(shop)
        with pytest.raises(SnapshotMoved):  # the items there are now would be of a sale that it does not see
            await late.facts(ITEMS)
        assert await sold(late) == 7
    assert await copied(in_columns, shop) == plain(await stored(shop))


async def test_what_is_little_is_read_at_the_moment_of_its_asker(over_store: Services, shop: Shop) -> None:
    """Sales that come between do not matter to it, neither with the first load nor with a table needed later."""
    async with operation(over_store, shop.id) as late:
        await late.business()
        await sell_one_more(shop)
        assert await sold(late) == 6
        await sell_one_more(shop)
        assert len((await held_by(await late.facts(EVERYTHING)))["sale_item"]) == 8
        assert await sold(late) == 6
    assert await copied(over_store, shop) == plain(await stored(shop)) == await loaded_anew(shop)


async def test_much_is_read_in_columns_by_the_number_of_rows(
    over_store: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """14 rows of four tables are there always, 8 items when they are needed, then 3 rows of one more sale."""
    real, synchronised = ColumnarCopy._synchronise, list[int]()

    def watched(copy: ColumnarCopy, wanted: frozenset[str]) -> None:
        synchronised.append(copy._limits.small_change)
        real(copy, wanted)

    monkeypatch.setattr(ColumnarCopy, "_synchronise", watched)
    for most in (7, 8, 13, 14):
        over_store.copies = Copies(shop.database, CopyLimits(small_change=most))
        async with operation(over_store, shop.id) as context:
            await context.facts()
            await context.facts(ITEMS)
    assert synchronised == [7, 7, 8, 13]


async def test_a_load_that_fails_half_way_leaves_nothing_to_serve(
    loading: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, real, begun = loading.copies.of(shop.id), copies._insert, []

    def failing(root: Any, copied: Any, rows: Any) -> None:
        begun.append(copied.name)
        if copied.name == "refund":
            raise OSError("the store is gone")
        real(root, copied, rows)

    monkeypatch.setattr(copies, "_insert", failing)
    for _ in range(2):
        async with operation(loading, shop.id) as context:
            with pytest.raises(OSError, match="the store is gone"):
                await context.facts()
        assert (copy.revision, copy.tables, copy.figures.rows) == (None, frozenset(), {})
    assert begun == ["customer", "customer_tag", "sale", "refund"] * 2
    monkeypatch.undo()
    assert await copied(loading, shop) == plain(await stored(shop))


# ---------------------------------------------------------------- one file, two libraries
# The Arrow driver has an SQLite of its own. Where it opens and closes the file in the process that also writes it, it
# takes the locks of that process with it: https://www.sqlite.org/howtocorrupt.html, "multiple copies of SQLite".


def in_another_process(path: str, statements: str) -> str:
    """What the last of some statements answers to a process of its own, or the error that it gets."""
    program = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0.1)\n"
        "try:\n"
        "    for statement in sys.argv[2].split(';'):\n"
        "        answer = connection.execute(statement).fetchone()\n"
        "    print(answer)\n"
        "except sqlite3.Error as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, path, statements], capture_output=True, text=True, check=True)
    return done.stdout.strip()


async def test_what_is_written_after_a_load_is_there_for_other_processes(services: Services) -> None:
    services.copies = Copies(services.database, IN_COLUMNS)
    shop = await open_shop(services.database)
    await sell_one_more(shop)
    path = services.database.url.database or ""
    async with operation(services, shop.id) as context:
        assert await sold(context) == 1
    await sell_one_more(shop)
    assert in_another_process(path, "SELECT count(*) FROM sale") == "(2,)"


async def test_a_load_leaves_the_locks_of_its_process_alone(services: Services) -> None:
    services.copies = Copies(services.database, IN_COLUMNS)
    shop = await open_shop(services.database)
    await sell_one_more(shop)
    path = services.database.url.database or ""
    async with operation(services, shop.id) as context, services.database.transaction():
        assert in_another_process(path, "BEGIN IMMEDIATE") == "database is locked"
        assert await sold(context) == 1
        assert in_another_process(path, "BEGIN IMMEDIATE") == "database is locked"


# ---------------------------------------------------------------- catching up


def new_customer_and_sale(shop: Shop) -> None:
    shop.sale(
        "zoe", "2026-03-01", "12.34", lines=[Line("Pot", "12.34", category="Kitchen")], payments={"CARD": "12.34"}
    )


def customer_changed(shop: Shop) -> None:
    shop.customer("anna", first_name="Änne", city=None, country="France", is_active=False, type="WHOLESALE")
    shop.customer("ben", is_active=True, credit_limit="0.01", joined="2020-02-29", merged_into="anna")


def customer_erased(shop: Shop) -> None:
    shop.customer("anna", is_erased=True, first_name=None, city=None, country=None)


def tags_changed(shop: Shop) -> None:
    shop.customer("anna", tags=["vip", "new"])
    shop.customer("ben", tags=["staff"])


def tags_removed(shop: Shop) -> None:
    shop.customer("anna", tags=[])


def sale_with_fewer_items(shop: Shop) -> None:
    shop.sale("anna", "2026-01-03", lines=[Line("Mug", "4.50", category=None)], number="S1")


def sale_with_more_items(shop: Shop) -> None:
    lines = [Line(f"Part {i}", "1.00", category=f"Category {i % 3}") for i in range(9)]
    shop.sale("anna", "2026-01-04", lines=lines, number="S2", channel="PHONE")


def sale_cancelled(shop: Shop) -> None:
    shop.sale("ben", "2026-01-05", "8.00", number="S3", status="CANCELLED")


def sale_completed(shop: Shop) -> None:
    shop.sale("ben", "2026-02-01", "3.00", number="S5", counted_from="2026-03-02")


def sale_moved_to_another_customer_and_day(shop: Shop) -> None:
    shop.sale("ben", "2025-11-30 08:00", "20.00", number="S2", storefront="Market")
    shop.sale(None, "2026-01-05", "8.00", number="S3")


def payments_added(shop: Shop) -> None:
    shop.payment("ben", "2026-03-01", "6.00", method="CARD", sale="S3")
    shop.payment("anna", "2026-03-01", "1.00")


def payments_replaced(shop: Shop) -> None:
    mixed = [Line("Mug", "11.50")]
    shop.sale("anna", "2026-01-03 14:30", lines=mixed, number="S1", payments={"MOBILE_MONEY": "11.50"})


def payments_taken_away(shop: Shop) -> None:
    shop.sale("ben", "2026-01-05", "8.00", number="S3", status="PENDING", payments={})


def refunds_added(shop: Shop) -> None:
    shop.refund("ben", "2026-03-01", "2.00")
    shop.refund("anna", "2026-03-02", "16.00", sale="S2")  # now REFUNDED


def refund_changed(shop: Shop) -> None:
    shop.refund("ben", "2026-03-02 09:00", "3.00", number="R2")


def contact_only(shop: Shop) -> None:
    shop.touchpoint("anna", "2026-03-01", outcome="OPENED")


def words_emptied(shop: Shop) -> None:
    shop.customer("anna", city="", acquisition_source="")


CHANGES: list[Callable[[Shop], None]] = [
    new_customer_and_sale,
    customer_changed,
    customer_erased,
    tags_changed,
    tags_removed,
    sale_with_fewer_items,
    sale_with_more_items,
    sale_cancelled,
    sale_completed,
    sale_moved_to_another_customer_and_day,
    payments_added,
    payments_replaced,
    payments_taken_away,
    refunds_added,
    refund_changed,
    contact_only,
    words_emptied,
]


def everything_at_once(shop: Shop) -> None:
    for change in CHANGES:
        change(shop)


WAYS = {
    "through the operation": CopyLimits(),
    "in columns": CopyLimits(small_change=0),
    "sorted again each time": CopyLimits(unsorted_rows=1, unsorted_share=0),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_caught_up_copy_equals_the_store_after_each_kind_of_write(
    over_store: Services, shop: Shop, way: str
) -> None:
    # Takes seconds: after each write the whole copy is compared, and once more loaded anew.
    over_store.copies = Copies(shop.database, WAYS[way])
    await copied(over_store, shop)
    for revision, change in enumerate(CHANGES, start=2):
        change(shop)
        await shop.save()
        expected = without_empty_words(plain(await stored(shop)))
        assert await copied(over_store, shop) == expected, change.__name__
        assert over_store.copies.of(shop.id).revision == revision
    assert await copied(over_store, shop) == await loaded_anew(shop)
    done = over_store.copies.of(shop.id).figures
    if way == "in columns":  # but for the contact alone, which is in no copied table
        assert (done.loads, done.catch_ups, done.compactions) == (len(CHANGES), 1, 0)
    else:
        assert (done.loads, done.catch_ups) == (1, len(CHANGES))
        assert (done.compactions >= len(CHANGES) - 1) == (way == "sorted again each time")


async def test_everything_changed_at_once_is_caught_up(over_store: Services, shop: Shop) -> None:
    await copied(over_store, shop)
    everything_at_once(shop)
    await shop.save()
    assert await copied(over_store, shop) == without_empty_words(plain(await stored(shop)))


async def test_a_copy_that_is_many_revisions_behind_catches_up_at_once(over_store: Services, shop: Shop) -> None:
    await copied(over_store, shop)
    for change in CHANGES:
        change(shop)
        await shop.save()
    found = await copied(over_store, shop)
    assert over_store.copies.of(shop.id).revision == len(CHANGES) + 1
    assert found == await loaded_anew(shop)


async def test_an_import_that_replaces_sales_with_their_payments_is_caught_up(
    over_store: Services, database: Database, tmp_path: Path
) -> None:
    shop = await open_shop(database, "Imported")
    mapping = parse_map(
        "sale=Id,occurred_at=At,unit_price=Price,quantity=Qty,product=What,customer=Who,payment_method=How",
        habits=FileHabits(is_complete=True, number_restarts=NumberRestarts.NEVER),
    )

    async def imported(*lines: str) -> None:
        path = tmp_path / "sales.csv"
        path.write_text("\n".join(["Id,At,Price,Qty,What,Who,How", *lines]) + "\n", encoding="utf-8")
        rejects = tmp_path / "rejects.csv"
        done = await import_file(
            database, path=path, business=shop.business, mapping=mapping, now=NOW, actor=ACTOR, rejects=rejects
        )
        assert done.rejected == 0

    await imported(
        "1,2026-01-03,4.00,1,Mug,anna,CASH", "1,2026-01-03,2.00,1,Cup,anna,CASH", "2,2026-01-04,9,1,Pot,ben,CARD"
    )
    before = await copied(over_store, shop)
    assert [len(before[name]) for name in ("sale", "sale_item", "payment")] == [2, 3, 2]
    await imported("1,2026-01-05,5.00,1,Mug,zoe,VOUCHER", "2,2026-01-04,9,1,Pot,ben,CARD")
    found = await copied(over_store, shop)
    assert found == plain(await stored(shop))
    assert [len(found[name]) for name in ("sale", "sale_item", "payment")] == [2, 2, 2]


async def test_a_table_sorted_again_is_in_its_order(over_store: Services, shop: Shop) -> None:
    over_store.copies = Copies(shop.database, CopyLimits(unsorted_rows=1, unsorted_share=0))
    await copied(over_store, shop)
    everything_at_once(shop)
    await shop.save()
    async with operation(over_store, shop.id) as context:
        view = await context.facts(EVERYTHING)
        for table in COPIED_TABLES:
            keys = [table.table.c[name] for name in table.sort]
            as_kept = (await view.fetch(select(*keys), {})).to_pylist()
            in_order = (await view.fetch(select(*keys).order_by(*(key.nulls_last() for key in keys)), {})).to_pylist()
            assert as_kept == in_order, table.name


async def test_a_catch_up_that_fails_half_way_is_not_served_and_harms_no_pinned_view(
    over_store: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with operation(over_store, shop.id) as early:
        view = await early.facts(EVERYTHING)
        before = await held_by(view)
        everything_at_once(shop)
        await shop.save()
        copy, real = over_store.copies.of(shop.id), copies._insert

        def failing(root: Any, copied: Any, rows: Any) -> None:
            if copied.name == "sale_item":
                raise OSError("no memory")
            real(root, copied, rows)

        monkeypatch.setattr(copies, "_insert", failing)
        async with operation(over_store, shop.id) as context:
            with pytest.raises(OSError, match="no memory"):
                await context.facts()
        assert copy.revision is None
        monkeypatch.undo()
        assert await held_by(view) == before
        assert await copied(over_store, shop) == await loaded_anew(shop)
        assert await held_by(view) == before


async def test_one_business_catching_up_leaves_the_copy_of_another(over_store: Services, shop: Shop) -> None:
    other = await open_shop(shop.database, "Third")
    other.sale("anna", "2026-01-03", "1.00")
    await other.save()
    before = await copied(over_store, other)
    everything_at_once(shop)
    await shop.save()
    await copied(over_store, shop)
    assert await copied(over_store, other) == before
    assert over_store.copies.of(other.id).revision == 1


# ---------------------------------------------------------------- snapshots


async def sell_one_more(shop: Shop) -> None:
    shop.sale("anna", "2026-03-05", "1.00")
    await shop.save()


async def test_an_operation_reads_the_copy_at_the_revision_that_it_began_with(over_store: Services, shop: Shop) -> None:
    await copied(over_store, shop)
    async with operation(over_store, shop.id) as context:
        assert (await context.business()).row.revision == 1
        await sell_one_more(shop)
        assert await sold(context) == 6  # caught up through its own snapshot, which does not see the seventh
    async with operation(over_store, shop.id) as context:
        assert await sold(context) == 7


async def test_a_copy_that_is_ahead_of_an_operation_is_refused_to_it(over_store: Services, shop: Shop) -> None:
    async with operation(over_store, shop.id) as late:
        assert (await late.business()).row.revision == 1
        await sell_one_more(shop)
        async with operation(over_store, shop.id) as context:
            assert await sold(context) == 7
        with pytest.raises(SnapshotMoved):
            await late.facts()
        assert over_store.copies.of(shop.id).revision == 2
    async with operation(over_store, shop.id, pin_at_start=True) as again:
        assert await sold(again) == 7


async def test_a_first_load_that_is_ahead_of_its_asker_is_refused_to_it(in_columns: Services, shop: Shop) -> None:
    async with operation(in_columns, shop.id) as late:
        await late.business()
        await sell_one_more(shop)
        with pytest.raises(SnapshotMoved):
            await late.facts()
    async with operation(in_columns, shop.id) as context:
        assert await sold(context) == 7


async def test_an_operation_that_pins_at_its_start_keeps_that_version(over_store: Services, shop: Shop) -> None:
    await copied(over_store, shop)
    await sell_one_more(shop)
    async with operation(over_store, shop.id, pin_at_start=True) as pinned:
        assert (await pinned.business()).row.revision == 2
        assert over_store.copies.of(shop.id).revision == 2  # pinned before any report was asked for
        await sell_one_more(shop)
        async with operation(over_store, shop.id) as context:
            assert await sold(context) == 8
        assert await sold(pinned) == 7


async def test_who_pins_at_its_start_is_not_overtaken_by_the_load(
    in_columns: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, loop = ColumnarCopy._synchronise, asyncio.get_running_loop()

    def after_a_sale(copy: ColumnarCopy, wanted: frozenset[str]) -> None:
        asyncio.run_coroutine_threadsafe(sell_one_more(shop), loop).result()
        real(copy, wanted)

    monkeypatch.setattr(ColumnarCopy, "_synchronise", after_a_sale)
    async with operation(in_columns, shop.id, pin_at_start=True) as pinned:
        assert (await pinned.business()).row.revision == 2
        assert await sold(pinned) == 7


async def test_a_pinned_view_does_not_see_later_catch_ups(over_store: Services, shop: Shop) -> None:
    async with operation(over_store, shop.id) as early:
        view = await early.facts(EVERYTHING)
        before = await held_by(view)
        everything_at_once(shop)
        await shop.save()
        after = await copied(over_store, shop)
        assert after != before
        assert await held_by(view) == before
        assert await early.facts() is view


async def test_a_view_that_was_never_read_is_pinned_all_the_same(over_store: Services, shop: Shop) -> None:
    # DuckDB's BEGIN is lazy: without a first read the snapshot would be that of the first statement.
    async with operation(over_store, shop.id) as early:
        await early.facts()
        await sell_one_more(shop)
        async with operation(over_store, shop.id) as context:
            assert await sold(context) == 7
        assert await sold(early) == 6


async def test_a_view_is_held_beyond_the_operation_that_pinned_it(over_store: Services, shop: Shop) -> None:
    count, go = select(func.count().label("count")).select_from(sale), asyncio.Event()

    async def counted(view: PinnedView) -> tuple[list[dict[str, Any]], PinnedView]:
        await go.wait()
        return (await view.fetch(count, {})).to_pylist(), view

    async with operation(over_store, shop.id) as context:
        computing = asyncio.ensure_future(context._snapshot.computing(counted, frozenset()))
        await asyncio.sleep(0)
    go.set()
    rows, view = await computing
    assert rows == [{"count": 6}]
    with pytest.raises(duckdb.ConnectionException):
        await view.fetch(count, {})


async def test_small_tables_of_a_caller_are_seen_by_its_statement_only(over_store: Services, shop: Shop) -> None:
    statement = select(func.count().label("count")).select_from(text('"chosen"'))
    async with operation(over_store, shop.id) as context:
        view = await context.facts()
        given = {"chosen": pa.table({"customer_id": [1, 2, 3]})}
        assert (await view.fetch(statement, {}, given)).to_pylist() == [{"count": 3}]
        with pytest.raises(duckdb.CatalogException):
            await view.fetch(statement, {})


# ---------------------------------------------------------------- locked down


@pytest.fixture
async def context(services: Services) -> AsyncGenerator[Context]:
    shop = await open_shop(services.database, "Locked")
    shop.sale("anna", "2026-01-01", "1.00")
    await shop.save()
    async with operation(services, shop.id) as made:
        yield made


@pytest.mark.parametrize("reader", ["read_text", "read_csv", "read_blob", "read_parquet", "read_json"])
async def test_a_statement_cannot_read_a_file(context: Context, tmp_path: Path, reader: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    statement = select(literal_column("*")).select_from(text(f"{reader}('{secret}')"))
    with pytest.raises((duckdb.PermissionException, duckdb.CatalogException)):
        await (await context.facts()).fetch(statement, {})


async def test_a_statement_cannot_read_a_variable_of_the_program(context: Context) -> None:
    given = {"chosen": pa.table({"customer_id": [1]})}  # where the statement is run, it is also a variable `rows`
    view = await context.facts()
    for variable in ("rows", "given"):
        statement = select(literal_column("*")).select_from(text(variable))
        with pytest.raises(duckdb.CatalogException):
            await view.fetch(statement, {}, given)


@pytest.mark.parametrize(
    "command",
    [
        "SET enable_external_access = true",
        "SET python_enable_replacements = true",
        "SET lock_configuration = false",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '/tmp/elsewhere.duckdb'",
        "COPY sale TO '/tmp/sales.csv'",
        "EXPORT DATABASE '/tmp/elsewhere'",
    ],
)
async def test_the_engine_cannot_be_unlocked_or_reach_outside(context: Context, command: str) -> None:
    view = await context.facts()
    with pytest.raises((duckdb.InvalidInputException, duckdb.PermissionException, duckdb.IOException)) as refusal:
        view._cursor.execute(command)
    assert "disabled" in str(refusal.value) or "locked" in str(refusal.value)


# ---------------------------------------------------------------- the copies of a process


async def test_each_business_has_one_copy(services: Services) -> None:
    first, second = services.copies.of(1), services.copies.of(2)
    assert first is services.copies.of(1)
    assert isinstance(first, ColumnarCopy)
    assert first is not second


async def test_the_copies_used_longest_ago_give_way_to_the_budget(services: Services) -> None:
    services.copies = Copies(services.database, CopyLimits(max_bytes=0))
    shops = [await open_shop(services.database, name) for name in ("One", "Two", "Three")]
    for one in shops:
        one.sale("anna", "2026-01-01", "1.00")
        await one.save()
    first, second, third = (services.copies.of(one.id) for one in shops)
    async with operation(services, shops[0].id) as early:
        assert await sold(early) == 1
        await copied(services, shops[1])
        assert (first.revision, second.revision, third.revision) == (None, 1, None)
        await copied(services, shops[2])
        assert (first.revision, second.revision, third.revision) == (None, None, 1)
        assert await sold(early) == 1  # its view is held, though the copy is gone
    assert await copied(services, shops[0]) == plain(await stored(shops[0]))
    assert (first.revision, second.revision, third.revision) == (1, None, None)


ENDLESS = text(
    "SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3"
).columns(Column("n", Integer))


async def test_a_statement_that_takes_too_long_is_stopped(services: Services) -> None:
    services.copies = Copies(services.database, CopyLimits(statement_seconds=0.05))
    shop = await open_shop(services.database)
    async with operation(services, shop.id) as context:
        with pytest.raises(StatementTimeout, match=r"longer than 0\.05 s"):
            await (await context.facts()).fetch(select(ENDLESS.subquery("endless")), {})
    async with operation(services, shop.id) as context:  # and the copy still answers
        assert await sold(context) == 0


async def test_the_statement_of_a_cancelled_asker_is_stopped(services: Services) -> None:
    shop = await open_shop(services.database)
    async with operation(services, shop.id) as context:
        view = await context.facts()
        asking = asyncio.create_task(view.fetch(select(ENDLESS.subquery("endless")), {}))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    async with operation(services, shop.id) as context:
        assert await sold(context) == 0


async def test_an_operation_goes_on_after_one_of_its_statements_was_stopped(services: Services) -> None:
    services.copies = Copies(services.database, CopyLimits(statement_seconds=0.05))
    shop = await open_shop(services.database)
    async with operation(services, shop.id) as context:
        with pytest.raises(StatementTimeout):
            await (await context.facts()).fetch(select(ENDLESS.subquery("endless")), {})
        assert await sold(context) == 0
