"""The application in a browser, against real servers: a case for each file of web/e2e, all of which run at once."""

import json
from pathlib import Path

import pytest

from tests.web.places import RETAIL, WEB

FILES = sorted(path.name for path in (WEB / "e2e").glob("*.test.mjs"))

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("file", FILES)
def test_in_a_browser(file: str, outcomes: Path, request: pytest.FixtureRequest) -> None:
    if file == RETAIL:
        request.getfixturevalue("data_dir")
    ended = json.loads((outcomes / f"{file}.json").read_text())
    print(ended["told"])

    assert ended["failed"] == 0, "tests in the browser failed, see above"
    assert ended["passed"] > 0
