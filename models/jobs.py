"""Work that outlasts a request: its steps, the parts that are left, and the file that came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Select,
    SelectBase,
    Text,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlmodel import Field

from models.database import any_of, owned, scoped, table
from models.leases import work_lease
from models.naming import statement
from models.types import Day, GlobalId, Key, Stored, index_where, primary_key, reference, word


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


NIGHTLY = "kind = 'MAINTENANCE'"


class Job(Stored, table=True):
    """Work that goes on without the request that began it.

    `asked` is JSON of what to do and holds no personal value; `figures` JSON of what came of it so far. Who does it
    holds its lease. Its progress moves no revision.
    """

    __table_args__ = (
        Index("job_by_time", "business_id", "id"),
        Index("job_by_status", "status", "id"),
        index_where(NIGHTLY, "job_of_night", "business_id", "business_day", unique=True),
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


def _shown() -> list[ColumnElement[Any]]:
    c = job.c
    hidden = {"business_id", "role", "request_id", "asked", "figures", "is_cancelled"}
    columns: list[ColumnElement[Any]] = [column for column in c if column.name not in hidden]
    # `occurred_at` is what every list newest first is ordered by.
    return [*columns, c.created_at.label("occurred_at"), type_coerce(c.id, GlobalId("Job")).label("global_id")]


@statement
def jobs_with_id() -> SelectBase:
    """The jobs :ids as they are shown."""
    return select(*_shown()).where(owned(job), any_of(job.c.id, "ids"))


@statement
def job_page(kind: bool, position: bool) -> SelectBase:
    """Up to :size jobs of the business, newest first, of the :kind and past :at and :id."""
    conditions = [scoped(job)]
    if kind:
        conditions.append(job.c.kind == bindparam("kind", type_=job.c.kind.type))
    if position:
        at = bindparam("at", type_=job.c.created_at.type)
        same = and_(job.c.created_at == at, job.c.id < bindparam("id"))
        conditions.append(or_(job.c.created_at < at, same))
    newest = (job.c.created_at.desc(), job.c.id.desc())
    return select(*_shown()).where(*conditions).order_by(*newest).limit(bindparam("size"))


@statement
def steps_of_jobs() -> SelectBase:
    """The steps of the jobs :ids in their order."""
    hidden = ("business_id", "id", "position")
    columns = [column for column in job_step.c if column.name not in hidden]
    mine = (owned(job_step), any_of(job_step.c.job_id, "ids"))
    return select(*columns).where(*mine).order_by(job_step.c.job_id, job_step.c.position)


@statement
def files_of_jobs() -> SelectBase:
    """Which of the jobs :ids have a file, and what it is called."""
    mine = (owned(job_file), any_of(job_file.c.job_id, "ids"))
    return select(job_file.c.job_id, job_file.c.name).where(*mine)


@statement
def file_of_job() -> Select[Any]:
    """The file of the job :id."""
    return select(job_file).where(scoped(job_file), job_file.c.job_id == bindparam("id"))


# ---------------------------------------------------------------- doing them


LEASED_JOB = "job"  # the kind of a job's lease
GOES_ON = (JobStatus.QUEUED, JobStatus.RUNNING)


@statement
def job_to_do(is_certain: bool) -> Select[Any, Any, Any, Any, Any, Any]:
    """The oldest job of any business that is not over and that nobody does at :now, or the one with :id."""
    c = work_lease.c
    its = and_(c.business_id == job.c.business_id, c.kind == LEASED_JOB, c.subject_id == job.c.id)
    is_free = or_(c.ends_at.is_(None), c.ends_at < bindparam("now", type_=c.ends_at.type))
    shown = (job.c.id, job.c.business_id, job.c.kind, job.c.started_by, job.c.role, job.c.request_id)
    wanted = [job.c.status.in_(GOES_ON), is_free, *([job.c.id == bindparam("id")] if is_certain else [])]
    found = select(*shown).select_from(job.outerjoin(work_lease, its)).where(*wanted)
    return found.order_by(job.c.id).limit(1)


def job_begun() -> Update:
    """Let the job :job_id run, since :now where it did not; of one that is over there is no row."""
    mine = (scoped(job), job.c.id == bindparam("job_id"), job.c.status.in_(GOES_ON))
    since = func.coalesce(job.c.started_at, bindparam("now", type_=job.c.started_at.type))
    return update(job).where(*mine).values(status=JobStatus.RUNNING, started_at=since)


@statement
def job_running() -> Select[Any]:
    """The job :id, where it is not over."""
    return select(job).where(scoped(job), job.c.id == bindparam("id"), job.c.status == JobStatus.RUNNING)


@statement
def jobs_going() -> SelectBase:
    """The jobs of a :kind of the business that are not over, the eldest first."""
    mine = (scoped(job), job.c.kind == bindparam("kind", type_=job.c.kind.type), job.c.status.in_(GOES_ON))
    return select(job.c.id).where(*mine).order_by(job.c.id)


@statement
def next_batch() -> Select[Any]:
    """The first part of the job :id that is not done."""
    mine = (scoped(job_batch), job_batch.c.job_id == bindparam("id"), ~job_batch.c.is_done)
    return select(job_batch).where(*mine).order_by(job_batch.c.position).limit(1)
