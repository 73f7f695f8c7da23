"""A process imports what it needs at its start, and no more. Each case is a process, which takes a second or two."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from resolvers.exports import EXPORTABLE
from rules.exports import REPORTS
from tests.server.conftest import SECRET

ROOT = Path(__file__).parents[2]
TELL = "; import sys; print(*sorted(sys.modules))"
HELP = (
    "sys.argv = ['main.py', '--help']\ntry: runpy.run_path('main.py', run_name='__main__')\nexcept SystemExit: pass\n"
)
WORKER = "import main; main.app"

ONLY_WHERE_USED = (
    "alembic",
    "scipy",
    "reportlab",
    "pymupdf_fonts",
    "xlsxwriter",
    "openpyxl",
    "rich",
    "ingest",
    "httpx",
    "duckdb",
    "phonenumbers",
    *("asyncpg", "adbc_driver_manager"),
    *("exports.files", "exports.reports", "exports.drawing", "pyarrow.parquet", "bidi"),
)
NOT_FOR_HELP = (
    *("sqlalchemy", "strawberry", "graphql", "duckdb", "pyarrow", "numpy", "pydantic", "starlette", "uvicorn"),
    *("structlog", "asyncio", "models", "analytics", "resolvers", "schema", "exports"),
)


def imported(code: str, folder: Path) -> set[str]:
    """The modules of a process that has run some code."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code + TELL],
        cwd=ROOT,
        env={**os.environ, "SECRET_KEY": SECRET, "DATABASE_URL": f"sqlite:///{folder}/store.db"},  # noqa: TID251
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [(f"import runpy, sys\n{HELP}import sys", (*ONLY_WHERE_USED, *NOT_FOR_HELP)), (WORKER, ONLY_WHERE_USED)],
    ids=["help", "worker"],
)
def test_a_process_begins_without_what_it_may_never_need(code: str, unwanted: tuple[str, ...], tmp_path: Path) -> None:
    modules = imported(code, tmp_path)

    assert modules & set(unwanted) == set()
    assert ("server.commands.command_line" if "runpy" in code else "server.app") in modules


def test_help_names_all_there_is() -> None:
    """Its words are known without what they are the names of."""
    assert list(REPORTS) == [each.name for each in EXPORTABLE if not each.name.endswith("-customers")]
