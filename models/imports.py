"""Runs of the import command, each with what became of the rows of its file."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from models.types import Stored, primary_key, reference, word


class ImportStatus(StrEnum):
    """How an import ended; a crashed one stays RUNNING."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class ImportRun(Stored, table=True):
    """One run of one file. `read` counts rows; the other counts are of rows too, each row in exactly one."""

    __table_args__ = (
        Index("import_run_by_file", "business_id", "file_name", "id"),
        CheckConstraint("rows_read >= 0 AND rows_rejected >= 0", name="import_run_counts"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    file_name: str = Field(max_length=300)
    preset: str = Field(max_length=80)
    status: ImportStatus = Field(default=ImportStatus.RUNNING, sa_type=word(ImportStatus))
    started_at: datetime
    finished_at: datetime | None = None
    rows_read: int = Field(default=0, sa_type=BigInteger)
    rows_written: int = Field(default=0, sa_type=BigInteger)
    rows_updated: int = Field(default=0, sa_type=BigInteger)
    rows_unchanged: int = Field(default=0, sa_type=BigInteger)
    rows_rejected: int = Field(default=0, sa_type=BigInteger)
    error: str | None = None
    revision: int = Field(sa_type=BigInteger)
