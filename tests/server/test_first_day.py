"""The blocks of docs/first-day.md, run in their order as one shell and one program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import SECRET, running

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first-day.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(words: list[str], text: str, folder: Path, **environment: str) -> str:
    """What a program of a page says."""
    made = {"PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run(words, input=text, cwd=folder, env=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.processes
def test_the_first_day_goes_as_the_page_says(tmp_path: Path) -> None:
    """Three processes, each a second or two to start: they are what the page tells people to start."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert {language for language, _ in blocks} == {"sh", "python"}
    store = f"sqlite:///{tmp_path / 'shop.db'}"
    called = f"{sys.executable} {ROOT / 'main.py'}"
    making, signing = (text.replace("python main.py", called) for language, text in blocks if language == "sh")
    settings = {"DATABASE_URL": store, "SECRET_KEY": SECRET, "LOG_LEVEL": "error"}
    run(["bash", "-e"], making, tmp_path, **settings)
    token = run(["bash", "-e"], signing, tmp_path, **settings).strip()
    program = "\n".join(text for language, text in blocks if language == "python")
    with running(store, tmp_path) as server:
        said = run([sys.executable, "-"], program, tmp_path, API_URL=server.graphql, API_TOKEN=token)
    ann, number, pair, erased = said.splitlines()
    assert ann == "Ann Archer {'email': True}"
    assert number.startswith("CUST-")
    assert "SIMILAR_EMAIL" in pair
    assert "consentEvent" in erased
