"""A store on the disk is its owner's alone, whatever the umask."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import Database
from models.migrate import migrate


@pytest.fixture
def open_umask() -> Generator[None]:
    """Let new files be read by everybody, as far as what makes them does."""
    was = os.umask(0)
    yield
    os.umask(was)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


@pytest.mark.usefixtures("open_umask")
async def test_a_new_store_and_what_lies_beside_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/store.db")
    assert modes(tmp_path) == {}, "connections are made on first need"
    try:
        await migrate(database)
        async with database.transaction() as connection:
            await connection.execute(text("UPDATE installation SET epoch = 'x'"))
            found = modes(tmp_path)
    finally:
        await database.close()

    assert found == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


@pytest.mark.usefixtures("open_umask")
async def test_a_store_that_others_could_read_and_what_lies_beside_it(sqlite_url: str, tmp_path: Path) -> None:
    before, after = Database(sqlite_url), Database(sqlite_url)
    try:
        async with before.transaction() as connection:
            await connection.execute(text("UPDATE installation SET epoch = 'x'"))
            for name in modes(tmp_path):
                (tmp_path / name).chmod(0o664)
            async with after.reading():
                found = modes(tmp_path)
    finally:
        await before.close()
        await after.close()

    assert found == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
