"""What schemathesis makes up from the schema is answered or refused, and never our mistake."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.fuzz import demo_client, fuzz

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60" if os.environ.get("CI") in ("1", "true") else "15"))  # noqa: TID251
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "60")  # noqa: TID251
ROOT = Path(__file__).parents[2]


@pytest.mark.processes
def test_documents_variables_and_tokens_that_somebody_made_up() -> None:
    # Takes some seconds: a process of its own, which has limits of time and memory, fills a demo shop.
    command = [sys.executable, "-m", "bench.fuzz_requests"]
    given = {**os.environ, "FUZZ_EXAMPLES": EXAMPLES}  # noqa: TID251
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=600)

    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert "variables, answered" in done.stdout
    assert "signed, answered" in done.stdout


def test_nothing_that_is_asked_is_an_internal_error(tmp_path: Path) -> None:
    with demo_client(tmp_path) as client:
        told = fuzz(client, SECONDS)

    assert told["answered"] > 0
    assert sum(told.values()) > 20
