"""What a killed import left on disk goes with the next start of one; what a living one uses stays."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ingest import scratch
from ingest.scratch import ScratchFolder

HOLDING = """
from ingest.staging import Staging
import sys
with Staging(["a"]) as staging:
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.mark.processes
def test_the_folder_of_a_killed_import_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "NEW_SECONDS", -1)
    command, env = [sys.executable, "-c", HOLDING], {"TMPDIR": str(tmp_path)}
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"ready\n"
        (left,) = tmp_path.iterdir()

        ScratchFolder().cleanup()
        assert list(tmp_path.iterdir()) == [left]

        other.send_signal(signal.SIGKILL)
        other.wait()

    ScratchFolder().cleanup()
    assert list(tmp_path.iterdir()) == []
