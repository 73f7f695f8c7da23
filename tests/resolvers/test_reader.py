"""The reader: one snapshot of one business, its rows as users see them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from re import search, sub
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, text, update

from models import Customer, Storefront, Touchpoint
from models.customers import CustomerType, customers_with_id
from models.database import AT_ONCE_ROWS, Database, table
from models.sales import purchases_of, rows_of_sales, rows_with_id, sale, sale_item
from models.storefronts import storefronts_of_business
from models.touchpoints import TouchpointType, touchpoints_with_id
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id
from resolvers.operation.reader import Reader, Statements
from rules.days import day_number
from rules.selling import SaleStatus
from tests.builders import Line, Shop, open_shop

Reading = Callable[[Shop], Any]


@pytest.fixture
def reading(database: Database) -> Reading:
    """A reader of a shop, closed at the end."""
    statements = Statements(database)

    @asynccontextmanager
    async def opened(shop: Shop) -> AsyncGenerator[Reader]:
        reader = Reader(database, statements, shop.id)
        yield reader
        await reader.close()

    return opened


@pytest.fixture
async def shop(database: Database) -> Shop:
    """A shop with a customer and a sale."""
    made = await open_shop(database)
    made.customer("ANN", email="ann@example.com", notes="a note", birth_date=date(1990, 2, 28), credit_limit="12.34")
    made.sale("ANN", "2026-02-01 09:30", storefront="Web", lines=[Line("Tea", "0.001", "2.5"), Line("Cake", "3")])
    made.touchpoint("ANN", "2026-02-02 10:00", notes="another note")
    await made.save()
    return made


# ---------------------------------------------------------------- what may be asked


async def test_statements_of_all_businesses_are_refused(shop: Shop, reading: Reading) -> None:
    unscoped = [
        select(sale.c.id),
        select(sale.c.id).where(sale.c.id == bindparam("id")),
        select(sale.c.id).where(sale.c.business_id == 1),
        select(func.count()).select_from(table(Customer)),
        select(sale.c.id).where(sale.c.business_id == bindparam("of")),
    ]
    async with reading(shop) as reader:
        for statement in unscoped:
            with pytest.raises(ValueError, match="not scoped to a business"):
                await reader.rows(statement, id=1, of=shop.id)
            with pytest.raises(ValueError, match="not scoped to a business"):
                await reader.stored(statement, {"id": 1, "of": shop.id})
        assert reader.statements_run == 1


async def test_the_business_of_a_statement_is_never_the_callers_to_say(
    database: Database, shop: Shop, reading: Reading
) -> None:
    other = await open_shop(database, "Other")
    other.storefront("Theirs")
    await other.save()
    async with reading(shop) as reader:
        assert [row.name for row in await reader.rows(storefronts_of_business(), business=other.id)] == ["Web"]
        stored = await reader.stored(storefronts_of_business(), {"business": other.id})
        assert [row.name for row in stored] == ["Web"]


async def test_rows_of_another_business_never_appear(database: Database, shop: Shop, reading: Reading) -> None:
    """Every statement that takes ids, asked for those of somebody else."""
    other = await open_shop(database, "Other")
    ids = {"customer": shop.id_of("ANN"), "sale": shop.id_of_sale("S1")}
    async with reading(shop) as ours, reading(other) as theirs:
        for statement, of in (
            (customers_with_id(True), "customer"),
            (rows_with_id(sale, "Sale"), "sale"),
            (rows_of_sales(sale_item, "SaleItem", "position"), "sale"),
        ):
            assert len(await ours.rows(statement, ids=[ids[of]])) >= 1
            assert await theirs.rows(statement, ids=[ids[of]]) == []
        for reader, rows in ((ours, 1), (theirs, 0)):
            found = await reader.stored(purchases_of(), {"ids": [ids["customer"]], "as_of": 30_000})
            assert len(found) == rows
            assert len(await reader.rows(touchpoints_with_id(True), ids=[shop.id_of_touchpoint()])) == rows


# ---------------------------------------------------------------- one snapshot


async def test_what_is_written_meanwhile_is_not_seen(shop: Shop, reading: Reading) -> None:
    async with reading(shop) as reader:
        before = await reader.business()
        (profile,) = await reader.rows(customers_with_id(True), ids=[shop.id_of("ANN")])
        shop.customer("ANN", first_name="Anna")
        shop.storefront("New")
        shop.sale("ANN", "2026-03-01", "99.00")
        await shop.save()

        assert await reader.rows(customers_with_id(True), ids=[shop.id_of("ANN")]) == [profile]
        assert [row.name for row in await reader.rows(storefronts_of_business())] == ["Web"]
        (sums,) = await reader.stored(purchases_of(), {"ids": [shop.id_of("ANN")], "as_of": 30_000})
        assert sums.orders == 1
        assert (await reader.business()).revision == before.revision == 1
    async with reading(shop) as later:
        assert (await later.business()).revision == 2
        assert [row.name for row in await later.rows(storefronts_of_business())] == ["New", "Web"]
        (profile,) = await later.rows(customers_with_id(True), ids=[shop.id_of("ANN")])
        assert profile.first_name == "Anna"


async def test_the_snapshot_is_taken_with_the_first_statement(shop: Shop, reading: Reading) -> None:
    """Nothing that happens between the revision and the next statement is seen with the old revision."""
    async with reading(shop) as reader:
        assert (await reader.business()).revision == 1
        shop.storefront("New")
        await shop.save()
        assert [row.name for row in await reader.rows(storefronts_of_business())] == ["Web"]
    async with reading(shop) as late:
        shop.storefront("Newer")
        await shop.save()  # before the first statement of the reader
        assert (await late.business()).revision == 3
        assert [row.name for row in await late.rows(storefronts_of_business())] == ["New", "Newer", "Web"]


async def test_a_reader_cannot_write(database: Database, shop: Shop, reading: Reading) -> None:
    if database.is_sqlite:
        pytest.skip("a read transaction of SQLite becomes a write one where it writes; nothing here does")
    async with reading(shop) as reader:
        await reader.business()
        with pytest.raises(Exception, match="read-only transaction"):
            await reader._driver.execute("UPDATE business SET revision = 9")


async def test_statements_of_one_reader_take_turns(shop: Shop, reading: Reading) -> None:
    async with reading(shop) as reader:
        found = await asyncio.gather(*(reader.rows(storefronts_of_business()) for _ in range(20)))
        assert [[row.name for row in rows] for rows in found] == [["Web"]] * 20
        assert reader.statements_run == 21


async def test_a_closed_reader_leaves_its_connection_to_others(database: Database, shop: Shop) -> None:
    statements = Statements(database)
    for _ in range(25):  # more than the pool has
        reader = Reader(database, statements, shop.id)
        assert (await reader.business()).name == "Shop"
        await reader.close()
        await reader.close()
    async with database.transaction(shop.id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM storefront"))).scalar_one() == 1


async def test_a_refused_value_leaves_the_snapshot_as_it_was(shop: Shop, reading: Reading) -> None:
    async with reading(shop) as reader:
        statement = storefronts_of_business().where(table(Storefront).c.name == bindparam("name"))
        for value in ("a\0b", ["a", "\0"]):
            with pytest.raises(BadUserInput, match=r"U\+0000"):
                await reader.rows(statement, name=value)
        assert [row.name for row in await reader.rows(statement, name="Web")] == ["Web"]


async def test_no_such_business(database: Database) -> None:
    reader = Reader(database, Statements(database), 999)
    assert await reader.business() is None
    await reader.close()


# ---------------------------------------------------------------- what rows hold


async def test_values_as_users_see_them(shop: Shop, reading: Reading) -> None:
    async with reading(shop) as reader:
        (profile,) = await reader.rows(customers_with_id(True), ids=[shop.id_of("ANN")])
        (sold,) = await reader.rows(rows_with_id(sale, "Sale"), ids=[shop.id_of_sale("S1")])
        items = await reader.rows(rows_of_sales(sale_item, "SaleItem", "position"), ids=[shop.id_of_sale("S1")])
        (contact,) = await reader.rows(touchpoints_with_id(True), ids=[shop.id_of_touchpoint()])

    assert profile.global_id == global_id("Customer", shop.id_of("ANN"))
    assert (profile.id, profile.number, profile.type) == (shop.id_of("ANN"), "ANN", CustomerType.RETAIL)
    assert isinstance(profile.type, CustomerType)
    assert (profile.birth_date, profile.joined_day) == (date(1990, 2, 28), date(2026, 2, 1))
    assert (profile.is_active, profile.is_verified, profile.is_erased) == (True, False, False)
    assert all(type(v) is bool for v in (profile.is_active, profile.is_verified, profile.is_erased))
    assert (profile.credit_limit, str(profile.credit_limit)) == (Decimal("12.34"), "12.34")
    assert profile.created_at == datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert profile.created_at.tzinfo is UTC
    assert (sold.status, isinstance(sold.status, SaleStatus)) == (SaleStatus.COMPLETED, True)
    assert (sold.occurred_at, sold.occurred_at.tzinfo) == (datetime(2026, 2, 1, 9, 30, tzinfo=UTC), UTC)
    assert (sold.business_day, sold.counted_from) == (date(2026, 2, 1), date(2026, 2, 1))
    assert (str(sold.total), str(sold.tax), sold.profit) == ("3.00", "0.00", None)
    assert [(str(i.quantity), str(i.unit_price), i.unit_cost) for i in items] == [
        ("2.5", "0.001", None),
        ("1", "3.00", None),
    ]
    assert (contact.type, isinstance(contact.type, TouchpointType)) == (TouchpointType.EMAIL, True)
    assert {type(row).__name__ for row in (profile, sold, contact)} == {"Customer", "Sale", "Touchpoint"}


async def test_values_as_stored(shop: Shop, reading: Reading) -> None:
    async with reading(shop) as reader:
        (sold,) = await reader.stored(rows_with_id(sale, "Sale"), {"ids": [shop.id_of_sale("S1")]})

    assert (sold.total, sold.business_day, sold.id) == (300, day_number(date(2026, 2, 1)), shop.id_of_sale("S1"))


async def test_personal_columns_are_not_read_without_the_claim(shop: Shop, reading: Reading) -> None:
    personal = ("email", "phone", "birth_date", "notes", "line1", "line2", "city", "state", "postal_code", "country")
    async with reading(shop) as reader:
        (shown,) = await reader.rows(customers_with_id(True), ids=[shop.id_of("ANN")])
        (hidden,) = await reader.rows(customers_with_id(False), ids=[shop.id_of("ANN")])
        (contact,) = await reader.rows(touchpoints_with_id(False), ids=[shop.id_of_touchpoint()])

    assert (shown.email, shown.notes) == ("ann@example.com", "a note")
    assert [getattr(hidden, name) for name in personal] == [None] * 10
    assert contact.notes is None
    others = [c.name for c in customers_with_id(True).selected_columns if c.name not in personal]
    assert "first_name" in others
    assert [getattr(hidden, name) for name in others] == [getattr(shown, name) for name in others]
    statements = [str(s.compile()) for s in (customers_with_id(False), touchpoints_with_id(False))]
    read = [sub(r"\.(email|phone) IS NOT NULL", "", s) for s in statements]  # whether there is one, for the consents
    assert [n for s in read for n in personal if search(rf"\.{n}\b", s)] == []


MONEY = [
    ("JPY", 1234, "1234"),
    ("JPY", 0, "0"),
    ("GBP", 1234, "12.34"),
    ("GBP", -5, "-0.05"),
    ("GBP", 0, "0.00"),
    ("KWD", 1234, "1.234"),
    ("KWD", 1, "0.001"),
    ("CLF", 1, "0.0001"),
    ("GBP", 2**63 - 1, "92233720368547758.07"),
]


async def test_money(database: Database, reading: Reading) -> None:
    for currency, minor, shown in MONEY:
        shop = await open_shop(database, f"{currency} {minor}", currency=currency)
        shop.customer("ANN")
        await shop.save()
        async with database.transaction(shop.id) as connection:
            await connection.execute(update(table(Customer)).values(opening_balance=minor))
        async with reading(shop) as reader:
            (profile,) = await reader.rows(customers_with_id(True), ids=[shop.id_of("ANN")])
            (stored,) = await reader.stored(customers_with_id(True), {"ids": [shop.id_of("ANN")]})

        assert str(profile.opening_balance) == shown
        assert isinstance(profile.opening_balance, Decimal)
        assert stored.opening_balance == minor


MILLIONTHS = {
    0: "0",
    1: "0.000001",
    -1: "-0.000001",
    500_000: "0.5",
    1_000_000: "1",
    -1_500_000: "-1.5",
    10_000_000: "10",
    123_456_789: "123.456789",
    2**63 - 1: "9223372036854.775807",
}


async def test_quantities(database: Database, shop: Shop, reading: Reading) -> None:
    for millionths, shown in MILLIONTHS.items():
        async with database.transaction(shop.id) as connection:
            await connection.execute(update(sale_item).values(quantity=millionths))
        async with reading(shop) as reader:
            rows = await reader.rows(rows_of_sales(sale_item, "SaleItem", "position"), ids=[shop.id_of_sale("S1")])
        assert {str(row.quantity) for row in rows} == {shown}


async def test_moments_are_utc_whatever_zone_they_were_written_in(
    database: Database, shop: Shop, reading: Reading
) -> None:
    written = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    async with database.transaction(shop.id) as connection:
        await connection.execute(update(table(Touchpoint)).values(occurred_at=written))
    async with reading(shop) as reader:
        (contact,) = await reader.rows(touchpoints_with_id(True), ids=[shop.id_of_touchpoint()])

    assert contact.occurred_at == written
    assert contact.occurred_at.isoformat() == "2026-03-28T19:45:00.123456+00:00"


async def test_days_before_1970(database: Database, shop: Shop, reading: Reading) -> None:
    async with database.transaction(shop.id) as connection:
        await connection.execute(update(table(Customer)).values(joined_day=-1))
    async with reading(shop) as reader:
        (profile,) = await reader.rows(customers_with_id(True), ids=[shop.id_of("ANN")])

    assert profile.joined_day == date(1969, 12, 31)


async def test_lists_of_any_length(shop: Shop, reading: Reading) -> None:
    async with reading(shop) as reader:
        ann = shop.id_of("ANN")
        for ids, found in (([], 0), ([ann], 1), ([*range(ann, ann + 5000)], 1), ([ann] * 3, 1)):
            assert len(await reader.rows(customers_with_id(True), ids=ids)) == found


@pytest.mark.own_store
async def test_rows_that_take_long_come_from_the_thread(
    shop: Shop, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.database.AT_ONCE_SECONDS", -1.0)  # every look at the clock finds it over
    for number in range(AT_ONCE_ROWS):
        shop.sale("ANN", "2026-03-01", number=f"M{number}")
    await shop.save()
    numbers = select(sale.c.number).where(sale.c.business_id == bindparam("business")).order_by(sale.c.id)
    async with reading(shop) as reader:
        found = await reader.rows(numbers)
        again = await reader.rows(numbers)
    assert len(found) == AT_ONCE_ROWS + 1
    assert found == again


async def test_many_businesses_at_once_each_see_their_own(database: Database, reading: Reading) -> None:
    shops = [await open_shop(database, f"Shop {n}") for n in range(4)]
    for place, shop in enumerate(shops):
        shop.storefront(f"Front {place}")
        await shop.save()

    async def front(shop: Shop) -> list[str]:
        async with reading(shop) as reader:
            return [row.name for row in await reader.rows(storefronts_of_business())]

    assert await asyncio.gather(*map(front, shops)) == [[f"Front {n}"] for n in range(4)]
    async with database.transaction() as connection:
        theirs = table(Storefront).c.business_id.in_([shop.id for shop in shops])
        await connection.execute(delete(table(Storefront)).where(theirs))
        await connection.execute(insert(table(Storefront)).values(business_id=shops[0].id, name="Only", revision=2))
    assert await asyncio.gather(*map(front, shops)) == [["Only"], [], [], []]


async def test_a_connection_whose_snapshot_does_not_end_is_used_no_more(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever got it next would read on in the old snapshot."""
    statements = Statements(database)
    reader, following = (Reader(database, statements, shop.id) for _ in range(2))
    await reader.business()
    stuck = reader._driver
    with monkeypatch.context() as patched:
        patched.setattr(reader, "_driver", None)
        with pytest.raises(AttributeError):
            await reader.close()
    assert database.connections_in_use == 0

    await open_shop(database, "Another shop")
    assert (await following.business()).id == shop.id
    assert following._driver is not stuck
    await following.close()


async def test_a_connection_with_an_open_transaction_is_cleared_first(postgres_url: str) -> None:
    """A BEGIN in it would change nothing, and each statement would see another moment."""
    database = Database(postgres_url, pool_size=1)
    shop = await open_shop(database)
    async with database.engine.connect() as connection:
        raw: Any = await connection.get_raw_connection()
        await raw.driver_connection.execute("BEGIN")
    reader = Reader(database, Statements(database), shop.id)
    assert (await reader.business()).id == shop.id
    level = await reader._driver.fetchval("SELECT current_setting('transaction_isolation')")
    assert level == "repeatable read"
    await reader.close()
    await database.close()
