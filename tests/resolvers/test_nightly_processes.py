"""Nightly passes by several processes, of which some are killed and some stopped in the midst of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.database import Database
from tests.builders import open_shop
from tests.resolvers.nightly_worker import BATCHES
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
PROCESSES = 4


@contextmanager
def workers(url: str, business: int, folder: Path) -> Generator[list["subprocess.Popen[bytes]"]]:
    command = (sys.executable, "-m", "tests.resolvers.nightly_worker", url, str(business), str(folder))
    with (folder / "workers.log").open("wb") as log, ExitStack() as stack:
        started = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)) for _ in range(PROCESSES)
        ]
        try:
            yield started
        finally:
            for one in started:
                one.kill()
            print((folder / "workers.log").read_text())  # shown where a test fails


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@pytest.mark.processes
@pytest.mark.own_store
async def test_each_batch_of_a_step_is_done_once(database: Database, store_url: str, tmp_path: Path) -> None:
    """Takes ten seconds: a lease of four has to pass twice. A holder is stopped, the next killed.

    Others end the pass, and who was stopped wakes when all is done: it writes nothing.
    """
    shop = await open_shop(database, timezone="UTC", now=datetime.now(UTC))

    async def asked(statement: str) -> Any:
        async with database.reading(shop.id) as connection:
            return (await connection.execute(text(statement))).all()

    async def is_over() -> Any:
        jobs = await asked("SELECT status FROM job WHERE kind = 'MAINTENANCE'")
        return [row.status for row in jobs] == ["DONE"] or None

    with workers(store_url, shop.id, tmp_path) as started:
        await eventually(is_over)
        (stopped,) = [one for one in started if one.poll() is None and is_stopped(one.pid)]
        assert [one.wait() for one in started if one.poll() is not None] == [-signal.SIGKILL]
        before = await asked("SELECT * FROM storefront ORDER BY id")
        os.kill(stopped.pid, signal.SIGCONT)

        async def noticed() -> Any:
            told = (tmp_path / "workers.log").read_text()
            return "job went on elsewhere" in told or "DBAPIError" in told or "InterfaceError" in told or None

        await eventually(noticed)
        assert await asked("SELECT * FROM storefront ORDER BY id") == before
    names = [row.name.split() for row in before]
    assert [int(done) for _, _, done, _, _ in names] == list(range(BATCHES))
    fences = [int(fence) for *_, fence in names]
    assert fences == sorted(fences)
    assert len(set(fences)) >= 3
    (step,) = await asked("SELECT status, done FROM job_step")
    assert (step.status, step.done) == ("DONE", BATCHES)
