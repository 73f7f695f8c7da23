"""`restore` says where the new store keeps businesses apart less well than it could."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.commands.command_line import cli
from tests.models.test_tenancy import database_of
from tests.server.conftest import SECRET

pytestmark = pytest.mark.own_store


@pytest.fixture
def backup(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup of a store in which there is nothing."""
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    made = CliRunner().invoke(cli, ["backup", str(tmp_path / "backup.zip")])
    assert made.exit_code == 0, made.output
    return tmp_path / "backup.zip"


def restored(backup: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", url)
    done = CliRunner().invoke(cli, ["restore", str(backup)])
    assert done.exit_code == 0, done.output
    told = done.stdout.partition("no business\n")[2].splitlines(keepends=True)
    assert told[0].startswith("  who was erased since is not known")
    return "".join(told[1:])


def test_sqlite_has_none(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert restored(backup, f"sqlite:///{tmp_path}/other.db", monkeypatch) == (
        "  row-level security is weaker than it could be: SQLite has none: the statements alone keep businesses apart\n"
    )


@pytest.mark.usefixtures("postgres_url")
async def test_a_user_that_may_make_no_role(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database_of("plain user") as url:
        said = await asyncio.to_thread(restored, backup, url, monkeypatch)
    assert said == (
        "  row-level security is weaker than it could be: it binds this user itself, since there is no role for it:"
        " searches read all customers, and the audit can be changed\n"
    )


def test_nothing_is_said_where_it_is_all_that_it_can_be(
    backup: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert restored(backup, postgres_url, monkeypatch) == ""
