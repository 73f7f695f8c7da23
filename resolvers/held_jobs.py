"""Jobs as they are done: by one process at a time, each write of it under its lease."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import update

from models.audit import AuditSource
from models.jobs import LEASED_JOB, JobKind, JobStatus, job, job_begun, job_running, job_to_do
from resolvers.operation.actor import Actor
from resolvers.operation.leases import Lease, LeasedWork, LeaseLost, take_lease
from resolvers.operation.services import Services
from resolvers.operation.writing import Write, writing

FAILED = "It met an error that is in the server's log."


@dataclass(frozen=True)
class HeldJob:
    """A job that this process does, as who began it, for as long as it goes on renewing the lease."""

    id: int
    business_id: int
    kind: JobKind
    actor: Actor
    lease: Lease

    @classmethod
    async def taken(cls, services: Services, now: datetime, job_id: int | None = None) -> Self | None:
        """The oldest job that nobody does, or a certain one; None where there is none."""
        certain = {} if job_id is None else {"id": job_id}
        async with services.database.reading() as connection:  # most looks find nothing, and hold up nobody
            found = (await connection.execute(job_to_do(bool(certain)), {"now": now, **certain})).one_or_none()
        if found is None:
            return None
        async with services.database.transaction(found.business_id) as connection:
            lease = await take_lease(connection, LeasedWork(found.business_id, LEASED_JOB, found.id), now)
            if lease is None:
                return None
            bound = {"business": found.business_id, "job_id": found.id, "now": now}
            if not (await connection.execute(job_begun(), bound)).rowcount:  # somebody was quicker, and has done it
                await lease.end(connection, now)
                return None
        actor = Actor(found.started_by, found.role, AuditSource.JOB, found.request_id)
        return cls(found.id, found.business_id, found.kind, actor, lease)

    @asynccontextmanager
    async def writing(self, services: Services, clock: Callable[[], datetime]) -> AsyncGenerator[tuple[Write, Any]]:
        """A transaction of the job with its row; LeaseLost where it is over, or somebody else's by now."""
        turn = services.write_turns[self.business_id]
        opened = writing(services.database, self.business_id, actor=self.actor, clock=clock, lease=self.lease)
        async with turn, opened as write:
            rows = await write.rows(job_running(), id=self.id)
            if not rows:
                raise LeaseLost
            yield write, rows[0]

    async def leave(self, services: Services, now: datetime) -> None:
        """Let go of the lease: a job that is begun again waits for nobody."""
        async with services.database.transaction(self.business_id) as connection:
            await self.lease.end(connection, now)


async def end_job(write: Write, row: Any, **came: Any) -> None:
    """Let a job be over, with what came of it."""
    over = {"finished_at": write.now, **came}
    await write.connection.execute(update(job).where(job.c.id == row.id).values(over))


async def fail_job(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> None:
    """Let a job end as failed."""
    async with held.writing(services, clock) as (write, row):
        await end_job(write, row, status=JobStatus.FAILED, error=FAILED)
