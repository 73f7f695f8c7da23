"""What counts as an outage, by errors that real stores raise."""

import asyncio
import sqlite3
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import pytest
from sqlalchemy import text

from models.database import Database
from models.outages import is_outage
from tests.conftest import on_server

pytestmark = pytest.mark.own_store


async def error_of(work: Awaitable[Any]) -> BaseException:
    with pytest.raises(Exception) as raised:  # noqa: PT011  which one is not the question
        await work
    return raised.value


async def run(database: Database, statement: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(text(statement))


async def test_a_wrong_statement_is_none(database: Database) -> None:
    assert not is_outage(await error_of(run(database, "SELECT * FROM nothing")))


@pytest.mark.parametrize("url", ["postgresql://ann@127.0.0.1:9/shop", "postgresql://ann@nowhere.invalid/shop"])
async def test_a_server_that_does_not_answer_is_one(url: str) -> None:
    database = Database(url)

    assert is_outage(await error_of(run(database, "SELECT 1")))
    await database.close()


async def test_a_database_that_takes_no_connections_is_one(postgres_url: str) -> None:
    name = postgres_url.rsplit("/", 1)[1]
    await on_server(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    database = Database(postgres_url)

    assert is_outage(await error_of(run(database, "SELECT 1")))
    await database.close()


async def test_a_lost_connection_is_one(postgres_url: str) -> None:
    database = Database(postgres_url)

    assert is_outage(await error_of(run(database, "SELECT pg_terminate_backend(pg_backend_pid())")))
    await database.close()


async def test_a_busy_file_is_one(sqlite_url: str) -> None:
    def write_twice() -> None:
        path = sqlite_url.removeprefix("sqlite:///")
        first, second = (sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2))
        try:
            first.execute("BEGIN IMMEDIATE")
            second.execute("BEGIN IMMEDIATE")
        finally:
            first.close()
            second.close()

    assert is_outage(await error_of(asyncio.to_thread(write_twice)))


async def test_a_place_without_a_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    database = Database(f"sqlite:///{tmp_path}/store.db")

    assert is_outage(await error_of(run(database, "SELECT 1")))
    await database.close()
    await asyncio.sleep(0.1)  # aiosqlite's thread still tells this loop that it ended


def test_the_arrow_driver_that_cannot_connect_is_one() -> None:
    with pytest.raises(adbc_driver_manager.OperationalError) as raised:
        adbc_driver_postgresql.dbapi.connect("postgresql://ann@127.0.0.1:9/shop")

    assert is_outage(raised.value)


def test_the_cause_counts() -> None:
    wrapped = ValueError("while reading")
    wrapped.__cause__ = ConnectionResetError()

    assert is_outage(wrapped)
    assert not is_outage(ValueError("while reading"))
