"""No file, backup, mapping or link that hypothesis spoils is a fault or takes what it may not. Each is a process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = "from tests.security.files_and_links import main; main()"

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("what", ["files", "imports", "mappings", "backups", "links"])
def test_whatever_is_spoilt_is_read_or_refused_within_bounds(what: str, sqlite_url: str) -> None:
    """A process with limits of time and memory, which takes some seconds to start and to try some hundred."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, what, sqlite_url],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # noqa: TID251
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.endswith(f"{what}: well\n")) == (0, True), done.stderr[-4_000:]
