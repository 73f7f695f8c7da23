"""The application's own checks: the types of its operations against the API's schema, its components, its sizes."""

import subprocess
from pathlib import Path

from tests.conftest import missing
from tests.web.conftest import BUILT, REQUIRE_BROWSER, WEB, environment

SECONDS = 240


def run(node: str, *words: str) -> None:
    """Run a script of web/package.json by its own words: npm need not be there."""
    path = f"{Path(node).parent}:{environment()['PATH']}"
    result = subprocess.run(
        [node, *words],
        cwd=WEB,
        env=environment(PATH=path),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert result.returncode == 0, f"{' '.join(words)}\n{result.stdout[-10_000:]}\n{result.stderr[-10_000:]}"


def test_the_operations_are_those_of_the_schema(node: str) -> None:
    gql = "node_modules/gql.tada/bin/cli.js"
    run(node, gql, "generate-output", "--disable-preprocessing")
    run(node, "node_modules/typescript/bin/tsc")
    run(node, gql, "check", "--fail-on-warn")


def test_the_components(node: str) -> None:
    run(node, "node_modules/vitest/vitest.mjs", "run")


def test_no_page_loads_more_script_than_it_may(node: str) -> None:
    if not BUILT.is_file():
        missing("the application is not built: run web/setup.sh", REQUIRE_BROWSER)
    run(node, "scripts/sizes.mjs")
