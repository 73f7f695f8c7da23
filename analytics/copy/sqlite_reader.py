"""One snapshot of a SQLite store in columns, read by a process of its own.

The Arrow driver brings its own SQLite. Two of them in one process do not see each other's locks, which the system
keeps per process: the driver's takes itself for the last one to close the store, and deletes the log that ours writes.
"""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import IO, Any, cast

import pyarrow as pa

ENDS_WITHIN_SECONDS = 5


class SnapshotLost(ConnectionError):
    """The process that reads the store ended; the message is what it said last."""


class SqliteReader:
    """Asks the process that reads the store; a result is read to its end before the next is asked for."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def execute(self, statement: str) -> None:
        """Send a statement."""
        with suppress(BrokenPipeError):  # why it ended is told where the result is missing
            _file(self._process.stdin).write(json.dumps(statement).encode() + b"\n")
            _file(self._process.stdin).flush()

    def fetch_record_batch(self) -> pa.RecordBatchReader:
        """The rows of the statement, as they come."""
        try:
            stream: Any = pa.ipc.open_stream(cast(Any, self._process.stdout))
        except (pa.ArrowInvalid, OSError) as error:
            raise SnapshotLost(self._last_words()) from error
        return pa.RecordBatchReader.from_batches(stream.schema, self._batches(stream))

    def _batches(self, stream: Any) -> Generator[Any]:
        try:
            yield from stream
        except (pa.ArrowInvalid, OSError) as error:
            raise SnapshotLost(self._last_words()) from error

    def _last_words(self) -> str:
        words = _file(self._process.stderr).read().decode(errors="replace").split()
        return " ".join(words) or "the reader of the store ended"


@contextmanager
def sqlite_snapshot(path: str) -> Generator[SqliteReader]:
    """Read a store at the moment of the first statement."""
    process = subprocess.Popen(
        [sys.executable, "-I", __file__, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield SqliteReader(process)
    finally:
        for file in (process.stdin, process.stdout, process.stderr):
            with suppress(BrokenPipeError):
                _file(file).close()
        try:
            process.wait(ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _file(file: IO[bytes] | None) -> IO[bytes]:
    assert file is not None
    return file


# ---------------------------------------------------------------- the other process


def _answer(path: str) -> None:
    """Answer each line of standard input, a statement as JSON, with an Arrow stream on standard output."""
    import adbc_driver_manager as adbc  # noqa: PLC0415  never loaded beside Python's own SQLite
    import adbc_driver_sqlite  # noqa: PLC0415

    with adbc_driver_sqlite.connect(path) as database, adbc.AdbcConnection(database) as connection:
        connection.set_autocommit(False)
        for line in sys.stdin.buffer:
            with adbc.AdbcStatement(connection) as statement:
                statement.set_sql_query(json.loads(line))
                handle, _ = statement.execute_query()
                _send(pa.RecordBatchReader._import_from_c(handle.address))  # pyright: ignore[reportPrivateUsage]
        connection.rollback()


def _send(rows: pa.RecordBatchReader) -> None:
    with pa.ipc.new_stream(cast(Any, sys.stdout.buffer), rows.schema) as stream:
        for batch in rows:
            stream.write_batch(batch)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        _answer(sys.argv[1])
    except BrokenPipeError:  # nobody reads on
        sys.stdout = None
    except Exception as problem:  # noqa: BLE001  told to the one who asks
        sys.exit(f"{type(problem).__name__}: {problem}")
