"""Statements of nightly passes: each is a job of a business for a business day, its steps are the job's."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select, text, update
from sqlalchemy.sql.dml import Update

from models.businesses import Business
from models.database import scoped, table
from models.jobs import NIGHTLY, JobKind, JobStatus, job, job_step
from models.naming import statement

business = table(Business)
LATELY_DAYS = 30
OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)
SHOWN = (job.c.id, job.c.business_id, job.c.business_day, job.c.status, job.c.figures, job.c.finished_at)


@statement
def businesses_at_night() -> Select[Any, Any, Any, Any]:
    """What tells of each business whether a pass of it is due."""
    c = business.c
    return select(c.id, c.timezone, c.created_at, c.nightly_day).order_by(c.id)


@statement
def nights_not_over() -> Select[Any, Any, Any, Any, Any, Any]:
    """The passes of any business that go on or failed, the eldest first."""
    waits = job.c.status.in_((*OPEN, JobStatus.FAILED))
    return select(*SHOWN).where(job.c.kind == JobKind.MAINTENANCE, waits).order_by(job.c.business_day)


@statement
def nights_of_business() -> Select[Any, Any, Any, Any, Any, Any]:
    """The passes of :business since :day, the eldest first."""
    since = (scoped(job), job.c.kind == JobKind.MAINTENANCE, job.c.business_day >= bindparam("day"))
    return select(*SHOWN).where(*since).order_by(job.c.business_day)


@statement
def last_night() -> Select[Any]:
    """The newest pass of :business."""
    mine = (scoped(job), job.c.kind == JobKind.MAINTENANCE)
    return select(job.c.id).where(*mine).order_by(job.c.business_day.desc()).limit(1)


@statement
def nights_standing() -> Select[Any, Any, Any, Any]:
    """For each business, of its last weeks: the last day whose pass is done, when it ended, how many failed."""
    c = job.c
    lately = c.business_day > business.c.nightly_day - LATELY_DAYS
    joined = business.outerjoin(job, and_(c.business_id == business.c.id, text(NIGHTLY), lately))
    is_done = c.status == JobStatus.DONE
    shown = (
        business.c.id,
        func.max(case((is_done, c.business_day))).label("day"),
        func.max(case((is_done, c.finished_at))).label("ended_at"),
        func.count(case((c.status == JobStatus.FAILED, c.id))).label("failures"),
    )
    return select(*shown).select_from(joined).group_by(business.c.id)


def night_begun() -> Update:
    """Say that the pass of :day is the last of :business that was begun."""
    return update(business).where(business.c.id == bindparam("business")).values(nightly_day=bindparam("begun_day"))


@statement
def steps_of_night() -> Select[Any]:
    """The steps of the pass :id in their order."""
    mine = (scoped(job_step), job_step.c.job_id == bindparam("id"))
    return select(job_step).where(*mine).order_by(job_step.c.position)


def night_counted() -> Update:
    """Let the pass :night say how many of its steps are done."""
    mine = (job_step.c.job_id == bindparam("night"), job_step.c.status == JobStatus.DONE)
    count = select(func.count()).where(*mine).scalar_subquery()
    return update(job).where(job.c.id == bindparam("night")).values(done=count)
