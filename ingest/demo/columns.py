"""Rows as columns: arrays and lists of one length by the name of their column."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.demo.chance import Flags, Ints

Objects = npt.NDArray[np.object_]
Column = npt.NDArray[Any] | Sequence[Any]
Columns = dict[str, Any]  # of Column; a dict is invariant


def words(*values: str | None) -> Objects:
    """Words to look up by number, plain strings as a driver takes them."""
    return np.array([None if value is None else str(value) for value in values], object)


def nullable(values: Ints, known: Flags) -> Objects:
    """Whole numbers, None where they are not known."""
    column = values.astype(object)
    column[~known] = None
    return column


def length_of(columns: Columns) -> int:
    """How many rows there are."""
    return len(next(iter(columns.values())))


def chosen(columns: Columns, which: Flags) -> Columns:
    """The rows that `which` says."""
    return {name: np.asarray(column)[which] for name, column in columns.items()}
