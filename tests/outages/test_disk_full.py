"""The disk is full: what is being written is refused as a whole, the rest goes on, and later all of it works."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import event

from models.database import Database
from models.outages import is_outage
from server.http.errors import told_of
from tests.builders import Shop, open_shop
from tests.outages.checking import REPORT, broken, revision_of
from tests.servers import NO_TLS, ROOT, SECRET, running

ROWS = 12_000
MAPPED = ("--map", "sale=number,occurred_at=day,customer=who,amount=price", "--business", "Shop")
MADE = ("--currency", "GBP", "--timezone", "Europe/London")


def limited(size: int) -> Any:
    """What lets a process write no file beyond a size, as on a disk that has no more room."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return limit


def import_sales(store: str, folder: Path, most_bytes: int | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": store, "SECRET_KEY": SECRET, "LOG_LEVEL": "warning"}  # noqa: TID251
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "import", "sales.csv", *MAPPED, *MADE],
        cwd=folder,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
        preexec_fn=limited(most_bytes) if most_bytes else None,
    )


@pytest.fixture
def sales(tmp_path: Path) -> None:
    """A file of sales."""
    lines = (f"{row},2026-01-{row % 28 + 1:02},C{row % 700},{row % 90 + 1}.50" for row in range(ROWS))
    (tmp_path / "sales.csv").write_text("number,day,who,price\n" + "\n".join(lines) + "\n")


@pytest.mark.processes
def test_an_import_says_it_in_a_line_and_goes_on_later(sales: None, sqlite_url: str, tmp_path: Path) -> None:
    failed = import_sales(sqlite_url, tmp_path, most_bytes=2_000_000)

    assert failed.returncode == 1
    assert failed.stderr.count("\n") == 1
    assert failed.stderr.startswith("Error: the database cannot be read or written just now: ")


@pytest.mark.processes
async def test_nothing_is_lost(sales: None, sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    before = await open_shop(database, "Before")
    before.sale("anna", "2026-01-03", "25.00")
    await before.save()
    await database.close()

    assert import_sales(sqlite_url, tmp_path, most_bytes=2_000_000).returncode == 1
    assert await broken(sqlite_url) == []
    assert await revision_of(sqlite_url, "Before") == 1
    done = import_sales(sqlite_url, tmp_path)

    assert done.returncode == 0, done.stderr
    assert await broken(sqlite_url) == []


@pytest.fixture
async def full_shop(sqlite_url: str) -> Any:
    """A shop in a database that may grow no more."""
    database = Database(sqlite_url)
    event.listen(database.engine.sync_engine, "connect", _no_more_pages)
    shop = await open_shop(database)
    yield shop
    await database.close()


def _no_more_pages(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA max_page_count = 1")  # what is there already stays
    cursor.close()


async def test_a_write_is_told_to_be_tried_again(full_shop: Shop, sqlite_url: str) -> None:
    for number in range(5_000):
        full_shop.sale("anna", "2026-01-03", f"{number}.00")

    with pytest.raises(Exception, match="database or disk is full") as raised:
        await full_shop.save()

    told = told_of(raised.value)
    assert is_outage(raised.value)
    assert (told.status, told.codes) == (503, {"UNAVAILABLE"})
    assert int(told.headers["Retry-After"]) > 0
    assert await revision_of(sqlite_url, "Shop") == 0
    assert await broken(sqlite_url) == []


@pytest.mark.processes
async def test_a_server_answers_what_it_can_read(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    shop = await open_shop(database)
    shop.sale("anna", "2026-01-03", "25.00")
    await shop.save()
    with running(sqlite_url, tmp_path) as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        answer = httpx2.post(server.graphql, json={"query": REPORT}, headers=server.headers(shop.id), verify=NO_TLS)

        assert answer.json()["data"]["segmentation"]["totalCustomers"] == 1
        assert httpx2.get(f"{server.url}/readyz", verify=NO_TLS).status_code == 200
    await database.close()
