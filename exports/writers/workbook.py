"""A workbook written by a process of its own, so that who else asks the server waits for none of its cells."""

import os
import signal
from collections.abc import AsyncGenerator
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyarrow as pa

from exports.document import Document, Table

# A server that is forked: it has no threads that a fork would tear.
processes = get_context("forkserver")
NICE = 10  # who waits for an answer comes first
NAME = "workbook.xlsx"


class Workbook:
    """A workbook that grows in a folder, part by part, a batch of rows at a time; what it does is for a thread."""

    def __init__(self, document: Document, folder: str) -> None:
        self.path = Path(folder, NAME)
        self._told, told = processes.Pipe()
        self._process = processes.Process(target=_write, args=(told, as_told(document), folder), daemon=True)
        self._process.start()
        told.close()

    def begin(self, table: Table) -> None:
        """Begin a sheet for a part."""
        self._tell(replace(_without_readers(table), batch=None))  # its rows come by `write`

    def write(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch to the part that was begun last."""
        self._tell(batch)

    def close(self) -> None:
        """Put the workbook together at `path`."""
        self._tell(None)
        self._hear()

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self._told.close()

    def _tell(self, what: Any) -> None:
        try:
            self._told.send(what)
        except ConnectionError:
            self._hear()
            raise

    def _hear(self) -> None:
        """Wait for its end; what it raised is raised here."""
        try:
            error = self._told.recv()
        except (EOFError, ConnectionError):
            raise RuntimeError("the process that wrote a workbook was ended") from None
        if error is not None:
            raise error


def as_told(document: Document) -> Document:
    """What a workbook says of a document before its parts, without what belongs to the process that reads them."""
    summary = document.summary and _without_readers(document.summary)
    return replace(document, tables=(), summary=summary, charts=(), on_demand=(), printed=())


def _without_readers(table: Table) -> Table:
    columns = tuple(replace(column, read=None) for column in table.columns)
    return replace(table, columns=columns, batches=_nothing)


async def _nothing() -> AsyncGenerator[pa.RecordBatch]:
    for batch in ():
        yield batch


def _write(told: Connection, document: Document, folder: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this ends it
    os.nice(NICE)
    try:
        _write_parts(told, document, folder)
    except EOFError:  # it was left off
        return
    except Exception as error:  # noqa: BLE001  it is raised where somebody hears of it
        told.send(error)
    else:
        told.send(None)


def _write_parts(told: Connection, document: Document, folder: str) -> None:
    from exports.writers.xlsx import XlsxWriter  # noqa: PLC0415  the process that is served by this one does without

    with Path(folder, NAME).open("wb") as file:
        book = XlsxWriter(file, document, folder)
        part = None
        while (what := told.recv()) is not None:
            if isinstance(what, Table):
                part = book.part(what)
            else:
                assert part is not None
                part.write(what)
        book.close()
