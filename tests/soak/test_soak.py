"""Four workers, eight clients, writers beside them: no answer is older than its client may expect or mixes two states.

The writers write until SOAK_ANSWERS were heard of each store: 300 unless given, 1,000 in continuous integration (CI).
"""

import asyncio
import os
import random
import sys
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from models.database import Database
from tests.builders import open_shop
from tests.servers import NO_TLS, Server, running
from tests.soak.writer import CUSTOMERS

ANSWERS = int(os.environ.get("SOAK_ANSWERS") or (1_000 if os.environ.get("CI") else 300))  # noqa: TID251
WORKERS = 4
CLIENTS = 8
WRITERS = ("x", "y")
WRITER = Path(__file__).parent / "writer.py"
BUSINESS = "Soak"
QUERY = """query Soak($number: String!) {
  viewer { business { dataRevision } }
  segmentation(days: null) { totalRevenue totalCustomers FRESHNESS }
  customer(by: { number: $number }) { number purchases { revenue } }
  customers(first: 3, orderBy: TOTAL_SPENT) { nodes { number purchases { revenue } } }
}"""
KEPT = QUERY.replace("FRESHNESS", "")
FRESH = QUERY.replace("FRESHNESS", "freshness { dataRevision }")

pytestmark = pytest.mark.processes


@dataclass
class Books:
    """What was written, as the writers told: the oracle of every revision."""

    committed: int = 0
    written: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])

    def enter(self, line: str) -> None:
        """A line of a writer."""
        revision, customer, amount = line.split()
        self.written[int(revision)] = (customer, int(amount))
        self.committed = max(self.committed, int(revision))

    def states(self) -> dict[int, tuple[int, dict[str, int]]]:
        """By revision: the revenue of all, and that of each customer."""
        total, by_customer, states = 0, defaultdict[str, int](int), dict[int, tuple[int, dict[str, int]]]()
        for revision, (customer, amount) in sorted(self.written.items()):
            total, by_customer[customer] = total + amount, by_customer[customer] + amount
            states[revision] = total, dict(by_customer)
        return states


@dataclass(frozen=True)
class Heard:
    """An answer, and the revision that was known to be committed when it was asked for."""

    known: int
    data: Any

    @property
    def revision(self) -> int:
        return self.data["viewer"]["business"]["dataRevision"]


async def write_until(done: asyncio.Event, store: str, name: str, books: Books) -> None:
    words = (sys.executable, str(WRITER), store, BUSINESS, name)
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    entering = asyncio.create_task(enter_all(process, books))
    try:
        await done.wait()
        assert process.returncode is None
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await entering
    assert await process.wait() == 0


async def enter_all(writer: asyncio.subprocess.Process, books: Books) -> None:
    assert writer.stdout is not None
    async for line in writer.stdout:
        books.enter(line.decode())


class Client:
    """Asks without pause, over a new connection each time, which may be to another worker."""

    def __init__(self, server: Server, business_id: int, books: Books, number: int) -> None:
        self.heard: list[Heard] = []
        self.unchanged = 0
        self._server = server
        self._headers = server.headers(business_id)
        self._books = books
        self._chance = random.Random(number)
        self._held: dict[str, tuple[str, Any]] = {}
        self._client = httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_keepalive_connections=0), verify=NO_TLS)

    async def ask(self, times: int) -> None:
        """Ask until so many answers were of something written."""
        while times > 0:
            known = max(self._books.committed, self.heard[-1].revision if self.heard else 0)
            number = f"{self._chance.choice(WRITERS)}{self._chance.randrange(CUSTOMERS)}"
            data = await self._get(number) if self._chance.random() < 0.5 else await self._post(number)
            self.heard.append(Heard(known, data))
            times -= self.heard[-1].revision > 0

    async def _post(self, number: str) -> Any:
        query = self._chance.choice((KEPT, FRESH))
        body = {"query": query, "variables": {"number": number}}
        return content(await self._client.post(self._server.graphql, json=body, headers=self._headers))

    async def _get(self, number: str) -> Any:
        """Ask as a browser does, that keeps an answer and asks whether it still holds."""
        tag, data = self._held.get(number, ("", None))
        headers = {**self._headers, **({"If-None-Match": tag} if tag else {})}
        parameters = {"query": KEPT, "variables": f'{{"number": "{number}"}}'}
        response = await self._client.get(self._server.graphql, params=parameters, headers=headers)
        if response.status_code == 304:
            self.unchanged += 1
            return data
        self._held[number] = response.headers["etag"], content(response)
        return self._held[number][1]


def content(response: Any) -> Any:
    assert response.status_code == 200, response.text
    assert "errors" not in response.json(), response.text
    return response.json()["data"]


@asynccontextmanager
async def prepared(store: str) -> AsyncGenerator[int]:
    """The business, with something of every writer."""
    database = Database(store)
    yield (await open_shop(database, BUSINESS)).id
    await database.close()


async def test_every_answer_is_of_one_revision_that_is_not_older_than_expected(store_url: str, tmp_path: Path) -> None:
    books, done = Books(), asyncio.Event()
    async with prepared(store_url) as business_id:
        with running(store_url, tmp_path, workers=WORKERS) as server:
            assert len(server.workers()) == WORKERS
            clients = [Client(server, business_id, books, number) for number in range(CLIENTS)]
            async with asyncio.TaskGroup() as writing:
                for name in WRITERS:
                    writing.create_task(write_until(done, store_url, name, books))
                await asyncio.gather(*(client.ask(ANSWERS // CLIENTS) for client in clients))
                done.set()
            for client in clients:  # the writers are done: what is asked now is the end of the books
                client.heard.append(Heard(books.committed, await client._get("x0")))
                client.heard.append(Heard(books.committed, await client._get("x0")))
        assert server.process.returncode in {0, -15}
    heard = [answer for client in clients for answer in client.heard]
    check(books, heard)
    assert len(heard) > 4 * CLIENTS
    assert books.committed == len(books.written) > len(WRITERS) * CUSTOMERS
    assert len({answer.revision for answer in heard}) > 3
    assert sum(client.unchanged for client in clients) >= CLIENTS
    print(f"{len(heard)} answers at {len({a.revision for a in heard})} of {books.committed} revisions")


def check(books: Books, heard: list[Heard]) -> None:
    states = {0: (0, dict[str, int]()), **books.states()}
    for answer in heard:
        assert answer.revision >= answer.known
        total, by_customer = states[answer.revision]
        segmentation, customer = answer.data["segmentation"], answer.data["customer"]
        shown = money(segmentation["totalRevenue"])
        assert shown == total, f"{answer} has the total of {[r for r, (sum_, _) in states.items() if sum_ == shown]}"
        assert segmentation["totalCustomers"] == len(by_customer), answer
        assert segmentation.get("freshness", {}).get("dataRevision", answer.revision) == answer.revision
        for person in (*answer.data["customers"]["nodes"], *([customer] if customer else [])):
            assert money(person["purchases"]["revenue"]) == by_customer.get(person["number"], 0), answer
        best = sorted(by_customer.values(), reverse=True)[:3]
        assert [money(c["purchases"]["revenue"]) for c in answer.data["customers"]["nodes"]] == best, answer


def money(text: str) -> int:
    return int(Decimal(text) * 100)
