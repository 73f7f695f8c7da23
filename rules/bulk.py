"""Writes of many customers: how many at once, and what is told of those that could not be done."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import NamedTuple

MOST_NAMED = 1_000  # ids that a target may name
MOST_IN_A_CALL = 10_000  # customers; more are a job's
BATCH = 100  # customers of one transaction, so that it holds the lock for a short while on a busy machine too
MOST_TOLD = 100  # refusals; all of them are in a file
MOST_FILE_BYTES = 1_000_000


class RefusedCustomer(NamedTuple):
    """A customer for whom it could not be done, and why."""

    customer_id: int
    message: str
    reason: str | None = None


def batches_of(ids: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    """Ids in the parts in which they are written."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def refusals_as_csv(refused: Iterable[tuple[str, str | None, str]]) -> bytes:
    """Ids, reasons and words of those that could not be done as CSV, as many lines as fit."""
    lines = StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(("customer", "reason", "message"))
    for row in refused:
        before = lines.tell()
        writer.writerow(row)
        if lines.tell() > MOST_FILE_BYTES:  # ids and words of ours are of ASCII alone
            lines.truncate(before)
            break
    return lines.getvalue().encode()
