"""A backup holds everything, of one moment, and comes back into either kind of store as a store of its own."""

import asyncio
import io
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from models import Business, Installation
from models.backup import Filling, TableLayout, layouts
from models.database import Database, table
from models.finding import word_query
from models.listing import found_customers
from models.revision import installation_key
from models.schema_version import head, schema_of
from resolvers.businesses import businesses
from resolvers.operation.services import Services
from resolvers.verification import verify
from rules.contacts import search_words
from server.commands import backup as backups
from server.commands.archives import MANIFEST, NotABackup, reading
from server.commands.backup import BackupFailed, back_up, restore
from server.commands.command_line import cli
from server.settings import Settings
from server.store import StoreError
from tests.analytics.asking import operation
from tests.builders import NOW, Line, Shop, open_shop
from tests.conftest import KEY_OF_IDS
from tests.once import made_once
from tests.server.conftest import SECRET

pytestmark = pytest.mark.own_store

KINDS = ("sqlite", "postgres")


def settings_of(url: str) -> Settings:
    return Settings.model_validate({"database_url": url, "secret_key": SECRET})


@asynccontextmanager
async def store(url: str) -> AsyncGenerator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def filled(database: Database) -> Shop:
    """A shop with rows of every kind, values of every sort, and references to what comes later."""
    shop = await open_shop(database, "Łódź & Søn's 'shop'")
    shop.customer("1 anna", first_name="Ænna", last_name='D\'Or "x" 🎈', email="anna@example.com", tags=["vip", "élan"])
    shop.customer("2 ben", referrer="1 anna", joined="1969-02-28", credit_limit="90000000000000.01", notes="a\nb\tc")
    shop.customer("3 cleo", merged_into="1 anna", external={"till": "7", "web": ""})
    lines = [Line("Mug", "4.50", "2", cost="1.25"), Line("Rope", "0.001", "2500.5", category="Garden")]
    shop.sale("1 anna", "2026-01-03 14:30", lines=lines, discount="0.50", payments={"CASH": "5.00"}, tax="1.00")
    shop.sale(None, "1968-12-31 23:59", "20.00", storefront="High Street", has_hour=False)
    shop.refund("1 anna", "2026-01-09", "1.00", sale="S1")
    shop.payment("2 ben", "2026-01-11", "2.00")
    shop.touchpoint("1 anna", "2026-01-12", outcome="OPENED", score=7)
    await shop.save()
    shop.customer("0 dan", merged_into="3 cleo")
    shop.customer("1 anna", referrer="0 dan")
    await shop.save()
    return shop


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the epoch, as Python values."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with database.engine.connect() as connection:
        for layout in layouts():
            source = table(Business).metadata.tables[layout.name]
            rows = map(tuple, await connection.execute(select(source)))
            found[layout.name] = sorted(rows, key=repr) if layout.name != "installation" else []
    return found


async def epoch(database: Database) -> str:
    async with database.engine.connect() as connection:
        return str((await connection.execute(select(table(Installation).c.epoch))).scalar_one())


async def key_of_ids(database: Database) -> str:
    async with database.reading() as connection:
        return (await connection.execute(installation_key())).scalar_one()


@pytest.fixture(params=KINDS)
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that is not there yet (SQLite), or migrated (PostgreSQL)."""
    return f"sqlite:///{tmp_path}/restored.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


async def backed_up(url: str, path: Path) -> None:
    async with store(url) as database:
        await filled(database)
    await back_up(settings_of(url), path, NOW)


@pytest.fixture(scope="session")
def filled_backup(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A backup of a filled SQLite store, which is beside it: made once a run."""

    def make(folder: Path) -> None:
        shutil.copy(sqlite_template, folder / "store.db")
        asyncio.run(backed_up(f"sqlite:///{folder / 'store.db'}", folder / "backup.zip"))

    return made_once(tmp_path_factory, "backup", make) / "backup.zip"


@pytest.fixture
def made(filled_backup: Path, sqlite_url: str, tmp_path: Path) -> Path:
    """That backup, and its store, of this test."""
    shutil.copy(filled_backup.parent / "store.db", Path(sqlite_url.removeprefix("sqlite:///")))
    return Path(shutil.copy(filled_backup, tmp_path / "backup.zip"))


async def test_everything_comes_back_as_a_new_store(store_url: str, target_url: str, tmp_path: Path) -> None:
    # Takes seconds: a store is made, emptied and filled again on each kind of server.
    async with store(store_url) as database:
        shop = await filled(database)
        before, old_epoch = await everything(database), await epoch(database)
    path = tmp_path / "backup.zip"
    await back_up(settings_of(store_url), path, NOW)
    if target_url == store_url:
        await emptied(store_url)

    await restore(settings_of(target_url), path)

    async with store(target_url) as database:
        assert await everything(database) == before
        assert await epoch(database) != old_epoch
        assert await key_of_ids(database) == KEY_OF_IDS, "ids are the same for ever"
        assert await found(database, shop.id, "ÆNN") == [shop.id_of("1 anna")]
        assert await wrong(database) == []
        await goes_on(database, shop)


