"""Migrations: what they make is what the models say, on both stores, also of a database that holds something."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from models.database import Database
from models.migrate import _config, belongs_to_models, migrate
from models.schema_version import NewerSchema, head, known_schemas, schema_of
from tests.builders import open_shop
from tests.conftest import POSTGRES, REQUIRE_SERVICES, drop_database, missing, named, new_name, on_server
from tests.schema.corner_shop import corner_shop

pytestmark = pytest.mark.own_store

ROOT = Path(__file__).parents[2]
REVISIONS = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]

# How far a demo was, until 0003.
DEMO_STEP = (
    "INSERT INTO audit_entry (business_id, at, actor, role, action, changes, revision) VALUES (1,"
    " '2026-01-01 00:00:00+00', 'demo', 'ADMIN', 'demo.grow', '{"
    '"plan": {"customers": 30000, "seed": 9223372036854775807, "opened": 19359, "filled": 20454}, "day": 20454,'
    ' "after": 0, "until": 1767279600, %s'
    "}', %s)"
)

# By the revision that a database is at, statements that put something into what it has then. A later migration is
# tried on all that is put in before it: give the rows that it has to keep or to change here, and what it makes of
# them in `KEPT`.
PUT_IN: dict[str, tuple[str, ...]] = {
    "0001": (
        "INSERT INTO business (id, name, currency, currency_exponent, timezone, week_start, revision, facts_revision,"
        " created_at, updated_at) VALUES (1, 'Old Shop', 'GBP', 2, 'Europe/London', 'MONDAY', 3, 2,"
        " '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00')",
        "INSERT INTO storefront (id, business_id, name, is_active, revision) VALUES (1, 1, 'High Street', true, 1)",
        "INSERT INTO customer (id, business_id, number, type, sort_name, email, is_active, is_email_verified,"
        " is_phone_verified, created_at, joined_given, joined_day, credit_limit, opening_balance, consent_email,"
        " consent_sms, consent_push, is_erased, search_name, search_contact, revision) VALUES (7, 1, 'C7', 'RETAIL',"
        " 'C7', 'c7@example.com', true, false, false, '2026-01-01 00:00:00+00', false, 20454, 0, 0, true, false,"
        " false, false, 'c7', 'c7 example com', 1)",
        "INSERT INTO customer_tag (customer_id, tag, business_id) VALUES (7, 'vip', 1)",
        "INSERT INTO sale (id, business_id, customer_id, storefront_id, number, status, channel, occurred_at,"
        " business_day, business_month, weekday, hour, counted_from, subtotal, discount, tax, total, costed, paid,"
        " refunded, revision) VALUES (5, 1, 7, 1, 'S5', 'COMPLETED', 'STORE', '2026-01-01 12:00:00+00', 20454, 24312,"
        " 4, 12, 20454, 1000, 100, 20, 900, 0, 920, 0, 2)",
        "INSERT INTO sale_item (id, business_id, sale_id, position, product, quantity, unit_price, total, is_product)"
        " VALUES (1, 1, 5, 1, 'Tea', 1000000, 10000000, 1000, true)",
        DEMO_STEP % ('"low": 0, "high": 20000, "of": 30000', 2),
        DEMO_STEP % ('"low": 20000, "high": 30000, "of": 30000', 3),
    ),
}
KEPT = {
    "SELECT name, revision, facts_revision FROM business": [("Old Shop", 3, 2)],
    "SELECT name FROM storefront": [("High Street",)],
    "SELECT id, number, email, joined_day FROM customer": [(7, "C7", "c7@example.com", 20454)],
    "SELECT customer_id, tag FROM customer_tag": [(7, "vip")],
    "SELECT customer_id, channel, status, source, actor, revision FROM consent_event WHERE at = recorded_at": [
        (7, "EMAIL", "GIVEN", "IMPORT", "import", 1)
    ],
    "SELECT number, status, total, customer_id, storefront_id FROM sale": [("S5", "COMPLETED", 900, 7, 1)],
    "SELECT sale_id, product, total FROM sale_item": [(5, "Tea", 1000)],
    "SELECT * FROM demo_shop": [
        (1, 30000, 9223372036854775807, 19359, 20454, 20454, 0, 1767279600, 20000, 30000, 30000, 3)
    ],
}

# What a database declares, to the letter, by whether it is SQLite: told in a hundredth of the time that a comparison
# with the models takes.
DECLARED = {
    True: "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name",
    False: """
        SELECT 'column', table_name, column_name, concat_ws(' ', data_type, character_maximum_length, numeric_precision,
               numeric_scale, is_nullable, column_default, is_identity, is_generated, generation_expression)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'constraint', CAST(CAST(conrelid AS regclass) AS text), conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = CAST('public' AS regnamespace)
        UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'policy', tablename, policyname, concat_ws(' ', permissive, cmd, qual, with_check)
        FROM pg_policies
        UNION ALL SELECT 'guard', relname, '', concat(relrowsecurity, relforcerowsecurity)
        FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST('public' AS regnamespace)
        UNION ALL SELECT 'trigger', CAST(CAST(tgrelid AS regclass) AS text), tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal
        ORDER BY 1, 2, 3, 4""",
}


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """A kind of store that is there."""
    if request.param == "postgres" and request.getfixturevalue("postgres_template") is None:
        missing(f"no PostgreSQL answers at TEST_POSTGRES_URL ({POSTGRES})", REQUIRE_SERVICES)
    return request.param


@pytest.fixture
async def empty(kind: str, tmp_path: Path) -> AsyncGenerator[Database]:
    """A database of that kind that is nobody else's, with nothing in it."""
    if kind == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        await database.close()
        return
    name = new_name()
    async with on_postgres(f"CREATE DATABASE {name}", name) as database:
        yield database


