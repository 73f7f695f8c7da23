"""A server that is told to stop finishes what it answers, and says first that it is not ready."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from models.database import Database
from tests.builders import open_shop
from tests.servers import NO_TLS, SECRET, Server, free_port
from tests.waiting import eventually, until

PROGRAM = Path(__file__).with_name("slow_server.py")


@dataclass(frozen=True)
class Caller:
    """Asks a server."""

    client: httpx2.AsyncClient
    server: Server
    business_id: int

    async def slow(self, seconds: float) -> Any:
        """The answer to an operation that takes so long."""
        query = f"{{ slow(seconds: {seconds}) }}"
        headers = self.server.headers(self.business_id)
        answer = await self.client.post(self.server.graphql, json={"query": query}, headers=headers, timeout=30)
        return answer.json().get("data")

    async def readiness(self) -> Any:
        """The status of /readyz; None where nobody answers any more."""
        try:
            return (await self.client.get(f"{self.server.url}/readyz")).status_code
        except httpx2.TransportError:
            return None

    async def is_unready(self) -> None:
        """Wait until it says that it is not ready."""

        async def unready() -> bool | None:
            return await self.readiness() == 503 or None

        await eventually(unready)


Started = Callable[..., Any]

pytestmark = pytest.mark.processes


@contextmanager
def serving(store: str, folder: Path, **settings: str) -> Generator[Server]:
    """A process that serves slowly."""
    port, log = free_port(), folder / "server.log"
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": store, "SECRET_KEY": SECRET, **settings}  # noqa: TID251
    with log.open("wb") as messages:
        words = [sys.executable, str(PROGRAM), str(port)]
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=messages, stderr=messages)
    try:
        yield Server(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def started(sqlite_url: str, tmp_path: Path) -> Started:
    """Starts a slow server and gives its caller."""

    @asynccontextmanager
    async def start(**settings: str) -> AsyncGenerator[Caller]:
        database = Database(sqlite_url)
        shop = await open_shop(database)
        await database.close()
        with serving(sqlite_url, tmp_path, **settings) as server:
            async with httpx2.AsyncClient(verify=NO_TLS) as client:
                caller = Caller(client, server, shop.id)
                while await caller.readiness() != 200:
                    assert server.process.poll() is None, server.log.read_text()
                    await asyncio.sleep(0.1)
                yield caller

    return start


async def stopped(caller: Caller) -> int:
    return await asyncio.to_thread(caller.server.process.wait, 30)


async def test_what_is_being_answered_is_finished(started: Started) -> None:
    async with started() as caller:
        answers = [asyncio.create_task(caller.slow(1.5)) for _ in range(3)]
        await until(lambda: caller.server.said("asked") == 3)
        caller.server.process.send_signal(signal.SIGTERM)

        assert [await answer for answer in answers] == [{"slow": "done"}] * 3
        assert await stopped(caller) in {0, -signal.SIGTERM}
        assert "stopped" in caller.server.log.read_text()
        assert await caller.readiness() is None


async def test_it_is_not_ready_before_it_ends(started: Started) -> None:
    async with started(DRAIN_SECONDS="3") as caller:
        caller.server.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        await caller.is_unready()

        assert await caller.slow(0.1) == {"slow": "done"}
        assert caller.server.process.poll() is None
        await stopped(caller)
        assert time.monotonic() - began >= 3


async def test_a_second_signal_ends_the_wait(started: Started) -> None:
    async with started(DRAIN_SECONDS="200") as caller:
        caller.server.process.send_signal(signal.SIGTERM)
        await caller.is_unready()
        caller.server.process.send_signal(signal.SIGTERM)

        await stopped(caller)


async def test_an_interrupt_does_not_wait(started: Started) -> None:
    async with started(DRAIN_SECONDS="200") as caller:
        caller.server.process.send_signal(signal.SIGINT)

        await stopped(caller)
