"""What an import did, and what it understood of its file."""

from dataclasses import dataclass
from pathlib import Path

from ingest.books import Books
from ingest.drafts import Draft
from ingest.mapping import Mapping
from ingest.readers import LineCounts
from ingest.surveys import FoundStyles


@dataclass(frozen=True)
class FileUnderstood:
    """What an import understood of a file, for whoever looks before it is written."""

    mapping: Mapping
    header: list[str]
    unused: list[str]  # columns of the file that no field reads
    styles: FoundStyles
    lines: LineCounts
    first_drafts: list[Draft]
    notes: list[tuple[int, str]]  # what of profiles was left out, the first of them by line
    reasons: list[tuple[str, int, int]]  # of rejects: reason, rows, first line


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, or in a dry run would have done. Every row read is in exactly one of the four counts."""

    read: int
    written: int
    updated: int
    unchanged: int
    rejected: int
    sales: int  # written or updated
    refunds: int  # written or updated
    customers: int  # made
    contacts_dropped: int  # e-mails and phones left out: impossible, or another customer's
    notes: int  # other parts of profiles left out
    seconds: float
    dry_run: bool
    rejects: Path | None  # the file of the rejected rows, None where there is none
    books: Books
    understood: FileUnderstood

    @property
    def rows_per_second(self) -> float:
        """How fast it was."""
        return self.read / self.seconds if self.seconds else 0.0