OLDER = sorted((Path(__file__).parent / "backups").glob("schema-*.zip"))


@pytest.mark.parametrize("path", OLDER, ids=lambda path: path.stem)
async def test_a_backup_of_an_older_schema_is_brought_to_this_one(path: Path, target_url: str) -> None:
    """Each file holds what `filled` makes, as the code of its schema wrote it."""
    async with store(target_url) as database:
        if not database.is_sqlite:
            async with database.transaction() as connection:
                await connection.execute(text("DROP SCHEMA public CASCADE"))
                await connection.execute(text("CREATE SCHEMA public"))

    await restore(settings_of(target_url), path)

    with reading(path) as archive:
        manifest = archive.manifest
    async with store(target_url) as database:
        assert manifest.schema == path.stem.removeprefix("schema-") != await schema_of(database) == head()
        rows = await everything(database)
        held = {name: count for name, count in manifest.rows.items() if name != "installation"}
        assert {name: len(rows[name]) for name in held} == held
        assert sum(held.values()) == 21
        assert await epoch(database) != manifest.epoch
        (shop,) = await businesses(database)
        assert {shop.name: shop.revision} == manifest.businesses
        assert len(await found(database, shop.id, "ÆNN")) == 1
        assert await wrong(database) == []
        async with database.transaction(shop.id) as connection:
            assert len((await connection.execute(text("SELECT id FROM customer"))).all()) == len(rows["customer"])
        again = await open_shop(database, "A new shop")
        again.sale("zoe", "2026-02-01", "1.00")
        assert await again.save() == 1


async def emptied(url: str) -> None:
    async with store(url) as database, database.transaction() as connection:
        for layout in reversed(layouts()):
            if layout.name != "installation":
                await connection.execute(text(f'TRUNCATE "{layout.name}" RESTART IDENTITY CASCADE'))


async def found(database: Database, business_id: int, words: str) -> list[int]:
    """The customers that a search by names finds."""
    services = Services(database)
    async with operation(services, business_id) as context:
        query = word_query(search_words(words), False, database.is_sqlite)
        rows = await context.reader.stored(found_customers(frozenset(("names",))), {"words": query})
    return [row.id for row in rows]


async def wrong(database: Database) -> list[Any]:
    services = Services(database)
    try:
        return [
            finding
            for row in await businesses(database)
            async for finding in verify(services, row.id, NOW)
            if finding.wrong
        ]
    finally:
        services.copies.close()


async def goes_on(database: Database, shop: Shop) -> None:
    """What is written after a restore gets ids of its own."""
    again = await open_shop(database, "A new shop")
    again.sale("zoe", "2026-02-01", "1.00", payments={"CASH": "1.00"}, storefront="Here")
    again.touchpoint("zoe", "2026-02-01")
    assert await again.save() == 1
    assert again.id > shop.id


async def test_it_is_of_one_moment_though_others_write(store_url: str, tmp_path: Path) -> None:
    path, stop = tmp_path / "backup.zip", asyncio.Event()
    async with store(store_url) as database:
        shop = await open_shop(database)
        for _ in range(300):
            shop.sale("anna", "2026-02-01", "1.00", payments={"CASH": "1.00"})
        await shop.save()

        async def write_on() -> None:
            while not stop.is_set():
                shop.sale("anna", "2026-02-02", "2.00", payments={"CASH": "2.00"})
                shop.refund("anna", "2026-02-03", "1.00", sale="S1", number="R1")
                await shop.save()

        writing = asyncio.create_task(write_on())
        try:
            await back_up(settings_of(store_url), path, NOW)
        finally:
            stop.set()
            await writing

    restored = f"sqlite:///{tmp_path}/restored.db"
    await restore(settings_of(restored), path)
    async with store(restored) as database:
        assert await wrong(database) == []
        (row,) = await businesses(database)
        with reading(path) as archive:
            assert row.revision == archive.manifest.businesses["Shop"]
            assert archive.manifest.rows["sale"] == 300 + row.revision - 1


async def test_an_empty_store_can_be_backed_up(sqlite_url: str, tmp_path: Path) -> None:
    await back_up(settings_of(sqlite_url), tmp_path / "backup.zip", NOW)
    await restore(settings_of(f"sqlite:///{tmp_path}/restored.db"), tmp_path / "backup.zip")


