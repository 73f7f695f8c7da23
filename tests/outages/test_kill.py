"""Processes are killed at any moment: what they had committed is there, the rest is not, and nothing is half there."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from sqlalchemy import func, select

from analytics.copy.copy import CopyLimits
from ingest.demo import grow_demo
from models import Sale
from models.database import Database, table
from resolvers.businesses import businesses
from tests.builders import ACTOR, NOW
from tests.outages.checking import REPORT, broken, eventually, revision_of
from tests.servers import ROOT, SECRET, Server, running

KILLS = 2
WRITER = ROOT / "tests" / "soak" / "writer.py"
ROWS = 24_000
SALES = select(func.count()).select_from(table(Sale))


@pytest.fixture
async def demo_url(store_url: str) -> str:
    """A store whose demo shop takes a moment to load, in columns."""
    database = Database(store_url)
    await grow_demo(database, customers=2_200, seed=5, today=NOW.date(), now=NOW, actor=ACTOR)
    async with database.reading() as connection:
        assert (await connection.execute(SALES)).scalar_one() > CopyLimits.small_change
    await database.close()
    return store_url


async def ids(store: str) -> dict[str, int]:
    database = Database(store)
    try:
        return {row.name: row.id for row in await businesses(database)}
    finally:
        await database.close()


async def report(client: httpx2.AsyncClient, server: Server, business_id: int) -> Any:
    """The report of a business, None where it is not answered."""
    headers = server.headers(business_id)
    response = await client.post(server.graphql, json={"query": REPORT}, headers=headers, timeout=60)
    return response.json()["data"] if response.status_code == 200 else None


def readers_of(store: str) -> list[int]:
    """Processes that read the store for a copy."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if {store.removeprefix("sqlite:///")} <= set(process.info["cmdline"] or ())
    ]


async def kill_while_asked(client: httpx2.AsyncClient, server: Server, business_id: int, wait: float) -> None:
    """Ask several times at once, and kill the workers before all have an answer."""
    asked = [asyncio.create_task(report(client, server, business_id)) for _ in range(4)]
    await asyncio.sleep(wait)
    for pid in server.workers():
        os.kill(pid, signal.SIGKILL)
    for one in asked:
        with suppress(httpx2.TransportError):
            await one


async def test_workers_that_load(demo_url: str, tmp_path: Path) -> None:
    chance, business_id = random.Random(1), (await ids(demo_url))["Demo"]
    with running(demo_url, tmp_path, workers=2) as server:
        async with httpx2.AsyncClient() as client:
            right = await eventually(lambda: report(client, server, business_id))
            for _ in range(KILLS):
                await kill_while_asked(client, server, business_id, chance.uniform(0, 1.5))
                assert await eventually(lambda: report(client, server, business_id)) == right
            assert server.process.poll() is None
    assert right["segmentation"]["totalCustomers"] > 0
    assert await broken(demo_url) == []
    assert readers_of(demo_url) == []


@asynccontextmanager
async def writing(store: str, name: str, told: list[int]) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process that writes without pause; the revisions that it told to be committed are kept."""
    words = (sys.executable, str(WRITER), store, "Soak", name, "300")
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)

    async def listen() -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            told.append(int(line.split()[0]))

    listening = asyncio.create_task(listen())
    try:
        while not told:
            await asyncio.sleep(0.05)
            assert process.returncode is None
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await listening


async def test_writers(store_url: str) -> None:
    chance = random.Random(2)
    for kill in range(KILLS):
        told: list[int] = []
        async with writing(store_url, f"w{kill}-", told) as process:
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            process.kill()

        revision = await revision_of(store_url, "Soak")
        assert max(told) <= revision <= max(told) + 1, "what was told is there; one commit may not have been told yet"
        assert await broken(store_url) == []


async def test_workers_that_catch_up(store_url: str, tmp_path: Path) -> None:
    chance, told = random.Random(3), list[int]()
    async with writing(store_url, "x", told), httpx2.AsyncClient() as client:
        business_id = (await ids(store_url))["Soak"]
        with running(store_url, tmp_path, workers=2) as server:
            for _ in range(KILLS):
                for _ in range(5):
                    await eventually(lambda: report(client, server, business_id))
                await kill_while_asked(client, server, business_id, chance.uniform(0, 0.3))
            known = max(told)
            answer = await eventually(lambda: report(client, server, business_id))
            assert answer["viewer"]["business"]["dataRevision"] >= known
    assert await broken(store_url) == []


# ---------------------------------------------------------------- an import


async def importing(store: str, folder: Path) -> asyncio.subprocess.Process:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": store, "SECRET_KEY": SECRET, "LOG_LEVEL": "warning"}  # noqa: TID251
    words = ["import", "sales.csv", "--map", "sale=number,occurred_at=day,customer=who,amount=price"]
    made = ["--business", "Shop", "--currency", "GBP", "--timezone", "Europe/London"]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "main.py"),
        *words,
        *made,
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )


async def test_an_import(store_url: str, tmp_path: Path) -> None:
    chance, rows = random.Random(4), range(ROWS)
    lines = (f"{row},2026-01-{row % 28 + 1:02},C{row % 700},{row % 90 + 1}.50" for row in rows)
    (tmp_path / "sales.csv").write_text("number,day,who,price\n" + "\n".join(lines) + "\n")
    for _ in range(KILLS):
        process = await importing(store_url, tmp_path)
        await asyncio.sleep(chance.uniform(1, 5))
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        assert await broken(store_url) == []

    process = await importing(store_url, tmp_path)
    output, _ = await process.communicate()

    assert process.returncode == 0
    assert f"read {ROWS:,} rows" in output.decode()
    assert await broken(store_url) == []
    database = Database(store_url)
    async with database.reading() as connection:
        stored = await connection.exec_driver_sql("SELECT count(*), sum(total), count(DISTINCT number) FROM sale")
        items = await connection.exec_driver_sql("SELECT count(*) FROM sale_item")
        counted, customers = items.scalar_one(), await connection.exec_driver_sql("SELECT count(*) FROM customer")
        assert tuple(stored.one()) == (ROWS, sum((row % 90 + 1) * 100 + 50 for row in rows), ROWS)
        assert (counted, customers.scalar_one()) == (ROWS, 700)
    await database.close()
