"""The row of a job, as whoever begins one in an open write makes it."""

from typing import Any

from sqlalchemy import insert

from models.jobs import JobKind, JobStatus, job
from resolvers.operation.writing import Write


async def new_job(write: Write, kind: JobKind, **more: Any) -> int:
    """Begin a job of a kind, as who writes; its id."""
    (id_,) = await write.take_ids(job, 1)
    row = {
        "id": id_,
        "business_id": write.business_id,
        "kind": kind,
        "status": JobStatus.QUEUED,
        "started_by": write.actor.name,
        "role": write.actor.role,
        "request_id": write.actor.request_id,
        "asked": "{}",
        "figures": "{}",
        "created_at": write.now,
        "done": 0,
        "is_cancelled": False,
    }
    await write.connection.execute(insert(job).values({**row, **more}))
    return id_
