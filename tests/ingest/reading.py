"""Files made of what a test says, and what is read of them."""

from pathlib import Path

import pytest

from ingest.problems import ImportProblem
from ingest.readers import LineCounts, open_source


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(path: Path, **options):
    """The header, the rows with their line numbers, and the problems of those that have one."""
    with open_source(path, **options) as source:
        chunks = list(source.chunks)
    rows = [(line, *row) for chunk in chunks for line, row in zip(chunk.lines, chunk.rows, strict=True)]
    return source.header, rows, [problem for chunk in chunks for problem in chunk.problems.values()]


def rejects_of(path: Path, **options) -> dict[int, str]:
    """What is wrong with which line."""
    with open_source(path, **options) as source:
        return {chunk.lines[at]: problem for chunk in source.chunks for at, problem in chunk.problems.items()}


def counts_of(path: Path, **options) -> LineCounts:
    with open_source(path, **options) as source:
        given = sum(len(chunk.rows) for chunk in source.chunks)
    assert given == source.counts.records
    return source.counts


def problem_of(path: Path, **options) -> str:
    with pytest.raises(ImportProblem) as refused:
        rows_of(path, **options)
    return str(refused.value)
