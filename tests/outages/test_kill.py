"""Processes are killed at any moment: what they had committed is there, the rest is not, and nothing is half there."""

import asyncio
import os
import random
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

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
from tests.conftest import REQUIRE_SERVICES, drop_database, missing, named, on_server
from tests.outages.checking import REPORT, broken, revision_of
from tests.servers import NO_TLS, ROOT, SECRET, Server, running
from tests.waiting import eventually, until

KILLS = 2
WORKERS = 2
WRITER = ROOT / "tests" / "soak" / "writer.py"
ROWS = 24_000
ANY_WORKER = httpx2.Limits(max_keepalive_connections=0)  # who asks over a new connection may come to any worker
SALES = select(func.count()).select_from(table(Sale))

pytestmark = [pytest.mark.processes, pytest.mark.own_store]


async def ids(store: str) -> dict[str, int]:
    database = Database(store)
    try:
        return {row.name: row.id for row in await businesses(database)}
    finally:
        await database.close()


@asynccontextmanager
async def writing(store: str, name: str, told: list[int]) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process that writes without pause; the revisions that it told to be committed are kept."""
    words = (sys.executable, str(WRITER), store, "Soak", name)
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)

    async def listen() -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            told.append(int(line.split()[0]))

    listening = asyncio.create_task(listen())
    try:
        await has_told(told, 1, process)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await listening


async def has_told(told: list[int], count: int, process: asyncio.subprocess.Process) -> None:
    """Wait until a writer has told so many revisions."""
    while len(told) < count:
        await asyncio.sleep(0.02)
        assert process.returncode is None


async def test_writers(store_url: str) -> None:
    chance = random.Random(2)
    for kill in range(KILLS):
        told: list[int] = []
        async with writing(store_url, f"w{kill}-", told) as process:
            await has_told(told, chance.randrange(2, 30), process)
            process.kill()

        revision = await revision_of(store_url, "Soak")
        assert max(told) <= revision <= max(told) + 1, "what was told is there; one commit may not have been told yet"
        assert await broken(store_url) == []


# ---------------------------------------------------------------- workers


@dataclass(frozen=True)
class Killed:
    """A server whose workers are killed, over a store with a demo shop that takes a moment to load, in columns."""

    server: Server
    store: str

    async def report(self, client: httpx2.AsyncClient, business_id: int) -> Any:
        """The report of a business, None where it is not answered."""
        headers = self.server.headers(business_id)
        response = await client.post(self.server.graphql, json={"query": REPORT}, headers=headers, timeout=60)
        return response.json()["data"] if response.status_code == 200 else None

    async def kill_while_asked(self, client: httpx2.AsyncClient, business_id: int, event: str, times: int) -> None:
        """Ask again and again, and kill the workers when they have said so many times more how far they are."""
        said, started, killed = self.server.said(event), self.server.said("started"), asyncio.Event()
        async with asyncio.TaskGroup() as asking:
            for _ in range(4):
                asking.create_task(self._ask_until(killed, client, business_id))
            await until(lambda: self.server.said(event) >= said + times)
            for pid in self.server.workers():
                os.kill(pid, signal.SIGKILL)
            killed.set()
        await until(lambda: self.server.said("started") >= started + WORKERS)

    async def _ask_until(self, killed: asyncio.Event, client: httpx2.AsyncClient, business_id: int) -> None:
        while not killed.is_set():
            with suppress(httpx2.TransportError):
                await self.report(client, business_id)

    def readers(self) -> list[int]:
        """Processes that read the store for a copy."""
        return [
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if {self.store.removeprefix("sqlite:///")} <= set(process.info["cmdline"] or ())
        ]


async def grow(store: str) -> None:
    database = Database(store)
    await grow_demo(database, customers=2_200, seed=5, today=NOW.date(), now=NOW, actor=ACTOR)
    async with database.reading() as connection:
        assert (await connection.execute(SALES)).scalar_one() > CopyLimits.small_change
    await database.close()


@contextmanager
def emptied(kind: str, template: str | Path | None, folder: Path) -> Generator[str]:
    """The URL of a migrated store, copied from a template."""
    if template is None:
        missing("no PostgreSQL answers at TEST_POSTGRES_URL", REQUIRE_SERVICES)
    if kind == "sqlite":
        yield f"sqlite:///{shutil.copy(template, folder / 'store.db')}"
        return
    name = f"customer_api_{uuid4().hex[:12]}"
    asyncio.run(on_server(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield named(name)
    asyncio.run(drop_database(name))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def killed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Killed]:
    """A server over SQLite, and then one over PostgreSQL."""
    template, folder = request.getfixturevalue(f"{request.param}_template"), tmp_path_factory.mktemp("killed")
    with emptied(request.param, template, folder) as store:
        asyncio.run(grow(store))
        with running(store, folder, workers=WORKERS) as server:
            yield Killed(server, store)


async def test_workers_that_load(killed: Killed) -> None:
    business_id = (await ids(killed.store))["Demo"]
    async with httpx2.AsyncClient(limits=ANY_WORKER, verify=NO_TLS) as client:
        right = await eventually(lambda: killed.report(client, business_id))
        for kill in range(KILLS):
            await killed.kill_while_asked(client, business_id, "mirror table loaded", times=kill + 1)
            assert await eventually(lambda: killed.report(client, business_id)) == right
    assert killed.server.process.poll() is None
    assert right["segmentation"]["totalCustomers"] > 0
    assert await broken(killed.store) == []
    assert killed.readers() == []


async def test_workers_that_catch_up(killed: Killed) -> None:
    told = list[int]()
    async with writing(killed.store, "x", told), httpx2.AsyncClient(limits=ANY_WORKER, verify=NO_TLS) as client:
        business_id = (await ids(killed.store))["Soak"]
        for kill in range(KILLS):
            for _ in range(5):
                await eventually(lambda: killed.report(client, business_id))
            await killed.kill_while_asked(client, business_id, "mirror caught up", times=kill + 1)
        known = max(told)
        answer = await eventually(lambda: killed.report(client, business_id))
        assert answer["viewer"]["business"]["dataRevision"] >= known
    assert killed.server.process.poll() is None
    assert await broken(killed.store) == []


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


async def committed(store: str) -> int:
    """How many writes to the shop there have been."""
    database = Database(store)
    try:
        return sum(row.revision for row in await businesses(database))
    finally:
        await database.close()


async def kill_after_a_batch(process: asyncio.subprocess.Process, store: str) -> None:
    """Kill an import that has committed something and has not come to its end."""
    before = await committed(store)
    while await committed(store) == before:
        await asyncio.sleep(0.02)
        assert process.returncode is None
    process.kill()
    assert await process.wait() == -signal.SIGKILL


async def test_an_import(store_url: str, tmp_path: Path) -> None:
    rows = range(ROWS)
    lines = (f"{row},2026-01-{row % 28 + 1:02},C{row % 700},{row % 90 + 1}.50" for row in rows)
    (tmp_path / "sales.csv").write_text("number,day,who,price\n" + "\n".join(lines) + "\n")
    for _ in range(KILLS):
        await kill_after_a_batch(await importing(store_url, tmp_path), store_url)
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
