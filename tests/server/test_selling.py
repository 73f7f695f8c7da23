"""Sales recorded over HTTP: every worker shows them at once, and a till's queue outlives a server that is killed."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from models.database import Database
from tests.builders import open_shop
from tests.schema.selling import PAY, RECORD, SET_STATUS, a_sale, cash, line, new_key
from tests.servers import NO_TLS, ROOT, Server, running
from tests.waiting import until

pytestmark = [pytest.mark.processes, pytest.mark.own_store]

WORKERS, SOLD, AT_ONCE, KILLS = 4, 60, 5, 2
SEEN = """{ sales(first: 1) { totalCount } purchasePatterns { summary { revenue totalTransactions } }
    receivablesAging { total } segmentation(days: null) { totalCustomers }
    customer(by: {number: "ANN"}) { outstandingBalance purchases { orders } } }"""


@dataclass(frozen=True)
class Till:
    """A shop behind a server of several workers, and what a till needs of it."""

    server: Server
    store: Path
    shop_id: int
    folder: Path

    def ask(self, query: str, **variables: Any) -> Any:
        """The data that any worker answers: over a connection of its own."""
        body = {"query": query, "variables": variables}
        headers = self.server.headers(self.shop_id)
        answer = httpx2.post(self.server.graphql, json=body, headers=headers, timeout=60, verify=NO_TLS)
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    def stored(self, statement: str) -> list[Any]:
        """What the store says to a statement."""
        with closing(sqlite3.connect(self.store)) as connection:
            return connection.execute(statement).fetchall()

    def run(self, *words: str) -> "subprocess.Popen[bytes]":
        """The till of the documentation, at work."""
        token = self.server.headers(self.shop_id)["Authorization"].removeprefix("Bearer ")
        told = {"API_URL": self.server.graphql, "API_TOKEN": token, "AT_ONCE": str(AT_ONCE)}
        return subprocess.Popen([sys.executable, self.folder / "till.py", *words], cwd=self.folder, env=told)


@pytest.fixture(scope="module")
def till(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Till]:
    """One for all tests here: to start its workers takes seconds."""
    folder = tmp_path_factory.mktemp("selling")
    store = folder / "store.db"
    shutil.copy(sqlite_template, store)
    (folder / "till.py").write_text((ROOT / "docs" / "selling.md").read_text().split("```python\n")[1].split("```")[0])

    async def opened() -> int:
        database = Database(f"sqlite:///{store}")
        shop = await open_shop(database)
        shop.customer("ANN", credit_limit="1000.00")
        await shop.save()
        await database.close()
        return shop.id

    shop_id = asyncio.run(opened())
    with running(f"sqlite:///{store}", folder, workers=WORKERS) as server:
        yield Till(server, store, shop_id, folder)


async def test_every_worker_shows_a_sale_at_the_next_question(till: Till) -> None:
    """After a sale on account, a payment, and a pending sale that is agreed, whichever worker wrote it."""
    buyer = till.ask('{ customer(by: {number: "ANN"}) { id } }')["customer"]["id"]
    said = {"customer": buyer, "payments": []}
    partly = till.ask(RECORD, input=a_sale("10.00", **said))["recordSale"]["sale"]["id"]
    await shown(till, count=1, revenue="10.00", owed="10.00")
    payment = {"idempotencyKey": new_key(), "sale": partly, "amount": "4.00", "method": "CASH"}
    assert till.ask(PAY, input=payment)["recordPayment"]["__typename"] == "PaymentPayload"
    await shown(till, count=1, revenue="10.00", owed="6.00")
    pending = till.ask(RECORD, input=a_sale("5.00", **said, status="PENDING"))["recordSale"]["sale"]["id"]
    assert till.ask(SET_STATUS, sale=pending, status="PARTIAL")["updateSaleStatus"]["sale"]["status"] == "PARTIAL"
    await shown(till, count=2, revenue="15.00", owed="11.00")


async def shown(till: Till, *, count: int, revenue: str, owed: str) -> None:
    """That every one of many answers, of whatever workers, has these figures."""
    for answer in await asyncio.gather(*(asyncio.to_thread(till.ask, SEEN) for _ in range(3 * WORKERS))):
        assert answer == {
            "sales": {"totalCount": count},
            "purchasePatterns": {"summary": {"revenue": revenue, "totalTransactions": count}},
            "receivablesAging": {"total": owed},
            "segmentation": {"totalCustomers": 1},
            "customer": {"outstandingBalance": owed, "purchases": {"orders": count}},
        }


async def test_a_tills_queue_outlives_a_server_that_is_killed(till: Till) -> None:
    """Every sale once, whatever was answered; what is refused is put aside."""
    sales = [{"number": f"TILL-{place}", "items": [line("1.00")], "payments": [cash("1.00")]} for place in range(SOLD)]
    told = json.dumps([*sales, {"number": "TILL-X", "items": []}])
    words = [sys.executable, "-c", SELL]
    await asyncio.to_thread(subprocess.run, words, input=told.encode(), cwd=till.folder, check=True)
    sending = till.run("send")
    for kill in range(1, KILLS + 1):
        await until(lambda at=kill: recorded(till) >= at * SOLD // (KILLS + 2))
        for worker in till.server.workers():
            os.kill(worker, signal.SIGKILL)
    assert await asyncio.to_thread(sending.wait, 120) == 0
    assert recorded(till) == SOLD
    assert till.stored("SELECT count(*) FROM used_key WHERE kind = 'sale'")[0][0] >= SOLD
    assert (till.folder / "waiting.jsonl").read_text() == ""
    (refused,) = (till.folder / "refused.jsonl").read_text().splitlines()
    assert json.loads(refused.split("\t")[1])["__typename"] == "InvalidInput"


SELL = "import json, sys, till; [till.sell(sale) for sale in json.load(sys.stdin)]"


def recorded(till: Till) -> int:
    """How many of the till's sales are there."""
    return till.stored("SELECT count(*) FROM sale WHERE number LIKE 'TILL-%'")[0][0]
