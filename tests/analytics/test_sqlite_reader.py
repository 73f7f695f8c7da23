"""The process that reads a SQLite store in columns."""

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from analytics.copy.sqlite_reader import SnapshotLost, sqlite_snapshot
from models.outages import is_outage
from resolvers.operation.services import Services
from tests.analytics.asking import operation
from tests.builders import open_shop

MANY = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) INSERT INTO t SELECT i FROM n"


def sums(path: Path, statement: str) -> list[int]:
    with sqlite_snapshot(str(path)) as reader:
        reader.execute(statement)
        return reader.fetch_record_batch().read_all().column(0).to_pylist()


@pytest.fixture
def written(tmp_path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t(a)")
    connection.execute("INSERT INTO t VALUES (1)")
    return connection


def test_what_it_reads_is_of_one_moment(tmp_path: Path, written: sqlite3.Connection) -> None:
    with sqlite_snapshot(str(tmp_path / "s.db")) as reader:
        for _ in range(2):
            reader.execute("SELECT a FROM t")
            assert reader.fetch_record_batch().read_all().column(0).to_pylist() == [1]
            written.execute("INSERT INTO t VALUES (2)")
    assert sums(tmp_path / "s.db", "SELECT count(*) FROM t") == [3]


def test_a_large_result_comes_in_batches(tmp_path: Path, written: sqlite3.Connection) -> None:
    written.execute(MANY)
    assert sum(sums(tmp_path / "s.db", "SELECT a FROM t")) == 300_000 * 300_001 // 2


def test_a_store_that_cannot_be_read_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(SnapshotLost, match="failed to open") as lost:
        sums(tmp_path / "missing" / "s.db", "SELECT 1")
    assert is_outage(lost.value)


def test_a_wrong_statement_says_so(tmp_path: Path, written: sqlite3.Connection) -> None:
    with pytest.raises(SnapshotLost, match="no such table"):
        sums(tmp_path / "s.db", "SELECT a FROM missing")


def test_a_reader_that_is_left_in_the_middle_ends(tmp_path: Path, written: sqlite3.Connection) -> None:
    written.execute(MANY)
    with sqlite_snapshot(str(tmp_path / "s.db")) as reader:
        reader.execute("SELECT a FROM t")
        reader.fetch_record_batch()
    assert reader._process.returncode is not None


def is_there(path: str) -> bool:
    return os.path.exists(path)


async def test_a_load_does_not_touch_the_log_of_open_connections(sqlite_url: str, services: Services) -> None:
    log = services.database.adbc_uri + "-wal"
    shop = await open_shop(services.database)
    shop.sale("anna", "2026-03-01", "10.00")
    await shop.save()
    async with operation(services, shop.id) as context:
        await context.facts()
    # When the Arrow driver read beside Python's own SQLite, it deleted the log with what was in it.
    assert is_there(log)
    assert "adbc_driver_sqlite" not in sys.modules
    shop.sale("anna", "2026-03-02", "5.00")
    await shop.save()
    async with operation(services, shop.id) as context:
        assert (await context.business()).row.revision == 2
