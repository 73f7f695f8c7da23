"""PostgreSQL goes away under load and comes back: who asks meanwhile is told to ask again, and later gets an answer."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from models.database import Database
from tests.builders import Shop, open_shop
from tests.outages.checking import REPORT, broken
from tests.outages.proxy import Proxy, proxied
from tests.servers import NO_TLS, Server, running
from tests.waiting import eventually, until

CLIENTS = 6
PAGE = "{ viewer { business { dataRevision } } customers(first: 5) { nodes { number purchases { revenue } } } }"
RETRIES_AFTER = "retry-after"

pytestmark = [pytest.mark.processes, pytest.mark.own_store]


@pytest.fixture
async def proxy(postgres_url: str) -> AsyncGenerator[Proxy]:
    """A way to a PostgreSQL database of this test."""
    async with proxied(postgres_url) as made:
        yield made


@pytest.fixture
async def shop(postgres_url: str) -> AsyncGenerator[Shop]:
    """A shop that is written past the proxy."""
    database = Database(postgres_url)
    made = await open_shop(database)
    for number in range(30):
        made.sale(f"C{number % 7}", "2026-01-03", f"{number}.50")
    await made.save()
    yield made
    await database.close()


@asynccontextmanager
async def serving(store: str, folder: Path, **settings: Any) -> AsyncGenerator[Server]:
    """A server, started and stopped beside this loop, in which its way to the store is."""
    server = running(store, folder, **settings)
    started = await asyncio.to_thread(server.__enter__)
    try:
        yield started
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


@dataclass
class Load:
    """Clients that ask without pause, and what they are answered."""

    server: Server
    business_id: int
    statuses: Counter[int] = field(default_factory=Counter[int])
    wrong: list[Any] = field(default_factory=list[Any])
    slowest: float = 0.0

    async def answered(self, status: int) -> None:
        """Wait until every client may have been answered so, once more."""
        before = self.statuses[status]
        await until(lambda: self.statuses[status] >= before + 2 * CLIENTS)

    async def ask_on(self, client: httpx2.AsyncClient, query: str) -> None:
        """Ask again and again."""
        while True:
            began = time.monotonic()
            response = await self.ask(client, query)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.statuses[response.status_code] += 1
            if not _is_clear(response):
                self.wrong.append((response.status_code, dict(response.headers), response.text))
            await asyncio.sleep(0.02)

    async def ask(self, client: httpx2.AsyncClient, query: str) -> Any:
        """Ask once."""
        headers = self.server.headers(self.business_id)
        return await client.post(self.server.graphql, json={"query": query}, headers=headers, timeout=60)


def _is_clear(response: Any) -> bool:
    if response.status_code == 200:
        return "errors" not in response.json()
    codes = {error["extensions"]["code"] for error in response.json().get("errors", ())}
    return response.status_code == 503 and int(response.headers[RETRIES_AFTER]) > 0 and codes == {"UNAVAILABLE"}


@asynccontextmanager
async def loaded(server: Server, business_id: int) -> AsyncGenerator[Load]:
    """A server that is asked without pause."""
    load = Load(server, business_id)
    async with httpx2.AsyncClient(verify=NO_TLS) as client:
        tasks = [asyncio.create_task(load.ask_on(client, (REPORT, PAGE)[n % 2])) for n in range(CLIENTS)]
        try:
            yield load
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [error for error in ended if not isinstance(error, asyncio.CancelledError)] == []


async def readiness(server: Server) -> int:
    async with httpx2.AsyncClient(verify=NO_TLS) as client:
        return (await client.get(f"{server.url}/readyz", timeout=30)).status_code


async def readiness_comes_to(server: Server, status: int) -> None:
    """Wait for a readiness, which is kept for a second."""

    async def answer() -> bool | None:
        return await readiness(server) == status or None

    await eventually(answer)


async def write(shop: Shop) -> int:
    """Change something that every report reads; the revision."""
    shop.sale("C1", "2026-02-01", "1.00")
    return await shop.save()


async def answered_at(load: Load, revision: int) -> None:
    """Wait until both questions are answered as of a revision."""
    async with httpx2.AsyncClient(verify=NO_TLS) as client:
        for query in (REPORT, PAGE):

            async def answer(query: str = query) -> Any:
                response = await load.ask(client, query)
                if response.status_code != 200:
                    return None
                return response.json()["data"]["viewer"]["business"]["dataRevision"] >= revision or None

            await eventually(answer)


async def test_a_server_that_is_restarted_under_load(proxy: Proxy, shop: Shop, tmp_path: Path) -> None:
    async with serving(proxy.url, tmp_path) as server:
        async with loaded(server, shop.id) as load:
            await load.answered(200)
            assert set(load.statuses) == {200}
            for _ in range(3):
                proxy.cut()
                await load.answered(503)
                await readiness_comes_to(server, 503)
                revision = await write(shop)
                await proxy.open()
                await answered_at(load, revision)
                await readiness_comes_to(server, 200)

        assert load.wrong == []
        assert set(load.statuses) == {200, 503}
        assert server.process.poll() is None
    assert await broken(proxy.url) == []


async def test_a_server_that_says_nothing(proxy: Proxy, shop: Shop, tmp_path: Path) -> None:
    async with serving(proxy.url, tmp_path, operation_seconds=2) as server, httpx2.AsyncClient(verify=NO_TLS) as client:
        load = Load(server, shop.id)
        assert (await load.ask(client, PAGE)).status_code == 200
        proxy.stall()
        answers = await asyncio.gather(*(load.ask(client, query) for query in (PAGE, REPORT) * 8))
        unready = await readiness(server)
        proxy.flow()
        await answered_at(load, await write(shop))

        assert {answer.status_code for answer in answers} == {504}
        assert {answer.json()["errors"][0]["extensions"]["code"] for answer in answers} == {"TIMEOUT"}
        assert unready == 503
        await readiness_comes_to(server, 200)
    assert await broken(proxy.url) == []
