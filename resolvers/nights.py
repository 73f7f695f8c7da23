"""The nightly pass: begun once for each business and business day, as a job whose steps are each done once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import structlog
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.audit import AuditSource
from models.database import Database
from models.jobs import JobKind, JobStatus, job, job_step
from models.nights import (
    OPEN,
    businesses_at_night,
    last_night,
    night_begun,
    night_counted,
    nights_not_over,
    nights_of_business,
    nights_standing,
    steps_of_night,
)
from models.outages import is_outage
from resolvers.held_jobs import FAILED, HeldJob, end_job
from resolvers.job_rows import new_job
from resolvers.jobs import job_by_id
from resolvers.night_steps import STEP_CALLED, STEPS
from resolvers.night_work import Night
from resolvers.operation.actor import Actor
from resolvers.operation.context import Context
from resolvers.operation.leases import LeaseLost
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role
from resolvers.operation.writing import Write, writing
from rules.days import date_of
from rules.failures import Failure
from rules.nights import SCHEDULE, TRIED_AGAIN_DAYS, day_due, is_tried_again, next_night
from rules.refusals import NotFound

log = structlog.get_logger()


class NoSuchNight(Failure):
    """A pass that cannot be run; the message says why."""


BY_SCHEDULE = Actor(SCHEDULE, Role.ADMIN, AuditSource.JOB)
SUPERSEDED = "The pass of a later day does it."
CANCELLED_AT_ONCE = (JobStatus.FAILED, JobStatus.CANCELLED)  # what is done again where somebody asks for it


# ---------------------------------------------------------------- begun


async def begin_nights(services: Services, clock: Callable[[], datetime]) -> bool:
    """Begin the passes that are due, one for each business at a time; whether there is one that is not over.

    Most looks find nothing, and hold up nobody.
    """
    async with services.database.reading() as connection:
        businesses = (await connection.execute(businesses_at_night())).all()
        waiting = (await connection.execute(nights_not_over())).all()
    nights: dict[int, list[Any]] = {}
    for row in waiting:
        nights.setdefault(row.business_id, []).append(row)
    goes_on = any(row.status in OPEN for row in waiting)
    for business in businesses:
        if _wanted(business, nights.get(business.id, ()), clock(), services.nightly_hour) is not None:
            await begin_night(services.database, business.id, services.nightly_hour, clock)
            goes_on = True
    return goes_on


async def begin_night(database: Database, business_id: int, hour: int, clock: Callable[[], datetime]) -> int | None:
    """Begin the pass that is due, or try one again that failed; its job, None where there is none by now."""
    async with writing(database, business_id, actor=BY_SCHEDULE, clock=clock) as write:
        nights = await _nights(write)
        wanted = _wanted(write.business, nights, write.now, hour)
        return None if wanted is None else await _begin(write, wanted, hour)


async def begin_at_once(write: Write, hour: int) -> int | None:
    """Begin the pass that is due for who asks for it: the one that goes on, or where nothing is due the last."""
    nights = await _nights(write)
    going = next((row for row in nights if row.status in OPEN), None)
    if going is not None:
        return going.id
    due = next_night(write.business.nightly_day, write.business.created_at, write.now, hour, write.zone)
    if due is not None:
        return await _made(write, due, hour)
    undone = next((row for row in reversed(nights) if row.status in CANCELLED_AT_ONCE), None)
    if undone is not None and undone.business_day == write.business.nightly_day:
        return await _again(write, undone)
    found = await write.rows(last_night())
    return found[0].id if found else None


@dataclass(frozen=True)
class NightAgain:
    """A pass that is run again, or the last one that is due; with `step` that one, whether it is done or not."""

    hour: int
    day: int | None
    step: str | None


async def begin_again(write: Write, asked: NightAgain) -> int:
    """Begin a pass that was asked for by its day; its job. NoSuchNight where there can be none."""
    due = day_due(write.now, asked.hour, write.zone)
    day = due if asked.day is None else asked.day
    begun = write.business.nightly_day
    if day > due or any(row.status in OPEN for row in await _nights(write)):
        raise NoSuchNight(f"the pass of {date_of(day)} is not due yet, or one goes on at this moment")
    if asked.step is not None and not (day == due or STEP_CALLED[asked.step].is_made_up):
        raise NoSuchNight(f"{asked.step} is done for the last day alone, which is {date_of(due)}")
    if begun is None or day > begun:
        raise NoSuchNight(f"the pass of {date_of(day)} was not run yet: leave out --day and --step")
    names = [step.name for step in STEPS if step.is_made_up] if asked.step is None else [asked.step]
    row = next((row for row in await write.rows(nights_of_business(), day=day) if row.business_day == day), None)
    if row is None:
        return await night_job(write, day, names)
    if asked.step is not None:
        mine = (job_step.c.job_id == row.id, job_step.c.name == asked.step)
        again = update(job_step).where(*mine).values(status=JobStatus.QUEUED, done=0)
        if not (await write.connection.execute(again)).rowcount:
            raise NoSuchNight(f"the pass of {date_of(day)} has no step {asked.step}")
    return await _again(write, row)


async def _nights(write: Write) -> Sequence[Any]:
    since = (write.business.nightly_day or 0) - TRIED_AGAIN_DAYS
    return await write.rows(nights_of_business(), day=since)


def _wanted(business: Any, nights: Sequence[Any], now: datetime, hour: int) -> Any:
    """What is to be begun: a pass that failed, by its row, or a day, by its number; None where one goes on."""
    if any(row.status in OPEN for row in nights):
        return None
    due = next_night(business.nightly_day, business.created_at, now, hour, ZoneInfo(business.timezone))
    for row in nights:
        if row.status is JobStatus.FAILED and row.business_day > (business.nightly_day or 0) - TRIED_AGAIN_DAYS:
            is_first = due is not None and _tries(row) == 1
            if is_first or is_tried_again(_tries(row), row.finished_at, now):
                return row
    return due


async def _begin(write: Write, wanted: Any, hour: int) -> int:
    return await (_made(write, wanted, hour) if isinstance(wanted, int) else _again(write, wanted))


async def _made(write: Write, day: int, hour: int) -> int:
    """Make the job of a day; a later one that is due too leaves to this one only what is made up."""
    is_last = _is_last(write, day, hour)
    names = [step.name for step in STEPS if step.is_made_up or is_last]
    id_ = await night_job(write, day, names)
    await write.connection.execute(night_begun(), {"business": write.business_id, "begun_day": day})
    return id_


def _is_last(write: Write, day: int, hour: int) -> bool:
    """Whether no later day is due."""
    return next_night(day, write.business.created_at, write.now, hour, write.zone) is None


async def night_job(write: Write, day: int, names: Sequence[str]) -> int:
    """Make the job of a day with steps of these names."""
    id_ = await new_job(write, JobKind.MAINTENANCE, business_day=day, total=len(names))
    steps = [
        {"business_id": write.business_id, "job_id": id_, "position": place, "name": name, "status": JobStatus.QUEUED}
        for place, name in enumerate(names)
    ]
    if steps:
        await write.connection.execute(insert(job_step).values([{**step, "done": 0} for step in steps]))
    return id_


async def _again(write: Write, row: Any) -> int:
    """Let a pass go on with the steps that are not done."""
    left = (job_step.c.job_id == row.id, job_step.c.status != JobStatus.DONE)
    await write.connection.execute(update(job_step).where(*left).values(status=JobStatus.QUEUED, error=None))
    begun = {"status": JobStatus.QUEUED, "error": None, "finished_at": None, "is_cancelled": False}
    await write.connection.execute(update(job).where(job.c.id == row.id).values(begun))
    return row.id


def _tries(row: Any) -> int:
    return orjson.loads(row.figures).get("tries", 0)


@dataclass(frozen=True)
class RunMaintenance:
    """That the nightly pass be run now, in an installation where it begins at this hour."""

    hour: int


@dataclass(frozen=True)
class MaintenanceBegun:
    """The job that runs it, or ran it the last time."""

    job_id: int


async def run_maintenance(write: Write, asked: RunMaintenance) -> MaintenanceBegun:
    """Begin the pass that is due for who asks for it, which is no change of the business's data."""
    id_ = await begin_at_once(write, asked.hour)
    if id_ is None:
        raise NotFound("There was no nightly pass yet, and none is due.", ())
    return MaintenanceBegun(id_)


