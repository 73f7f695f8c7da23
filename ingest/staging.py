"""A temporary copy of a file's rows on disk, from which they come back sale by sale in little memory.

A sale is all rows of one number wherever they stand, so the whole file has to be seen before the first sale is known
to be complete. The rows are kept as a Parquet file, and DuckDB, whose memory is limited, brings them in order.
"""

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self, cast

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.problems import ImportProblem
from ingest.scratch import ScratchFolder

MEMORY = 128  # megabytes, for files of up to
USUAL_COLUMNS = 150
READ_ROWS = 5_000
arrow = cast(Any, pa)  # it comes without types
TEXT = arrow.string()
NUMBER = arrow.int64()
REJECTS_HELD = 5_000


class StagedRows(NamedTuple):
    """Some rows in order of their sale: lines, keys, problems, and one list of texts for each column of the file."""

    lines: list[int]
    keys: list[str]
    problems: list[str | None]
    columns: list[list[str]]


class Staging:
    """The rows of one file, while it is imported. Used as a context; the copy is gone when it ends."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = list(header)
        self.rows = 0
        self.rejected = 0
        self._held: list[tuple[int, str]] = []
        self._folder = ScratchFolder()
        folder = self._folder.path
        columns = [(f"c{index}", TEXT) for index in range(len(self.header))]
        self._schema = arrow.schema([("line", NUMBER), ("key", TEXT), ("problem", TEXT), *columns])
        self._file = folder / "rows.parquet"
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="lz4")
        memory = MEMORY * max(1, len(self.header) / USUAL_COLUMNS)
        self._database = duckdb.connect(
            folder / "order.duckdb",
            config={"memory_limit": f"{memory:.0f}MB", "threads": 1, "temp_directory": str(folder / "spill")},
        )
        self._database.execute("CREATE TABLE reject (line BIGINT, reason VARCHAR)")
        self._database.execute("CREATE TABLE buyer (number VARCHAR)")
        self._database.execute("CREATE TABLE note (line BIGINT, note VARCHAR)")
        self.notes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._database.close()
        self._writer.close()
        self._folder.cleanup()

    def add(
        self, lines: list[int], keys: list[str | None], problems: list[str | None], columns: Sequence[Sequence[str]]
    ) -> None:
        """Keep some rows; one without a key is a reject for its problem, one with both comes back with its sale."""
        arrays = [_array(lines, NUMBER), *(_array(texts, TEXT) for texts in (keys, problems, *columns))]
        rows = arrow.Table.from_arrays(arrays, schema=self._schema)
        self._writer.write_table(rows)
        self.rows += len(lines)

    def close_rows(self, most_rows: int) -> None:
        """Say that all rows were added. Those of a key with more than `most_rows` rows become rejects."""
        self._writer.close()
        self._database.execute(
            f"CREATE TABLE grouped AS SELECT key, min(line) AS head, count(*) AS size FROM {self._source} "
            "WHERE key IS NOT NULL GROUP BY key"
        )
        self._database.execute(f"INSERT INTO reject SELECT line, problem FROM {self._source} WHERE key IS NULL")
        self._database.execute(
            f"INSERT INTO reject SELECT line, coalesce(problem, 'one of ' || size || ' rows with the number ' "
            f"|| left(key, 80) || ': more than {most_rows} cannot be one sale') "
            f"FROM {self._source} JOIN grouped USING (key) WHERE size > {most_rows}"
        )
        self._database.execute(f"DELETE FROM grouped WHERE size > {most_rows}")
        self.rejected = self._number("SELECT count(*) FROM reject")

    def in_order(self) -> Iterator[StagedRows]:
        """All rows that are not rejects yet, those of one key together, keys as they first stand in the file."""
        columns = ", ".join(f"c{index}" for index in range(len(self.header)))
        cursor = self._database.cursor()
        try:
            cursor.execute(
                f"SELECT line, rows.key, problem, {columns} FROM {self._source} AS rows JOIN grouped USING (key) "
                "ORDER BY head, line"
            )
            for lines, keys, problems, *texts in _columns_read(cursor):
                yield StagedRows(lines, keys, problems, texts)
        except duckdb.OutOfMemoryException:
            raise ImportProblem(
                "the rows are too large to be brought in order of their sales: leave out columns of long texts"
            ) from None

    def reject(self, lines: Sequence[int], reason: str) -> None:
        """Note that these rows were not kept, and why."""
        self._held.extend((line, reason) for line in lines)
        self.rejected += len(lines)
        if len(self._held) >= REJECTS_HELD:
            self._flush()

    def note(self, notes: Sequence[tuple[int, str]]) -> None:
        """Remember what was left out of rows that were used, by their lines."""
        if notes:
            lines, texts = zip(*notes, strict=True)
            self.notes += len(notes)
            _append(self._database.cursor(), "note", {"line": _array(lines, NUMBER), "note": _array(texts, TEXT)})

    def first_notes(self, count: int) -> list[tuple[int, str]]:
        """The first of them, in the order of the file."""
        found = self._database.execute(f"SELECT line, note FROM note ORDER BY line LIMIT {int(count)}").fetchall()
        return [(int(line), str(note)) for line, note in found]

    def reasons(self, count: int) -> list[tuple[str, int, int]]:
        """The most frequent reasons of rejects, how many rows each has, and the line of the first."""
        self._flush()
        own = "regexp_replace(reason, '^with line [0-9]+: ', '')"
        found = self._database.execute(
            f"SELECT {own} AS own, count(*), min(line) FROM reject GROUP BY own ORDER BY 2 DESC, 3 LIMIT {int(count)}"
        ).fetchall()
        return [(str(reason), int(rows), int(line)) for reason, rows, line in found]

    def sums_repeated(self, column: int, beside: Sequence[int]) -> tuple[int, int]:
        """Of the keys of several rows, in how many a column says the same in each beside different texts of others, and
        in how many it differs."""
        others = " || '|' || ".join(f"coalesce(c{index}, '')" for index in beside) or "''"
        text = f"nullif(trim(c{column}), '')"
        of_keys = (
            f"SELECT count(*) AS size, count({text}) AS given, count(DISTINCT {text}) AS texts, "
            f"min({text}) AS one_of_them, count(DISTINCT {others}) AS others FROM {self._source} "
            "WHERE key IS NOT NULL GROUP BY key"
        )
        equal = "texts = 1 AND given = size AND others > 1 AND regexp_matches(one_of_them, '[1-9]')"
        different = "texts > 1 OR (texts = 1 AND given < size)"
        found = self._database.execute(
            f"SELECT count(*) FILTER ({equal}), count(*) FILTER ({different}) FROM ({of_keys}) WHERE size > 1"
        ).fetchone()
        return (int(found[0]), int(found[1])) if found else (0, 0)

    def note_buyers(self, numbers: Sequence[str]) -> None:
        """Remember customers that a dry run would make."""
        _append(self._database.cursor(), "buyer", {"number": _array(numbers, TEXT)})

    def count_buyers(self) -> int:
        """How many different customers were noted."""
        return self._number("SELECT count(DISTINCT number) FROM buyer")

    def write_rejects(self, path: Path) -> bool:
        """Write line, reason and the original columns of every reject, in the order of the file; False without any.

        The file appears complete or not at all, and is its owner's alone: it may hold personal data.
        """
        self._flush()
        if not self.rejected:
            return False
        columns = ", ".join(f"c{index}" for index in range(len(self.header)))
        cursor = self._database.cursor()
        cursor.execute(
            f"SELECT line, reason, {columns} FROM {self._source} AS rows JOIN reject USING (line) ORDER BY line"
        )
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            partial.touch(mode=0o600)
            with partial.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(["line", "reason", *self.header])
                for read in _columns_read(cursor):
                    writer.writerows(zip(*read, strict=True))
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return True

    @property
    def _source(self) -> str:
        return f"read_parquet('{str(self._file).replace(chr(39), chr(39) * 2)}')"

    def _flush(self) -> None:
        if not self._held:
            return
        lines, reasons = zip(*self._held, strict=True)
        columns = {"line": _array(lines, NUMBER), "reason": _array(reasons, TEXT)}
        _append(self._database.cursor(), "reject", columns)
        self._held.clear()

    def _number(self, statement: str) -> int:
        row = self._database.execute(statement).fetchone()
        return int(row[0]) if row else 0


def _array(values: Sequence[object], type_: Any) -> Any:
    return arrow.array(values, type_)


def _columns_read(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[list[Any]]]:
    """The columns of what the cursor's statement answers, some rows at a time."""
    for batch in cast(Any, cursor).to_arrow_reader(READ_ROWS):
        yield [column.to_pylist() for column in batch.columns]


def _append(cursor: duckdb.DuckDBPyConnection, target: str, columns: dict[str, Any]) -> None:
    cursor.register("appended", arrow.table(columns))
    cursor.execute(f"INSERT INTO {target} SELECT * FROM appended")
    cursor.unregister("appended")
