"""What tests in a browser share: the browser and its driver, and a store to look at."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.servers import ROOT, SECRET

WEB = ROOT / "web"
BUILT = WEB / "dist" / "app" / "documents.json"
DRIVER = WEB / "node_modules" / "playwright-core"
REQUIRE_BROWSER = os.environ.get("REQUIRE_BROWSER") == "1"  # noqa: TID251
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TESTS_SECONDS = 900
Drive = Callable[..., None]


def environment(**given: str) -> dict[str, str]:
    """The environment of a process that a test starts."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **given}  # noqa: TID251


def command(store: str, *words: str) -> None:
    """Run a command of the program on a store."""
    settings = environment(DATABASE_URL=store, SECRET_KEY=SECRET)
    subprocess.run([sys.executable, str(ROOT / "main.py"), *words], env=settings, cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js, with the packages of web/."""
    found = shutil.which("node")
    if not found or not DRIVER.is_dir():
        missing("Node.js is not there, or not the packages of web/: run web/setup.sh", REQUIRE_BROWSER)
    return found


@pytest.fixture(scope="session")
def browser() -> str:
    """The system's Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        missing(f"no browser: {' or '.join(BROWSERS)}, on Debian: apt install chromium", REQUIRE_BROWSER)
    return found


@pytest.fixture(scope="session")
def drive(node: str, browser: str) -> Drive:
    """Run files of tests in the browser, two at a time; what failed is shown."""
    if not BUILT.is_file():
        missing("the application is not built: run web/setup.sh", REQUIRE_BROWSER)

    def driving(*files: str, **given: str) -> None:
        result = subprocess.run(
            [node, "--test", "--test-reporter=spec", "--test-concurrency=2", *(f"e2e/{file}" for file in files)],
            cwd=WEB,
            env=environment(CHROMIUM=browser, **given),
            capture_output=True,
            text=True,
            timeout=TESTS_SECONDS,
            check=False,
        )
        print(result.stdout[-20_000:], result.stderr[-2_000:])
        assert result.returncode == 0, "tests in the browser failed, see above"

    return driving


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with a demo shop of 300 customers, to be copied."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    command(f"sqlite:///{path}", "demo", "--customers", "300")
    return path


@pytest.fixture
def shop(small_shop: Path, tmp_path: Path) -> str:
    """The URL of a small shop of this test."""
    shutil.copy(small_shop, tmp_path / "shop.db")
    return f"sqlite:///{tmp_path}/shop.db"
