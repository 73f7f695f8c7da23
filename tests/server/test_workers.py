"""Several processes answer as one: they share nothing but the store."""

import asyncio
import os
import re
import signal
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from typer.testing import CliRunner

from models.database import Database
from resolvers.businesses import find_business
from server.commands.command_line import cli
from tests.builders import open_shop
from tests.servers import NO_TLS, Server, free_port, running
from tests.waiting import until

WORKERS = 2
QUERY = """{
  viewer { business { dataRevision } }
  segmentation(days: null) { totalRevenue }
  customer(by: { number: "anna" }) { purchases { orders } }
}"""


pytestmark = pytest.mark.processes


def ask(server: Server, headers: dict[str, str], query: str = QUERY) -> Any:
    """The data that is answered over a new connection, which any worker may take."""
    response = httpx2.post(server.graphql, json={"query": query}, headers=headers, timeout=60, verify=NO_TLS)
    assert response.status_code == 200, response.text
    assert "errors" not in response.json(), response.text
    return response.json()["data"]


def served_by(server: Server) -> dict[int, float]:
    """The processor time that each worker has used."""
    return {pid: sum(psutil.Process(pid).cpu_times()[:2]) for pid in server.workers()}


async def test_a_write_is_seen_by_the_next_question_to_any_worker(store_url: str, tmp_path: Path) -> None:
    database = Database(store_url)
    shop = await open_shop(database)
    shop.sale("anna", "2024-01-01", "1.00")
    await shop.save()
    with running(store_url, tmp_path, workers=WORKERS) as server:
        headers, before = server.headers(shop.id), served_by(server)
        for count in range(2, 6):
            shop.sale("anna", "2024-01-01", "1.00")
            revision = await shop.save()
            answers = await asyncio.gather(*(asyncio.to_thread(ask, server, headers) for _ in range(12)))
            for answer in answers:
                assert answer["viewer"]["business"]["dataRevision"] == revision
                assert answer["segmentation"]["totalRevenue"] == f"{count}.00"
                assert answer["customer"]["purchases"]["orders"] == count
        worked = [pid for pid, seconds in served_by(server).items() if seconds - before[pid] > 0.05]
        assert len(worked) > 1, "the questions went to one worker alone"
    await database.close()


async def test_a_worker_that_is_killed_is_replaced_and_the_others_answer(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    shop = await open_shop(database)
    shop.sale("anna", "2024-01-01", "1.00")
    await shop.save()
    with running(sqlite_url, tmp_path, workers=2) as server:
        killed, other = server.workers()
        ask(server, server.headers(shop.id))
        os.kill(killed, signal.SIGKILL)
        shop.sale("anna", "2024-01-02", "1.00")
        revision = await shop.save()
        await until(lambda: len(set(server.workers()) - {killed}) == 2)
        assert other in server.workers()
        data = ask(server, server.headers(shop.id))
        assert data["viewer"]["business"]["dataRevision"] == revision
    await database.close()


def test_workers_end_when_their_master_is_gone_and_the_next_start_waits_for_it(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    with running(sqlite_url, tmp_path, workers=WORKERS, port=port, drain_seconds=5) as server:
        workers = [psutil.Process(pid) for pid in server.workers()]
        server.process.kill()
        server.process.wait()
        folder = tmp_path / "next"
        folder.mkdir()
        with running(sqlite_url, folder, workers=WORKERS, port=port):
            gone, orphans = psutil.wait_procs(workers, timeout=60)
            for orphan in orphans:
                orphan.kill()

            assert (len(gone), orphans) == (WORKERS, [])


async def test_the_demo_grows_once_and_all_workers_take_its_token(tmp_path: Path) -> None:
    made = await asyncio.to_thread(CliRunner().invoke, cli, ["demo", "--customers", "20"])
    assert made.exit_code == 0, made.output
    database = Database(f"sqlite:///{tmp_path}/var/customer-api.db")
    before = (await find_business(database, "Demo")).revision
    with running(None, tmp_path, workers=2) as server:
        printed = server.log.read_text()
        token = re.search(r"^ +(\S+\.\S+\.\S+)$", printed, re.MULTILINE)
        assert token, printed
        headers = {"Authorization": f"Bearer {token[1]}"}
        for _ in range(8):
            assert ask(server, headers, "{ viewer { business { name } } }")["viewer"]["business"]["name"] == "Demo"
    assert (await find_business(database, "Demo")).revision == before
    await database.close()
