"""PostgreSQL shows a row to its business alone, whatever a statement forgets and whoever the database's user is."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from analytics.copy.copy import ColumnarCopy, _snapshot
from ingest.demo import grow_demo
from ingest.loader import import_file
from ingest.mapping import parse_map
from models import Customer, Sale, Storefront
from models.database import Database, table
from models.finding import word_query
from models.listing import found_customers
from models.migrate import migrate
from models.sales import Payment, rows_of_sales
from models.tenancy import ROLE, guarded, role_of
from resolvers.businesses import businesses, ensure_business, find_business
from resolvers.operation.changes import Revisions
from resolvers.operation.reader import Reader, Statements
from resolvers.operation.services import Services
from resolvers.operation.writing import writing
from resolvers.portal import customer_id_of
from resolvers.verification import verify
from server.commands.backup import back_up, restore
from server.settings import Settings
from server.store import upgraded
from tests.analytics.asking import operation
from tests.builders import ACTOR, NOW, Shop, open_shop
from tests.conftest import REQUIRE_SERVICES, drop_database, make_current, missing, named, on_server
from tests.models.test_migrations import KEPT, all_rows, at, put_in
from tests.server.conftest import SECRET

customer, payment, sale, storefront = table(Customer), table(Payment), table(Sale), table(Storefront)
USERS = {"superuser": "SUPERUSER", "role maker": "CREATEROLE", "plain user": ""}
GUARDED = sorted(
    name for name, source in SQLModel.metadata.tables.items() if name == "business" or "business_id" in source.c
)


@asynccontextmanager
async def database_of(user: str) -> AsyncGenerator[str]:
    """The URL of an empty database that belongs to a new user who may do what is said in USERS."""
    name, word = f"tenancy_{uuid4().hex[:12]}", uuid4().hex
    await on_server(f"CREATE ROLE {name}_user LOGIN PASSWORD '{word}' {USERS[user]}")
    await on_server(f"CREATE DATABASE {name} OWNER {name}_user")
    url = make_url(named(name)).set(username=f"{name}_user", password=word)
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        await drop_database(name)
        await on_server(f"DROP ROLE {name}_user")


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=USERS)
async def template_url(request: pytest.FixtureRequest, postgres_template: str | None) -> AsyncGenerator[str]:
    """The URL of a migrated database of each kind of user, to be copied."""
    if postgres_template is None:
        missing("no PostgreSQL answers at TEST_POSTGRES_URL", REQUIRE_SERVICES)
    async with database_of(request.param) as url:
        await make_current(url)
        yield url


@pytest.fixture
async def url(template_url: str) -> AsyncGenerator[str]:
    """The URL of a migrated database of each kind of user."""
    template, name = make_url(template_url), f"tenancy_{uuid4().hex[:12]}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {template.database} OWNER {template.username}")
    yield template.set(database=name).render_as_string(hide_password=False)
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(url: str) -> AsyncGenerator[Database]:
    """That database, open."""
    made = Database(url)
    yield made
    await made.close()


@pytest.fixture
async def shops(database: Database) -> tuple[Shop, Shop]:
    """Two businesses that know nothing of each other."""
    return await filled(database, "Mine", "ann"), await filled(database, "Theirs", "ben")


async def filled(database: Database, name: str, number: str) -> Shop:
    shop = await open_shop(database, name)
    shop.customer(number, first_name=number.title(), tags=["vip"])
    shop.sale(number, "2026-01-03", "10.00", payments={"CASH": "10.00"}, storefront="Here")
    await shop.save()
    return shop


async def said(database: Database, ask: Any) -> Any:
    async with database.reading() as connection:
        return await connection.run_sync(ask)


MANY_MORE = """INSERT INTO customer SELECT another.* FROM customer, generate_series(1, 3000) AS n,
    jsonb_populate_record(customer, jsonb_build_object('id', 1000 + n, 'number', 'N' || n, 'search_name', 'n' || n))
    AS another WHERE customer.number = 'ann'"""

MANY_PAYMENTS = """INSERT INTO payment SELECT another.* FROM payment, generate_series(1, 20000) AS n,
    jsonb_populate_record(payment, jsonb_build_object('id', 1000 + n)) AS another
    WHERE payment.business_id = :business"""

# ---------------------------------------------------------------- statements that forget


def forgetful() -> Any:
    """The customers of everybody: it names the business without heeding it, which the code cannot tell."""
    return select(customer.c.number).where(bindparam("business", type_=customer.c.id.type) > 0)


async def test_the_reader_reads_own_rows_alone(database: Database, shops: tuple[Shop, Shop]) -> None:
    statements = Statements(database)
    for shop, number in zip(shops, ("ann", "ben"), strict=True):
        reader = Reader(database, statements, shop.id)
        assert await reader.stored(forgetful(), {}) == [(number,)]
        assert (await reader.business()).id == shop.id
        await reader.close()


async def test_the_writer_writes_own_rows_alone(database: Database, shops: tuple[Shop, Shop]) -> None:
    mine, theirs = shops
    async with writing(database, mine.id, actor=ACTOR, clock=lambda: NOW) as opened:
        assert (await opened.connection.execute(select(customer.c.number))).all() == [("ann",)]
        changed = await opened.connection.execute(update(customer).values(city="Here"))
        assert changed.rowcount == 1
        await opened.connection.execute(text("DELETE FROM customer_tag"))

    async with database.reading(theirs.id) as connection:
        assert (await connection.execute(select(customer.c.city))).all() == [(None,)]
        assert (await connection.execute(text("SELECT tag FROM customer_tag"))).all() == [("vip",)]


async def test_a_row_of_another_business_is_refused(database: Database, shops: tuple[Shop, Shop]) -> None:
    mine, theirs = shops
    row = {"business_id": theirs.id, "name": "Their place", "is_active": True, "revision": 1}
    for statement in (insert(storefront).values(row), update(sale).values(business_id=theirs.id)):
        with pytest.raises(DBAPIError, match="violates row-level security policy"):
            async with writing(database, mine.id, actor=ACTOR, clock=lambda: NOW) as opened:
                await opened.connection.execute(statement)

    assert [row.revision for row in await businesses(database)] == [1, 1]


async def test_the_mirror_copies_own_rows_alone(database: Database, shops: tuple[Shop, Shop]) -> None:
    mine, _ = shops
    with _snapshot(database, mine.id) as cursor:
        assert cursor.execute("SELECT number FROM customer").fetchall() == [("ann",)]
    copy, reader = ColumnarCopy(database, mine.id), Reader(database, Statements(database), mine.id)
    await copy.bring_to(1, reader.stored)
    await reader.close()
    assert copy.figures.rows["sale"] == 1


async def test_nothing_is_seen_without_saying_of_what_business(database: Database, shops: tuple[Shop, Shop]) -> None:
    async with database.engine.connect() as connection:
        role = (await connection.execute(text(ROLE))).scalar_one()
        await connection.execute(text(f"SET ROLE {role}"))
        for name in GUARDED:
            assert (await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one() == 0, name
        await connection.execute(text("SET app.business = '0'"))
        assert (await connection.execute(select(func.count()).select_from(sale))).scalar_one() == 0
        await connection.invalidate()


async def test_a_search_finds_own_customers_by_its_index(database: Database, shops: tuple[Shop, Shop]) -> None:
    mine, _ = shops
    services = Services(database)
    async with operation(services, mine.id) as context:
        for words, found in (("ann", [mine.id_of("ann")]), ("ben", [])):
            query = word_query(words, False, False)
            assert [
                row.id for row in await context.reader.stored(found_customers(frozenset(("names",))), {"words": query})
            ] == found
    async with database.transaction() as connection:
        await connection.execute(text(MANY_MORE))
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE customer"))
    prepared = services.statements.prepared(found_customers(frozenset(("names",))))
    has_role = await said(database, role_of) is not None
    async with database.reading(mine.id) as connection:
        values = tuple(prepared.values({"business": mine.id, "words": "'ann'"}))
        plan = (await connection.exec_driver_sql(f"EXPLAIN {prepared.text}", values)).scalars().all()
    assert any("customer_search_names" in line for line in plan) is has_role


async def test_a_look_up_by_sale_uses_its_index_before_anything_is_known_of_the_table(
    database: Database, shops: tuple[Shop, Shop]
) -> None:
    mine, _ = shops
    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE payment SET (autovacuum_enabled = false)"))
        await connection.execute(text(MANY_PAYMENTS), {"business": mine.id})
        never = "SELECT reltuples FROM pg_class WHERE relname = 'payment'"
        assert (await connection.execute(text(never))).scalar_one() == -1
    prepared = Statements(database).prepared(rows_of_sales(payment, "Payment", "id"))
    values = tuple(prepared.values({"business": mine.id, "ids": [1, 2, 3]}))
    async with database.reading(mine.id) as connection:
        plan = (await connection.exec_driver_sql(f"EXPLAIN {prepared.text}", values)).scalars().all()
    used = {word for line in plan for word in line.split() if word.startswith("payment_")}
    assert used == {"payment_by_sale"}


async def test_the_look_up_of_revisions_goes_from_business_to_business(
    database: Database, shops: tuple[Shop, Shop]
) -> None:
    revisions = Revisions(database, Statements(database))
    for shop in (*shops, *reversed(shops)):
        assert (await revisions.of(shop.id)).revision == 1
        assert await revisions.of(shop.id + 1_000) is None
    await revisions.close()
    assert len(await businesses(database)) == 2  # the connection went back as nobody's


async def test_a_connection_is_nobodys_after_an_operation(database: Database, shops: tuple[Shop, Shop]) -> None:
    mine, _ = shops
    async with operation(Services(database), mine.id) as context:
        await context.business()
    async with writing(database, mine.id, actor=ACTOR, clock=lambda: NOW):
        pass
    assert await customer_id_of(database, mine.id, "ben") is None
    async with database.engine.connect() as connection:
        left = "SELECT current_user = session_user, coalesce(current_setting('app.business', true), '')"
        assert (await connection.execute(text(left))).one() == (True, "")


# ---------------------------------------------------------------- the guard


async def test_every_table_of_a_business_is_guarded(database: Database) -> None:
    """For a table of facts that a later migration makes: call `models.tenancy.guard` there."""
    assert await said(database, guarded) == GUARDED
    flags = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY 1"
    assert [row[0] for row in await all_rows(database, flags)] == GUARDED


async def test_the_role_owns_nothing_and_may_little(database: Database, template_url: str) -> None:
    role = await said(database, role_of)
    if role is None:
        pytest.skip("this user may make no role")
    assert role == f"{make_url(template_url).database}_business"  # of the database that this one is a copy of
    rights = "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = "
    assert await all_rows(database, f"{rights}'{role}'") == [(False,) * 5]
    owned = "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = "
    assert await all_rows(database, f"{owned}'{role}'::regrole") == [(0,)]
    for statement in (
        "CREATE TABLE mine (id int)",
        "TRUNCATE sale",
        "ALTER TABLE sale DISABLE ROW LEVEL SECURITY",
        "INSERT INTO business (name) VALUES ('x')",
        "DELETE FROM business",
        "UPDATE installation SET epoch = ''",
        "UPDATE alembic_version SET version_num = ''",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            async with database.transaction(1) as connection:
                await connection.execute(text(statement))


@pytest.mark.usefixtures("postgres_url")
async def test_databases_of_a_server_do_not_share_the_role() -> None:
    long = "x" * 60

    async def role(name: str) -> str:
        await on_server(f"CREATE DATABASE {name}")
        database = Database(named(name))
        try:
            await migrate(database)
            found = await said(database, role_of)
        finally:
            await database.close()
            await drop_database(name)
        assert found is not None
        await on_server(f"DROP ROLE IF EXISTS {found}")
        return found

    assert await role(f"{long}a") != await role(f"{long}b")


@pytest.mark.usefixtures("postgres_url")
async def test_a_user_that_may_make_the_role_later() -> None:
    async with database_of("plain user") as url:
        user, database = make_url(url).username, Database(url)
        with capture_logs() as logs:
            assert (await upgraded(settings_of(url)))[0] is None
        assert [line["event"] for line in logs] == ["row-level security is weaker than it could be"]
        assert await said(database, role_of) is None
        shops = await filled(database, "Mine", "ann"), await filled(database, "Theirs", "ben")
        await on_server(f"ALTER ROLE {user} CREATEROLE")
        await database.close()

        with capture_logs() as logs:
            await upgraded(settings_of(url))
        assert logs == []
        database = Database(url)
        assert await said(database, role_of) == f"{make_url(url).database}_business"
        await test_the_reader_reads_own_rows_alone(database, shops)
        await test_nothing_is_seen_without_saying_of_what_business(database, shops)
        await database.close()


@pytest.mark.usefixtures("postgres_url")
async def test_an_administrator_makes_the_role() -> None:
    async with database_of("plain user") as url:
        role, user, database = f"{make_url(url).database}_business", make_url(url).username, Database(url)
        await on_server(f"CREATE ROLE {role} NOLOGIN")
        await on_server(f"GRANT {role} TO {user}")
        await migrate(database)
        assert await said(database, role_of) == role
        await database.close()


# ---------------------------------------------------------------- everything else goes on


def settings_of(url: str) -> Settings:
    return Settings.model_validate({"database_url": url, "secret_key": SECRET})


@pytest.mark.usefixtures("postgres_url")
@pytest.mark.parametrize("user", USERS)
async def test_a_database_of_the_first_schema_keeps_its_rows(user: str) -> None:
    async with database_of(user) as url:
        database = Database(url)
        await at(database, "0001")
        await put_in(database, "0001")
        assert await migrate(database) == "0001"
        for business_id in (None, 1):
            async with database.reading(business_id) as connection:
                assert {query: await rows_of(connection, query) for query in KEPT} == KEPT
        async with writing(database, 1, actor=ACTOR, clock=lambda: NOW) as opened:
            assert opened.revision == 4
        await at(database, "0001")
        assert len(await all_rows(database, "SELECT id FROM customer")) == 1
        await database.close()


@pytest.mark.parametrize("user", USERS)
async def test_a_schema_that_is_taken_back_is_still_read_for_its_businesses(user: str) -> None:
    async with database_of(user) as url:
        database = Database(url)
        await migrate(database)
        shop = await open_shop(database)
        for schema in ("0004", "0003", "0002"):
            await at(database, schema)
            async with database.reading(shop.id) as connection:
                assert len(await rows_of(connection, "SELECT epoch FROM installation")) == 1
                assert await rows_of(connection, "SELECT id FROM business") == [(shop.id,)]
        await database.close()


async def rows_of(connection: AsyncConnection, statement: str) -> list[Any]:
    return [tuple(row) for row in (await connection.execute(text(statement))).all()]


async def test_import_demo_backup_restore_and_verify(database: Database, url: str, tmp_path: Path) -> None:
    # Takes seconds: it does all that an installation does, on a database of its own.
    await grow_demo(database, customers=20, seed=1, today=NOW.date(), now=NOW, actor=ACTOR)
    file, backup = tmp_path / "orders.csv", tmp_path / "backup.zip"
    file.write_text("id,at,who,what,price\n1,2026-01-03,ann,Tea,2.50\n2,2026-01-04,ben,Mug,4.00\n")
    shop = await ensure_business(database, "Shop", currency="EUR", timezone="UTC", now=NOW)
    mapping = parse_map("sale=id,occurred_at=at,customer=who,product=what,unit_price=price")
    for written in (2, 0):
        summary = await import_file(
            database, path=file, business=shop, mapping=mapping, now=NOW, actor=ACTOR, rejects=tmp_path / "rejects"
        )
        assert summary.written == written
    await back_up(settings_of(url), backup, NOW)
    kind = "plain user" if await said(database, role_of) is None else "role maker"
    async with database_of(kind) as other_url:
        await restore(settings_of(other_url), backup)
        restored = Database(other_url)
        assert [row.name for row in await businesses(restored)] == ["Demo", "Shop"]
        for row in await businesses(restored):
            findings = [finding async for finding in verify(Services(restored), row.id, NOW)]
            assert [finding for finding in findings if finding.wrong] == []
            assert sum(finding.rows or 0 for finding in findings) > 0
        assert await find_business(restored, "Shop")
        await restored.close()
