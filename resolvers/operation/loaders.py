"""Answers of one statement, put in the order of the keys that were asked for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any


def one_each(rows: Iterable[Any], keys: Sequence[Any], name: str = "id") -> list[Any]:
    """The row of each key, None where there is none."""
    found = {getattr(row, name): row for row in rows}
    return [found.get(key) for key in keys]


def many_each(
    rows: Iterable[Any], keys: Sequence[Any], name: str, of: Callable[[Any], Any] = lambda row: row
) -> list[list[Any]]:
    """The rows of each key in their order."""
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(of(row))
    return [found[key] for key in keys]
