"""SQLite's driver, which hands each step of a statement to a thread; small ones are sooner done where they are."""

import sqlite3
from collections.abc import Callable, Generator, Sequence, Sized
from contextlib import contextmanager
from typing import Any, cast

from aiosqlite import Connection as ThreadedConnection

STEPS = 300_000  # of SQLite's machine: a few milliseconds
ROWS = 1_000  # that are written at once
BEGIN = "BEGIN IMMEDIATE"


class QuickConnection(ThreadedConnection):
    """A connection that does small statements where they are asked for, as long as `at_once` says so.

    Nobody else may use it then. A question that takes long is given to the thread after all, and so is a transaction
    whose turn it is not; a commit always is.
    """

    at_once = False

    async def fetched(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        """The rows of a statement, none of one that only writes."""
        return cast(Sequence[Any], await self._execute(self._execute_fetchall, statement, values))

    async def written(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each of these rows."""
        await self._execute(self._write_rows, statement, rows)

    def _write_rows(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        self._conn.executemany(statement, rows).close()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.at_once and _is_of_statement(fn) and _is_small(args):
            done, result = self._tried(fn, *args, **kwargs)
            if done:
                return result
        return await super()._execute(fn, *args, **kwargs)

    def _tried(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[bool, Any]:
        statement = args[0] if args else ""
        if statement == BEGIN:
            return self._begun(fn, *args)
        if not str(statement).lstrip().startswith("SELECT"):
            return True, fn(*args, **kwargs)
        self._conn.set_progress_handler(lambda: 1, STEPS)  # of what writes it would undo the whole transaction
        try:
            return True, fn(*args, **kwargs)
        except sqlite3.OperationalError:  # stopped, or an error that the thread will meet too
            return False, None
        finally:
            self._conn.set_progress_handler(None, 0)

    def _begun(self, fn: Callable[..., Any], *args: Any) -> tuple[bool, Any]:
        (patience,) = self._conn.execute("PRAGMA busy_timeout").fetchone()
        self._conn.execute("PRAGMA busy_timeout = 0")
        try:
            return True, fn(*args)
        except sqlite3.OperationalError:  # somebody else writes: the thread waits for its turn
            return False, None
        finally:
            self._conn.execute(f"PRAGMA busy_timeout = {patience}")


def _is_of_statement(fn: Callable[..., Any]) -> bool:
    return isinstance(getattr(fn, "__self__", None), sqlite3.Cursor) or fn.__name__ in OF_STATEMENT


OF_STATEMENT = ("cursor", "_execute_fetchall", "_write_rows")


def _is_small(args: tuple[Any, ...]) -> bool:
    return len(args) < 2 or not isinstance(args[1], Sized) or len(args[1]) <= ROWS


def quick_connection(path: str, **options: Any) -> QuickConnection:
    """A connection as the driver makes them, that may be quick."""
    made = QuickConnection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
    cast(Any, made)._thread.daemon = True  # as SQLAlchemy has it
    return made


@contextmanager
def at_once(driver: Any) -> Generator[None]:
    """While a few small statements are run, which nobody has to wait for; nothing where the driver has no thread."""
    if not isinstance(driver, QuickConnection):
        yield
        return
    driver.at_once = True
    try:
        yield
    finally:
        driver.at_once = False