def test_only_its_owner_can_read_it(filled_backup: Path) -> None:
    assert filled_backup.stat().st_mode & 0o777 == 0o600
    assert not list(filled_backup.parent.glob("*.part"))


def test_what_is_there_is_not_written_over(made: Path, sqlite_url: str) -> None:
    before = made.read_bytes()

    with pytest.raises(BackupFailed, match="is there already"):
        asyncio.run(back_up(settings_of(sqlite_url), made, NOW))

    assert made.read_bytes() == before


async def test_a_backup_that_is_not_what_was_read_is_not_kept(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with store(sqlite_url) as database:
        await filled(database)
    monkeypatch.setattr(backups, "_compare", lambda *_: (_ for _ in ()).throw(BackupFailed("different")))

    with pytest.raises(BackupFailed):
        await back_up(settings_of(sqlite_url), tmp_path / "backup.zip", NOW)

    assert not [name for name in os.listdir(tmp_path) if name.startswith("backup")]


# ---------------------------------------------------------------- what is refused


async def test_a_store_that_is_not_empty_is_left_as_it_is(made: Path, store_url: str) -> None:
    async with store(store_url) as database:
        if not await businesses(database):
            await open_shop(database, "Mine")
        before = await everything(database)

        with pytest.raises(StoreError, match="is not empty"):
            await restore(settings_of(store_url), made)

        assert await everything(database) == before


def damaged(made: Path, how: str) -> None:
    content = bytearray(made.read_bytes())
    if how == "a flipped bit":
        content[len(content) // 2] ^= 1
    elif how == "cut off":
        del content[len(content) // 2 :]
    else:
        content[:] = b"these are notes"
    made.write_bytes(content)


@pytest.mark.parametrize("how", ["a flipped bit", "cut off", "something else"])
async def test_a_damaged_file_restores_nothing(made: Path, tmp_path: Path, how: str) -> None:
    damaged(made, how)

    with pytest.raises(NotABackup, match="damaged"):
        await restore(settings_of(f"sqlite:///{tmp_path}/restored.db"), made)

    assert not (tmp_path / "restored.db").exists()


def with_manifest(made: Path, change: Any) -> None:
    with zipfile.ZipFile(made) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(parts[MANIFEST])
    change(manifest)
    with zipfile.ZipFile(made, "w") as file:
        for name, content in {**parts, MANIFEST: json.dumps(manifest).encode()}.items():
            file.writestr(name, content)


def of_table(manifest: Any, name: str) -> Any:
    return next(table for table in manifest["tables"] if table["name"] == name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(version=2), "of a form that this version does not read"),
        (lambda m: m.update(schema="ffff"), "schema ffff, which this version does not know"),
        (lambda m: m["tables"][0].update(name='business" --'), "not have the tables of its schema"),
        (lambda m: m["tables"].pop(), "not have the tables of its schema"),
        (lambda m: m["tables"].append(m["tables"][0]), "not have the tables of its schema"),
        (lambda m: of_table(m, "sale").update(name="alembic_version"), "not have the tables of its schema"),
        (lambda m: of_table(m, "sale").update(key=["id; DROP TABLE sale"]), "other columns of sale"),
        (lambda m: of_table(m, "sale").update(key=["(SELECT 1)"]), "other columns of sale"),
        (lambda m: of_table(m, "sale").update(key=[]), "other columns of sale"),
        (lambda m: of_table(m, "customer").update(own_references=['id" = 1 --']), "other columns of customer"),
        (lambda m: of_table(m, "sale")["columns"].update({'x" --': "text"}), "other columns of sale"),
        (lambda m: of_table(m, "sale")["columns"].update(number="integer"), "other columns of sale"),
        (lambda m: of_table(m, "sale").update(key=7), "its manifest is none"),
        (lambda m: m.update(tables="sale"), "its manifest is none"),
        (lambda m: m.update(made_at="yesterday"), "its manifest is none"),
        (lambda m: m.update(businesses=[]), "its manifest is none"),
        (lambda m: m["tables"][0].update(name=None), "its manifest is none, or damaged: None is no name"),
        (lambda m: of_table(m, "sale").update(rows=1), "rows of sale where it says 1"),
    ],
)
async def test_what_the_manifest_cannot_say(made: Path, tmp_path: Path, change: Any, message: str) -> None:
    with_manifest(made, change)
    url = f"sqlite:///{tmp_path}/restored.db"

    with pytest.raises(NotABackup, match=message):
        await restore(settings_of(url), made)

    async with store(url) as database:
        assert not (tmp_path / "restored.db").exists() or await businesses(database) == []


def with_parquet(made: Path, name: str, change: Callable[[Any], Any]) -> None:
    """The backup with another Parquet file of one table."""
    with zipfile.ZipFile(made) as file:
        parts = {part: file.read(part) for part in file.namelist()}
    changed = io.BytesIO()
    pq.write_table(change(pq.read_table(io.BytesIO(parts[f"{name}.parquet"]))), changed, store_schema=False)
    with zipfile.ZipFile(made, "w") as file:
        for part, content in {**parts, f"{name}.parquet": changed.getvalue()}.items():
            file.writestr(part, content)


@pytest.mark.parametrize(("part", "message"), [(MANIFEST, "its manifest has more"), ("sale.parquet", "it unpacks to")])
def test_a_backup_that_unpacks_to_much_more_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, message: str
) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        for name in {MANIFEST, part}:
            file.writestr(name, b" " * (64 * 2**20 if name == part else 1))
    read = list[str]()
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda _self, name, *_: read.append(name))

    with pytest.raises(NotABackup, match=message), reading(bomb):
        pass

    assert read == []


