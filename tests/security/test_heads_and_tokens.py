"""No head and no token that hypothesis thinks of is kept, waited for or failed at. Each case is a process."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.database import Database
from tests.builders import open_shop

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("what", ["heads", "headers", "addresses", "tokens"])
async def test_whatever_is_sent_is_taken_or_refused_within_bounds(what: str, sqlite_url: str) -> None:
    """A process with limits of time and memory, which takes some seconds to start and to try a hundred of each."""
    database = Database(sqlite_url)
    await open_shop(database)
    await database.close()
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-W", "error", "-m", "tests.security.heads_and_tokens", what, sqlite_url],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # noqa: TID251
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{what}: well\n"), done.stderr[-4_000:]
