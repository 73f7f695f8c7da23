"""Pages of docs/ whose blocks are run in their order, as one shell and one program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import SECRET, running

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(words: list[str], text: str, folder: Path, **environment: str) -> str:
    """What a program of a page says."""
    made = {"PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run(words, input=text, cwd=folder, env=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told_by(page: str, folder: Path) -> list[str]:
    """What the programs of a page print, run beside a server of the business that its shell makes."""
    blocks = BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert {language for language, _ in blocks} == {"sh", "python"}
    store = f"sqlite:///{folder / 'shop.db'}"
    called = f"{sys.executable} {ROOT / 'main.py'}"
    making, signing = (text.replace("python main.py", called) for language, text in blocks if language == "sh")
    settings = {"DATABASE_URL": store, "SECRET_KEY": SECRET, "LOG_LEVEL": "error"}
    run(["bash", "-e"], making, folder, **settings)
    token = run(["bash", "-e"], signing, folder, **settings).strip()
    program = "\n".join(text for language, text in blocks if language == "python")
    with running(store, folder) as server:
        said = run([sys.executable, "-"], program, folder, API_URL=server.graphql, API_TOKEN=token)
    return said.splitlines()


@pytest.mark.processes
def test_the_first_day_goes_as_the_page_says(tmp_path: Path) -> None:
    """Three processes, each a second or two to start: they are what the page tells people to start."""
    ann, number, pair, erased = told_by("first-day.md", tmp_path)
    assert ann == "Ann Archer {'email': True}"
    assert number.startswith("CUST-")
    assert "SIMILAR_EMAIL" in pair
    assert "consentEvent" in erased


@pytest.mark.processes
def test_a_loyalty_program_goes_as_the_page_says(tmp_path: Path) -> None:
    """Three processes, each a second or two to start: they are what the page tells people to start."""
    (earned,) = told_by("loyalty.md", tmp_path)
    assert "60.00" in earned
