"""What schemathesis makes up from the schema is answered or refused, and never our mistake."""

import os
from pathlib import Path

from bench.fuzz import demo_client, fuzz

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60" if os.environ.get("CI") in ("1", "true") else "15"))  # noqa: TID251


def test_nothing_that_is_asked_is_an_internal_error(tmp_path: Path) -> None:
    with demo_client(tmp_path) as client:
        told = fuzz(client, SECONDS)

    assert told["answered"] > 0
    assert sum(told.values()) > 20
