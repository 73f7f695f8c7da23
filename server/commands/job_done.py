"""A job that a command begins and does to its end."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Select

from models.jobs import GOES_ON, jobs_with_id
from resolvers.held_jobs import HeldJob
from resolvers.operation.services import Services
from server.job_loop import do_job

LOOKS_EVERY_SECONDS = 0.5  # at a job that another process does


def now() -> datetime:
    """The moment that it is."""
    return datetime.now(UTC)


async def job_done(services: Services, business_id: int, job_id: int) -> Any:
    """Do a job, or wait for who does it; its row as it is then."""
    while (row := (await stored(services, business_id, jobs_with_id(), ids=[job_id]))[0]).status in GOES_ON:
        held = await HeldJob.taken(services, now(), job_id)
        await (asyncio.sleep(LOOKS_EVERY_SECONDS) if held is None else do_job(services, held, now))
    return row


async def stored(services: Services, business_id: int, statement: Any, **params: Any) -> list[Any]:
    """The rows of a statement of a business."""
    async with services.database.reading(business_id) as connection:
        bound = {"business": business_id, **params}
        return list((await connection.execute(cast(Select[Any], statement), bound)).all())
