"""Erasing by commands, what a server forgets, and a restore that erases again."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from models.database import Database
from resolvers.erasure import EraseCustomer, erase_customer
from resolvers.operation.ids import use_ids_of
from resolvers.operation.services import Services
from resolvers.operation.writing import writing
from server.commands.actor import COMMAND_LINE
from server.commands.backup import back_up, restore
from server.commands.command_line import cli
from server.forgetting import Forgetting
from server.settings import Settings
from server.store import opened
from tests.builders import NOW, Shop, open_shop
from tests.server.conftest import SECRET

pytestmark = pytest.mark.own_store

LATER, LAST = NOW.replace(hour=13), NOW.replace(hour=14)


def settings_of(url: str) -> Settings:
    return Settings.model_validate({"database_url": url, "secret_key": SECRET})


async def shop_of(database: Database) -> Shop:
    """CANARY and BEN, who bought, and OWING, who owes."""
    shop = await open_shop(database, "Shop")
    shop.customer("CANARY-1", first_name="Canary", email="canary@example.com", notes="canary of the notes")
    shop.customer("BEN", first_name="Ben")
    shop.customer("OWING", first_name="Owen", opening_balance="3.00")
    shop.sale("CANARY-1", "2026-01-03", "5.00", number="S-1")
    await shop.save()
    return shop


async def erase_by_id(database: Database, shop: Shop, number: str) -> None:
    async with writing(database, shop.id, actor=COMMAND_LINE, clock=lambda: LATER) as write:
        await write.once(erase_customer, EraseCustomer(shop.id_of(number)))


async def names(database: Database) -> list[tuple[Any, ...]]:
    """The first names of those who are not erased, and how many are."""
    asked = "SELECT first_name FROM customer WHERE NOT is_erased ORDER BY 1"
    async with database.reading() as connection:
        return [row[0] for row in (await connection.execute(text(asked))).all()]


@pytest.fixture
async def database(sqlite_url: str) -> AsyncGenerator[Database]:
    made = Database(sqlite_url)
    yield made
    await made.close()


# ---------------------------------------------------------------- the command


@pytest.fixture
async def store(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store that the commands are set to."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string())
    monkeypatch.setenv("SECRET_KEY", SECRET)
    await shop_of(database)
    await database.close()
    return database


def command(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(words))
    return result.exit_code, result.output


def test_a_person_is_erased_by_number(store: Database) -> None:
    planned = command("erase", "--customer", "CANARY-1", "--dry-run")
    assert planned == (
        0, "CANARY-1 would be erased\n  blanked or removed: customer 1\n  kept, without a name: sale 1\n",
    )  # fmt: skip
    done = command("erase", "--customer", "CANARY-1")
    assert done == (0, "CANARY-1 is erased\n  blanked or removed: customer 1\n  kept, without a name: sale 1\n")
    assert command("erase", "--customer", "CANARY-1") == (1, 'Error: Shop has no customer "CANARY-1"\n')
    with closing(sqlite3.connect(store.adbc_uri)) as connection:
        assert connection.execute("SELECT action, actor, source FROM audit_entry ORDER BY id DESC").fetchone() == (
            "eraseCustomer", "command-line", "COMMAND",
        )  # fmt: skip


def test_who_owes_is_not_erased_and_the_command_says_why(store: Database) -> None:
    assert command("erase", "--customer", "OWING") == (1, "Error: The customer owes 3.00: settle that first.\n")


@pytest.mark.parametrize("words", [(), ("--customer", "BEN", "--due"), ("--due", "--dry-run")])
def test_it_has_to_be_said_who_is_meant(store: Database, words: tuple[str, ...]) -> None:
    code, said = command("erase", *words)
    assert code == 1
    assert said.startswith("Error: say whom: --customer NUMBER")


def test_what_is_due_is_tried(store: Database) -> None:
    with closing(sqlite3.connect(store.adbc_uri)) as connection:
        connection.executemany(
            "INSERT INTO erasure_request (business_id, customer_id, requested_at, requested_by, erase_on, status,"
            " revision) SELECT 1, id, '2026-03-05 12:00:00', 'stan', ?, 'PENDING', 1 FROM customer WHERE number = ?",
            [(20_000, "BEN"), (20_000, "OWING"), (60_000, "CANARY-1")],
        )
        connection.commit()
    assert command("erase", "--due") == (0, "Shop: 1 erased, 1 blocked\n  OWING: OPEN_BALANCE\n")


# ---------------------------------------------------------------- what a server kept


class Kept:
    """What remembers that it was told to forget."""

    def __init__(self) -> None:
        self.told: list[tuple[int, ...]] = []

    def forget(self, *of: int) -> None:
        self.told.append(of)


async def test_a_worker_forgets_what_it_kept_when_any_erased(database: Database) -> None:
    shop = await shop_of(database)
    services, responses, documents = Services(Database(database.url.render_as_string())), Kept(), Kept()
    forgets = Forgetting(services, responses, documents)
    await forgets.look()
    async with services.copies.of(shop.id).lock:
        pass
    services.copies.of(shop.id).revision = 1
    await forgets.look()
    assert (responses.told, documents.told, services.copies.of(shop.id).revision) == ([], [], 1)
    await erase_by_id(database, shop, "CANARY-1")
    await forgets.look()
    async with database.reading() as connection:
        reached = (await connection.execute(text("SELECT revision FROM business"))).scalar_one()
    assert responses.told == [(shop.id, reached)]
    assert documents.told == [()]
    assert services.copies.of(shop.id).revision is None
    await forgets.look()
    assert len(responses.told) == 1
    assert size_of_log(database) == 0
    await services.close()


def size_of_log(database: Database) -> int:
    return Path(f"{database.adbc_uri}-wal").stat().st_size


# ---------------------------------------------------------------- a restore


@pytest.fixture
async def backups(database: Database, tmp_path: Path) -> tuple[Shop, Path]:
    """A backup with CANARY-1, who was erased since."""
    shop = await shop_of(database)
    folder = tmp_path / "backups"
    folder.mkdir()
    await back_up(settings_of(database.url.render_as_string()), folder / "first.zip", NOW)
    await erase_by_id(database, shop, "CANARY-1")
    return shop, folder


def restored(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/restored.db"


async def canaries(url: str) -> bool:
    """Whether a byte of a store holds somebody who was erased."""
    database = Database(url)
    assert await database.settle()
    await database.close()
    held = b"".join(
        path.read_bytes() for path in Path(database.adbc_uri).parent.glob(f"{Path(database.adbc_uri).name}*")
    )
    return b"canary" in held.lower()


async def test_a_restore_erases_again_by_the_store_that_it_replaces(
    database: Database, backups: tuple[Shop, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder = backups
    url = restored(tmp_path)
    await restore(settings_of(url), folder / "first.zip", database.url.render_as_string())
    assert "erased since, by the store that it replaces: 1" in capsys.readouterr().out
    async with opened(settings_of(url)) as found:
        assert await names(found) == ["Ben", "Owen"]
    assert not await canaries(url)


async def test_a_restore_erases_again_by_the_newest_backup_beside_it(
    database: Database, backups: tuple[Shop, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop, folder = backups
    url, own = restored(tmp_path), settings_of(database.url.render_as_string())
    await back_up(own, folder / "second.zip", LATER)
    shop.customer("BEN", opening_balance="0.00")
    await erase_by_id(database, shop, "BEN")
    await back_up(own, folder / "third.zip", LAST)
    (folder / "none.zip").write_bytes(b"no backup")
    await restore(settings_of(url), folder / "first.zip")
    assert "erased since, by third.zip: 2" in capsys.readouterr().out
    async with opened(settings_of(url)) as found:
        assert await names(found) == ["Owen"]


async def test_a_restore_says_where_nothing_tells_who_was_erased(
    backups: tuple[Shop, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await restore(settings_of(restored(tmp_path)), backups[1] / "first.zip")
    assert "who was erased since is not known" in capsys.readouterr().out


async def test_a_store_of_somebody_else_is_not_what_is_replaced(
    database: Database, backups: tuple[Shop, Path], tmp_path: Path
) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE installation SET digest_key = 'other'"))
    url = restored(tmp_path)
    with pytest.raises(Exception, match="not the one that the backup was made of"):
        await restore(settings_of(url), backups[1] / "first.zip", database.url.render_as_string())
    assert not (tmp_path / "restored.db").exists()


async def test_what_an_interrupted_restore_brought_back_is_erased_before_a_server_answers(
    database: Database, backups: tuple[Shop, Path]
) -> None:
    shop, _ = backups
    async with database.transaction() as connection:  # the log is there, who is in it is back
        await connection.execute(text("UPDATE customer SET is_erased = false, first_name = 'Back' WHERE id = 1"))
    assert shop.id_of("CANARY-1") == 1
    async with opened(settings_of(database.url.render_as_string())) as found:
        assert await names(found) == ["Ben", "Owen"]


async def test_it_comes_into_the_other_kind_of_store_too(
    database: Database, backups: tuple[Shop, Path], postgres_url: str
) -> None:
    # Takes a second: a PostgreSQL database is filled.
    await restore(settings_of(postgres_url), backups[1] / "first.zip", database.url.render_as_string())
    async with opened(settings_of(postgres_url)) as found:
        assert await names(found) == ["Ben", "Owen"]
        await use_ids_of(found)
