"""What tests in a browser share: the browser and its driver, and one run of all their files."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.analytics.real_shop import file_of_import
from tests.conftest import DATA, missing
from tests.once import made_once
from tests.web.places import BUILT, WEB, environment, places

DRIVER = WEB / "node_modules" / "playwright-core"
REQUIRE_BROWSER = os.environ.get("REQUIRE_BROWSER") == "1"  # noqa: TID251
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TESTS_SECONDS = 900


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
def outcomes(node: str, browser: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with how each file of tests ended, all of which ran in one browser."""
    if not BUILT.is_file():
        missing("the application is not built: run web/setup.sh", REQUIRE_BROWSER)

    def run_all(folder: Path) -> None:
        told = folder / "places.json"
        retail = file_of_import(tmp_path_factory, sqlite_template, DATA) if DATA.is_dir() else None
        with places(folder, retail) as given:
            told.write_text(json.dumps(given))
            words, settings = [node, "e2e/run.mjs", str(told), str(folder)], environment(CHROMIUM=browser)
            subprocess.run(words, cwd=WEB, env=settings, timeout=TESTS_SECONDS, check=True)

    return made_once(tmp_path_factory, "browser", run_all)