@asynccontextmanager
async def on_postgres(statement: str, name: str) -> AsyncGenerator[Database]:
    """The database that a statement makes, dropped in the end."""
    await on_server(statement)
    database = Database(named(name))
    yield database
    await database.close()
    await drop_database(name)


@asynccontextmanager
async def copied(database: Database) -> AsyncGenerator[Database]:
    """A copy of a database, which nobody has open meanwhile."""
    await database.close()
    if database.is_sqlite:
        path = Path(str(database.url.database))
        copy = Database(f"sqlite:///{shutil.copy(path, path.with_suffix('.copy.db'))}")
        yield copy
        await copy.close()
        return
    name = new_name()
    async with on_postgres(f"CREATE DATABASE {name} TEMPLATE {database.url.database}", name) as copy:
        yield copy


async def at(database: Database, revision: str) -> None:
    """Bring a database up, or down, to a revision."""

    def go(connection: Connection) -> None:
        here = MigrationContext.configure(connection).get_current_revision()
        later = here is None or (revision != "base" and REVISIONS.index(revision) > REVISIONS.index(here))
        (command.upgrade if later else command.downgrade)(_config(connection), revision)

    async with database.transaction() as connection:
        await connection.run_sync(go)


async def put_in(database: Database, revision: str) -> None:
    """Put into a database what one of this revision holds."""
    async with database.transaction() as connection:
        for statement in PUT_IN.get(revision, ()):
            await connection.exec_driver_sql(statement)


async def all_rows(database: Database, statement: str) -> list[Any]:
    """The rows of a statement."""
    async with database.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


async def names_of_tables(database: Database) -> set[str]:
    """The tables of a database."""
    async with database.engine.connect() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


# ---------------------------------------------------------------- models and migrations


def _differences(connection: Connection, include: Any = belongs_to_models) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True, "include_object": include}
    return compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata)


