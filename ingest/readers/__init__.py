"""Rows of text out of CSV, Parquet and XLSX files, a chunk at a time, each with its line number."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ingest.problems import ImportProblem
from ingest.readers.cells import text_of
from ingest.readers.delimited import open_delimited
from ingest.readers.parquet import open_parquet
from ingest.readers.source import Chunk, LineCounts, Reading, Source, Wanted
from ingest.readers.workbook import open_workbook

__all__ = ["ENDINGS", "Chunk", "LineCounts", "Source", "Wanted", "open_source", "text_of"]

OPENERS: dict[str, Callable[[Path, Reading], AbstractContextManager[Source]]] = {
    ".csv": open_delimited,
    ".tsv": open_delimited,
    ".txt": open_delimited,
    ".csv.gz": open_delimited,
    ".tsv.gz": open_delimited,
    ".txt.gz": open_delimited,
    ".parquet": open_parquet,
    ".xlsx": open_workbook,
}
ENDINGS = tuple(OPENERS)
OTHER_SPREADSHEETS = (".xls", ".xlsb", ".xlsm", ".ods", ".numbers")


@contextmanager
def open_source(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None, wanted: Wanted | None = None
) -> Generator[Source]:
    """Open a file by its ending. Reading may raise ImportProblem at any row, for what makes the rest unreadable.

    The header is the first of the first 30 records whose names are `wanted`, else the first that is not blank.
    `encoding` (default: what a byte order mark says, else UTF-8) and `delimiter` (default: what a first line `sep=;`
    says, else the one of , ; tab | that splits the header into most columns) matter to text only. Lines count from 1
    as an editor or a spreadsheet shows them, header included; rows of a Parquet file from 1.
    """
    opener = _opener(path)
    if not path.exists():
        raise ImportProblem(f"there is no file {path}")
    if not path.is_file():
        raise ImportProblem(f"{path} is not a file")
    if path.stat().st_size == 0:
        raise ImportProblem(f"{path.name} is empty")
    with opener(path, Reading(encoding=encoding, delimiter=delimiter, wanted=wanted)) as source:
        yield source


def _opener(path: Path) -> Callable[[Path, Reading], AbstractContextManager[Source]]:
    name = path.name.lower()
    for ending, opener in OPENERS.items():
        if name.endswith(ending):
            return opener
    if name.endswith(OTHER_SPREADSHEETS):
        raise ImportProblem(f"{path.name} is a spreadsheet of a kind that is not read: save it as .xlsx or .csv")
    raise ImportProblem(f"cannot tell what kind of file {path.name} is: its name must end in {', '.join(ENDINGS)}")
