"""Jobs as they are shown, begun and cancelled: a job is its starter's, and ADMIN's."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.jobs import (
    JobKind,
    JobStatus,
    job,
    job_batch,
    job_file,
    job_page,
    job_step,
    jobs_with_id,
    steps_of_jobs,
)
from models.rows_in_bulk import take_ids
from resolvers.job_rows import begun_job
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.loaders import many_each, one_each
from resolvers.operation.paging import NEWEST_FIRST, Page, PageArguments, list_digest, pager
from resolvers.operation.refusing import as_member
from resolvers.operation.viewer import Role, Viewer
from rules.bulk import RefusedCustomer, refusals_as_csv
from rules.refusals import NotAllowed, NotAllowedReason, NotFound, Refusal

OVER = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)


# ---------------------------------------------------------------- shown


def is_theirs(viewer: Viewer, row: Any) -> bool:
    """Whether a viewer may see a job."""
    return viewer.role is Role.ADMIN or (viewer.role is not Role.CUSTOMER and row.started_by == viewer.subject)


async def job_by_id(context: Context, ids: Sequence[int], _: Any = None) -> list[Any]:
    """The job of each id, None where there is none, or none that the viewer may see."""
    rows = await context.reader.rows(jobs_with_id(), ids=list(ids))
    return one_each((row for row in rows if is_theirs(context.viewer, row)), ids)


async def list_jobs(context: Context, kind: JobKind | None, arguments: PageArguments) -> Page:
    """A page of the jobs of the business, newest first."""
    page = pager(arguments, list_digest("jobs", kind), NEWEST_FIRST)
    statement = job_page(kind=kind is not None, position=page.request.position is not None)
    wanted = {} if kind is None else {"kind": kind}
    return page.page(await context.reader.rows(statement, **wanted, **page.params))


async def steps_by_job(context: Context, ids: Sequence[int], _: Any) -> list[list[Any]]:
    """The steps of each job in their order."""
    return many_each(await context.reader.rows(steps_of_jobs(), ids=list(ids)), ids, "job_id")


# ---------------------------------------------------------------- begun and cancelled


async def begin_job(
    context: Context,
    asked: dict[str, Any],
    batches: Sequence[Sequence[int]],
    *,
    kind: JobKind = JobKind.BULK,
    total: int | None = None,
) -> int:
    """Begin a job that goes batch by batch, over `total` in all, which are what is in the batches; its id."""
    async with context.services.database.transaction(context.viewer.business_id) as connection:
        (id_,) = await take_ids(connection, job, 1)
        count = sum(map(len, batches)) if total is None else total
        row = {**_of(context, id_), "kind": kind, "asked": orjson.dumps(asked).decode(), "total": count}
        await connection.execute(insert(job).values(row))
        parts = [
            {
                "business_id": context.viewer.business_id,
                "job_id": id_,
                "position": position,
                "ids": orjson.dumps(list(ids)).decode(),
                "is_done": False,
            }
            for position, ids in enumerate(batches)
        ]
        if parts:
            await connection.execute(insert(job_batch), parts)
    return id_


async def keep_refusals(context: Context, asked: dict[str, Any], refused: Sequence[RefusedCustomer], done: int) -> int:
    """Keep who could not be changed as the file of a job that is done; its id."""
    async with context.services.database.transaction(context.viewer.business_id) as connection:
        (id_,) = await take_ids(connection, job, 1)
        now = context.clock()
        over = {"status": JobStatus.DONE, "started_at": now, "finished_at": now, "done": done, "total": done}
        await connection.execute(
            insert(job).values({**_of(context, id_), "asked": orjson.dumps(asked).decode(), **over})
        )
        await write_refusals(connection, context.viewer.business_id, id_, refused, now)
    return id_


def _of(context: Context, id_: int) -> dict[str, Any]:
    return begun_job(id_, context.viewer.business_id, JobKind.BULK, context.actor, context.clock())


async def write_refusals(
    connection: AsyncConnection, business_id: int, job_id: int, refused: Sequence[RefusedCustomer], now: datetime
) -> None:
    """Keep who could not be changed, and why, as the file of a job."""
    told = ((global_id("Customer", one.customer_id), one.reason, one.message) for one in refused)
    content = refusals_as_csv(told)
    row = {"name": f"refusals-{job_id}.csv", "media_type": "text/csv; charset=utf-8", "made_at": now}
    kept = {"business_id": business_id, "job_id": job_id, "content": b64encode(content).decode(), **row}
    await connection.execute(insert(job_file).values(kept))


async def cancel_job(context: Context, id_: int) -> Any:
    """Have a job end before its next batch; the job, or the refusal as a member of the result."""
    rows = await context.reader.rows(jobs_with_id(), ids=[id_])
    try:
        refuse_cancelling(context.viewer, rows[0] if rows else None)
    except Refusal as refusal:
        return as_member(refusal)
    waiting = {"status": JobStatus.CANCELLED, "finished_at": context.clock()}
    mine = (job.c.id == id_, job.c.business_id == context.viewer.business_id)
    steps = update(job_step).where(job_step.c.job_id == id_, job_step.c.status == JobStatus.QUEUED)
    async with context.services.database.transaction(context.viewer.business_id) as connection:
        await connection.execute(update(job).where(*mine, job.c.status.not_in(OVER)).values(is_cancelled=True))
        had_not_begun = update(job).where(*mine, job.c.status == JobStatus.QUEUED).values(waiting)
        if (await connection.execute(had_not_begun)).rowcount:
            await connection.execute(steps.values(status=JobStatus.CANCELLED))
    await context.look_anew()
    return await context.load(job_by_id, id_)


def refuse_cancelling(viewer: Viewer, row: Any) -> None:
    """NotFound or NotAllowed where a job cannot be cancelled by this viewer."""
    if row is None:
        raise NotFound("There is no such job.", ("id",))
    if not is_theirs(viewer, row):
        raise NotAllowed("Who began a job may cancel it, or ADMIN.", NotAllowedReason.NOT_YOURS)
    if row.status in (JobStatus.DONE, JobStatus.FAILED):
        raise NotAllowed(f"The job is {row.status} already.", NotAllowedReason.WRONG_STATE)