async def begin_maintenance(context: Context) -> Any:
    """The same; the job, or the refusal as a member of the result."""
    done = await context.write(run_maintenance, RunMaintenance(context.services.nightly_hour))
    return await context.load(job_by_id, done.job_id) if isinstance(done, MaintenanceBegun) else done


# ---------------------------------------------------------------- done


async def do_night(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> bool:
    """Do the next batch of the first step that is left; whether there may be more."""
    async with held.writing(services, clock) as (write, row):
        steps = await write.rows(steps_of_night(), id=row.id)
        step = next((step for step in steps if step.status in OPEN), None)
        if row.is_cancelled or step is None:
            await _end(write, row, steps)
            return False
        known = STEP_CALLED.get(step.name)
        if known is None or not (known.is_made_up or _is_last(write, row.business_day, services.nightly_hour)):
            await _ends(write.connection, step, JobStatus.CANCELLED, write.now, SUPERSEDED)
            return True
        night = Night(services, held, clock, write.business, row.business_day, step.id, step.done)
        begun = {"status": JobStatus.RUNNING, "started_at": step.started_at or write.now}
        await write.connection.execute(update(job_step).where(job_step.c.id == step.id).values(begun))
    await _do_step(night, known.batch, step)
    return True


async def _do_step(night: Night, batch: Callable[[Night], Any], step: Any) -> None:
    try:
        goes_on = await batch(night)
    except LeaseLost:
        raise
    except Exception as error:
        if is_outage(error):
            raise  # the lease runs out, and somebody goes on
        log.exception("step of the nightly pass failed", step=step.name, business=night.business.id, day=night.day)
        async with night.tidying() as connection:
            await _ends(connection, step, JobStatus.FAILED, night.now, FAILED)
        return
    if not goes_on:
        async with night.tidying() as connection:
            await _ends(connection, step, JobStatus.DONE, night.now)
            await connection.execute(night_counted(), {"night": step.job_id})


async def _ends(
    connection: AsyncConnection, step: Any, status: JobStatus, now: datetime, error: str | None = None
) -> None:
    over = {"status": status, "finished_at": now, "error": error}
    await connection.execute(update(job_step).where(job_step.c.id == step.id).values(over))


async def _end(write: Write, row: Any, steps: Sequence[Any]) -> None:
    """Let a pass be over: done, cancelled with what is left of it, or failed in some steps, which are tried again."""
    failed = [step.name for step in steps if step.status is JobStatus.FAILED]
    tries = {"figures": orjson.dumps({"tries": _tries(row) + 1}).decode()}
    if row.is_cancelled:
        for step in steps:
            if step.status in (*OPEN, JobStatus.FAILED):
                await _ends(write.connection, step, JobStatus.CANCELLED, write.now)
        await end_job(write, row, status=JobStatus.CANCELLED, **tries)
    elif failed:
        await end_job(write, row, status=JobStatus.FAILED, error=f"Failed: {', '.join(failed)}.", **tries)
    else:
        await end_job(write, row, status=JobStatus.DONE, **tries)


# ---------------------------------------------------------------- watched


@dataclass(frozen=True)
class NightStanding:
    """How far the passes of a business are: the last day that is done, how long ago that was, how many failed."""

    business_id: int
    day: datetime | None
    age: timedelta | None
    failures: int


async def last_nights(database: Database, now: datetime) -> list[NightStanding]:
    """How far the passes of each business are."""
    async with database.reading() as connection:
        rows = (await connection.execute(nights_standing())).all()
    return [
        NightStanding(
            row.id,
            None if row.day is None else datetime.combine(date_of(row.day), time(), UTC),
            None if row.ended_at is None else now - row.ended_at,
            row.failures,
        )
        for row in rows
    ]
