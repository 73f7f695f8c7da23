"""The row of a job that begins."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from models.jobs import JobKind, JobStatus, job
from resolvers.operation.actor import Actor
from resolvers.operation.writing import Write


def begun_job(id_: int, business_id: int, kind: JobKind, actor: Actor, now: datetime) -> dict[str, Any]:
    """A job of a kind that somebody begins: nothing is said of it, and nothing is done."""
    return {
        "id": id_,
        "business_id": business_id,
        "kind": kind,
        "status": JobStatus.QUEUED,
        "started_by": actor.name,
        "role": actor.role,
        "request_id": actor.request_id,
        "asked": "{}",
        "figures": "{}",
        "created_at": now,
        "done": 0,
        "is_cancelled": False,
    }


async def new_job(write: Write, kind: JobKind, **more: Any) -> int:
    """Begin a job of a kind in an open write, as who writes; its id."""
    (id_,) = await write.take_ids(job, 1)
    row = begun_job(id_, write.business_id, kind, write.actor, write.now)
    await write.connection.execute(insert(job).values({**row, **more}))
    return id_