async def test_a_part_with_other_columns_is_refused(made: Path, tmp_path: Path) -> None:
    with_parquet(made, "sale", lambda table: table.rename_columns(['id"), (SELECT 1', *table.column_names[1:]]))

    with pytest.raises(NotABackup, match=r"other columns in sale\.parquet"):
        await restore(settings_of(f"sqlite:///{tmp_path}/restored.db"), made)


async def test_a_part_of_one_long_text_many_times_is_refused(made: Path, tmp_path: Path) -> None:
    """20 GB of text in some kilobytes: one text of a megabyte, in a dictionary, and 20,000 times its place."""
    places = pa.array([0] * 20_000, pa.int32())

    def many(table: pa.Table) -> pa.Table:
        column = pa.DictionaryArray.from_arrays(places, pa.array(["x" * 2**20]))
        return table.take(places).set_column(table.column_names.index("number"), "number", column)

    with_parquet(made, "sale", many)

    with pytest.raises(NotABackup, match=r"sale\.parquet takes more memory or time to read than any that `backup`"):
        await restore(settings_of(f"sqlite:///{tmp_path}/restored.db"), made)

    async with store(f"sqlite:///{tmp_path}/restored.db") as database:
        assert await businesses(database) == []


def test_a_backup_that_is_packed_otherwise_is_refused_unread(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(made) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_LZMA) as file:
        for name, content in parts.items():
            file.writestr(name, content)

    with pytest.raises(NotABackup, match="packed in a way that `backup` does not use"), reading(tmp_path / "b.zip"):
        pass


@pytest.mark.parametrize("rows", ["7", -1, True, 1.5, None])
async def test_a_number_of_rows_that_is_none_is_refused(made: Path, tmp_path: Path, rows: Any) -> None:
    def change(told: Any) -> None:
        told["tables"][0]["rows"] = rows

    with_manifest(made, change)

    with pytest.raises(NotABackup, match=r"its manifest is none, or damaged: .* is no number of rows"):
        await restore(settings_of(f"sqlite:///{tmp_path}/restored.db"), made)


async def test_rows_that_come_out_different_are_not_kept(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/restored.db"
    added = Filling.add

    async def changed(self: Filling, layout: TableLayout, columns: list[Any]) -> None:
        if layout.name == "sale":
            columns[list(layout.columns).index("tax")] = [0] * len(columns[0])
        await added(self, layout, columns)

    monkeypatch.setattr(Filling, "add", changed)

    with pytest.raises(BackupFailed, match="what was restored of sale is not what the backup holds"):
        await restore(settings_of(url), made)

    async with store(url) as database:
        assert await businesses(database) == []


# ---------------------------------------------------------------- the commands


def test_the_commands(made: Path, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    written = CliRunner().invoke(cli, ["backup", str(tmp_path / "second.zip")])
    again = CliRunner().invoke(cli, ["backup", str(tmp_path / "second.zip")])
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/restored.db")
    restored = CliRunner().invoke(cli, ["restore", str(tmp_path / "second.zip")])
    verified = CliRunner().invoke(cli, ["verify"])
    execute_sqlite(tmp_path / "restored.db", "UPDATE sale SET paid = 77 WHERE number = 'S1'")
    broken = CliRunner().invoke(cli, ["verify", "--business", "1"])
    unknown = CliRunner().invoke(cli, ["verify", "--business", "Nobody's"])

    assert "verified" in written.output
    assert (again.exit_code, again.stderr) == (
        1,
        f"Error: {tmp_path}/second.zip is there already: choose another name\n",
    )
    assert restored.exit_code == verified.exit_code == 0, restored.output + verified.output
    assert "WRONG" not in verified.output
    assert broken.exit_code == 1
    assert "WRONG  paid is the sum of payments other than CREDIT, of each sale" in broken.output
    assert "sale 1" in broken.output
    assert 'there is no business "Nobody\'s"' in unknown.stderr


def execute_sqlite(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