async def test_migrations_make_what_the_models_say(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_the_comparison_sees_a_difference(database: Database) -> None:
    """In a column, its type, its default, an index and a table."""
    changes = ["DROP INDEX sale_by_customer", "CREATE TABLE another (id integer)", "DROP TABLE sale_status_change"]
    changes += ["ALTER TABLE sale ADD COLUMN another integer"]
    if not database.is_sqlite:
        changes += ["ALTER TABLE business ALTER COLUMN name TYPE varchar(100)"]
        changes += ["ALTER TABLE business ALTER COLUMN region SET DEFAULT 'GB'"]
    async with database.transaction() as connection:
        for change in changes:
            await connection.execute(text(change))
    async with database.engine.connect() as connection:
        assert len(await connection.run_sync(_differences)) >= len(changes)


async def test_only_the_search_index_is_left_out_of_the_comparison(database: Database) -> None:
    async with database.engine.connect() as connection:
        left_out = await connection.run_sync(lambda sync: _differences(sync, lambda *_: True))

    names = [difference[1].name for difference in left_out]
    assert names != []
    assert [name for name in names if not name.startswith("customer_search")] == []


async def test_checks_of_the_models_are_in_the_database(database: Database) -> None:
    """Alembic does not compare them."""

    def checks(connection: Connection) -> set[str]:
        found = inspect(connection)
        named = {check["name"] for table in SQLModel.metadata.tables for check in found.get_check_constraints(table)}
        return {str(name) for name in named}

    def declared() -> set[str]:
        tables = SQLModel.metadata.tables.values()
        constraints = [c for table in tables for c in table.constraints if type(c).__name__ == "CheckConstraint"]
        return {str(c.name) for c in constraints}

    async with database.engine.connect() as connection:
        assert await connection.run_sync(checks) == declared()


def test_there_is_one_line_of_migrations() -> None:
    directory = ScriptDirectory.from_config(_config())

    assert directory.get_heads() == [head()] == REVISIONS[-1:]
    assert [*known_schemas()] == REVISIONS
    assert directory.get_bases() == REVISIONS[:1]


# ---------------------------------------------------------------- on a database that holds something


async def test_upgrading_keeps_what_is_there(empty: Database) -> None:
    """From each revision that there was, with what a database held then; and down to nothing with all of it."""
    made: list[list[Any]] = []
    for revision in REVISIONS:
        await at(empty, revision)
        await put_in(empty, revision)
        async with copied(empty) as older:
            epoch = await all_rows(older, "SELECT id, epoch FROM installation")

            assert await migrate(older) == revision
            assert await schema_of(older) == head()
            assert {query: await all_rows(older, query) for query in KEPT} == KEPT
            assert await all_rows(older, "SELECT id, epoch FROM installation") == epoch
            made.append(await all_rows(older, DECLARED[older.is_sqlite]))
    assert [declared == made[-1] for declared in made] == [True] * len(REVISIONS)
    async with empty.engine.connect() as connection:  # which is at the last of them
        assert await connection.run_sync(_differences) == []
    assert await all_rows(empty, DECLARED[empty.is_sqlite]) == made[-1] != []
    await at(empty, "base")
    assert await names_of_tables(empty) == {"alembic_version"}


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await corner_shop(database)
    tables = sorted(await names_of_tables(database) - {"alembic_version"})
    before = {name: sorted(map(repr, await all_rows(database, f"SELECT * FROM {name}"))) for name in tables}

    assert await migrate(database) == head()
    assert {name: sorted(map(repr, await all_rows(database, f"SELECT * FROM {name}"))) for name in tables} == before
    assert len(before["customer"]) == 7


async def test_down_to_nothing_and_up_again(empty: Database) -> None:
    await migrate(empty)
    await corner_shop(empty)
    await at(empty, "base")
    assert await names_of_tables(empty) == {"alembic_version"}

    assert await migrate(empty) is None
    await corner_shop(empty)
    async with empty.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_a_demo_is_known_to_the_schema_that_read_it_from_the_audit(empty: Database) -> None:
    await at(empty, "0001")
    await put_in(empty, "0001")
    told = "SELECT changes FROM audit_entry ORDER BY id DESC LIMIT 1"
    ((before,),) = await all_rows(empty, told)
    await migrate(empty)
    await at(empty, "0002")

    ((after,),) = await all_rows(empty, told)
    assert json.loads(after) == json.loads(before)
    await migrate(empty)
    assert {query: await all_rows(empty, query) for query in KEPT} == KEPT


async def test_an_empty_database_gets_an_epoch_of_its_own(empty: Database) -> None:
    assert await schema_of(empty) is None
    assert await migrate(empty) is None
    ((_, first),) = await all_rows(empty, "SELECT id, epoch FROM installation")
    await at(empty, "base")
    await migrate(empty)
    ((_, second),) = await all_rows(empty, "SELECT id, epoch FROM installation")

    assert len(first) == len(second) == 36
    assert first != second


async def test_the_search_index_follows_its_table(database: Database) -> None:
    """On SQLite it is a table of its own, kept by triggers."""
    shop = await open_shop(database)
    shop.customer("ANN", first_name="Anna")
    await shop.save()
    shop.customer("ANN", first_name="Bella")
    await shop.save()
    if database.is_sqlite:
        assert await all_rows(database, "SELECT rowid FROM customer_search('anna')") == []
        assert await all_rows(database, "SELECT rowid FROM customer_search('bella')") == [(shop.id_of("ANN"),)]
        async with database.transaction() as connection:
            await connection.execute(text("DELETE FROM customer"))
            await connection.execute(text("INSERT INTO customer_search(customer_search) VALUES ('integrity-check')"))
        assert await all_rows(database, "SELECT rowid FROM customer_search('bella')") == []
    else:
        words = "array_to_tsvector(string_to_array(search_name, ' '))"
        plan = await all_rows(
            database, f"EXPLAIN SELECT id FROM customer WHERE {words} @@ CAST('''bella''' AS tsquery) AND id > 0"
        )
        assert plan != []
        found = await all_rows(database, f"SELECT id FROM customer WHERE {words} @@ CAST('''bel'':*' AS tsquery)")
        assert found == [(shop.id_of("ANN"),)]


# ---------------------------------------------------------------- who may migrate


async def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for ask in (migrate, schema_of):
        with pytest.raises(NewerSchema, match="schema 9999, which this version does not know: use a newer version"):
            await ask(database)
    assert await all_rows(database, "SELECT version_num FROM alembic_version") == [("9999",)]


MIGRATING = """
import asyncio, multiprocessing, sys
from models.database import Database
from models.migrate import migrate
def go(url):
    async def run():
        database = Database(url)
        try:
            return await migrate(database)
        finally:
            await database.close()
    everybody.wait(60)
    return asyncio.run(run())
forking = multiprocessing.get_context("fork")
everybody = forking.Barrier(4)
with forking.Pool(4) as pool:
    print(sorted(str(before) for before in pool.map(go, [sys.argv[1]] * 4, chunksize=1)))
"""


async def test_of_several_processes_one_migrates(empty: Database) -> None:
    url = empty.url.render_as_string(hide_password=False)
    await empty.close()
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-W", "error", "-c", MIGRATING, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip() == str(sorted([head(), head(), head(), "None"]))
    assert len(await all_rows(empty, "SELECT epoch FROM installation")) == 1


async def test_a_migration_that_fails_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are one transaction, on both stores."""
    upgrade = command.upgrade

    def upgrade_and_fail(config: Any, revision: str) -> None:
        upgrade(config, revision)
        raise RuntimeError("no space left")

    monkeypatch.setattr("models.migrate.command.upgrade", upgrade_and_fail)
    with pytest.raises(RuntimeError, match="no space left"):
        await migrate(empty)

    assert await names_of_tables(empty) == set()
    assert await schema_of(empty) is None


async def test_migrating_waits_for_who_migrates(postgres_url: str) -> None:
    """On PostgreSQL by a lock that every process of this program asks for."""
    holder = await asyncpg.connect(postgres_url)
    database = Database(postgres_url)
    try:
        async with holder.transaction():
            await holder.execute("SELECT pg_advisory_xact_lock(7226031)")
            task = asyncio.create_task(migrate(database))
            while not await holder.fetchval(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ):
                assert not task.done()
                await asyncio.sleep(0.01)
        assert await asyncio.wait_for(task, 20) == head()
    finally:
        await database.close()
        await holder.close()
