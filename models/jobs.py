"""Work that outlasts a request: its steps, the parts that are left, and the file that came of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from models.database import table
from models.types import Day, Key, Stored, primary_key, reference, word


class JobKind(StrEnum):
    """What a job does."""

    MAINTENANCE = "MAINTENANCE"
    BULK = "BULK"
    CAMPAIGN = "CAMPAIGN"
    SEGMENTS = "SEGMENTS"
    REPLAY = "REPLAY"
    PERSON_EXPORT = "PERSON_EXPORT"
    DUPLICATES = "DUPLICATES"


class JobStatus(StrEnum):
    """How far a job, or a step of one, is."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Job(Stored, table=True):
    """Work that goes on without the request that began it.

    `asked` is JSON of what to do and holds no personal value; `figures` JSON of what came of it so far. Who does it
    holds the lease until `leased_until`; a lease that ran out is anybody's. Its progress moves no revision.
    """

    __table_args__ = (
        Index("job_by_time", "business_id", "id"),
        Index("job_by_status", "status", "leased_until"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    kind: JobKind = Field(sa_type=word(JobKind))
    status: JobStatus = Field(default=JobStatus.QUEUED, sa_type=word(JobStatus))
    business_day: int | None = Field(default=None, sa_type=Day)
    started_by: str = Field(max_length=200)
    role: str = Field(max_length=24)
    request_id: str | None = Field(default=None, max_length=64)
    customer_id: int | None = reference("customer.id", nullable=True, index=True)
    asked: str = Field(sa_type=Text)
    figures: str = Field(default="{}", sa_type=Text)
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    done: int = 0
    total: int | None = None
    error: str | None = Field(default=None, max_length=500)
    lease: str | None = Field(default=None, max_length=36)
    leased_until: datetime | None = None
    is_cancelled: bool = False  # asked for; between two batches it becomes its status


class JobStep(Stored, table=True):
    """A step of a job, by its name."""

    __table_args__ = (UniqueConstraint("job_id", "position", name="job_step_position"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    job_id: int = reference("job.id")
    position: int
    name: str = Field(max_length=80)
    status: JobStatus = Field(default=JobStatus.QUEUED, sa_type=word(JobStatus))
    done: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = Field(default=None, max_length=500)


class JobBatch(Stored, table=True):
    """A part of a job that is one transaction: the ids that it is about, as JSON; done ones are marked in it."""

    __table_args__ = (UniqueConstraint("job_id", "position", name="job_batch_position"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    job_id: int = reference("job.id")
    position: int
    ids: str = Field(sa_type=Text)
    is_done: bool = False


class JobFile(Stored, table=True):
    """What came of a job as a file, in base64; kept for seven days or until its customer is erased."""

    job_id: int = Field(primary_key=True, foreign_key="job.id", sa_type=Key)
    business_id: int = reference("business.id")
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=80)
    content: str = Field(sa_type=Text)
    made_at: datetime


# ---------------------------------------------------------------- statements

job, job_step, job_batch, job_file = table(Job), table(JobStep), table(JobBatch), table(JobFile)
