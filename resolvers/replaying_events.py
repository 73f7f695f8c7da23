"""Events sent again to an endpoint, as a job: the same events with the same ids, in deliveries of their own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

import orjson
from sqlalchemy import update

from models.deliveries import deliveries_made
from models.events import events_between
from models.jobs import JobKind, JobStatus, job, job_batch, next_batch
from models.webhooks import endpoint_locked, endpoint_row
from resolvers.deliveries import told_so_far
from resolvers.held_jobs import HeldJob, end_job
from resolvers.jobs import begin_job, job_by_id
from resolvers.operation.context import Context
from resolvers.operation.refusing import as_member, checked_input
from resolvers.operation.services import Services
from resolvers.operation.writing import Write
from rules.events import STREAMED
from rules.problems import Problems, known_word, short_list
from rules.refusals import InputProblemCode, NotFound, Refusal
from rules.webhooks import MOST_TYPES

BATCH = 500  # sequences


@dataclass(frozen=True)
class ReplayEvents:
    """Which events go to an endpoint again; without types those that it is told of."""

    endpoint_id: int
    since: datetime
    until: datetime | None
    types: tuple[str, ...] | None

    def checked(self, problems: Problems) -> Self:
        """The same, every problem told."""
        if self.until is not None and self.since > self.until:
            problems.add("since", InputProblemCode.OUT_OF_RANGE, "Give a moment that is not after `until`.")
        types = short_list(problems, "types", self.types or (), most=MOST_TYPES)
        for place, type_ in enumerate(types):
            known_word(problems.under("types"), str(place), type_, STREAMED)
        return replace(self, types=tuple(types) or None)


async def replay_events(context: Context, asked: ReplayEvents) -> Any:
    """Begin to send events again; the job, or the refusal as a member of the result."""
    try:
        checked = checked_input(asked)
        found = await context.reader.stored(endpoint_row(), {"id": checked.endpoint_id})
        if not found:
            raise NotFound("There is no such endpoint.", ("endpoint",))
    except Refusal as refusal:
        return as_member(refusal)
    types = list(checked.types) if checked.types else orjson.loads(found[0].types)
    id_ = await begin_job(context, **await _work(context, checked, types), kind=JobKind.REPLAY)
    await context.look_anew()
    return await context.load(job_by_id, id_)


async def _work(context: Context, asked: ReplayEvents, types: list[str]) -> dict[str, Any]:
    """What the job keeps of what it is to do: which events are meant is fixed now."""
    until = asked.until or context.clock()
    wanted = {"types": types} if types else {}
    statement = events_between(types=bool(types))
    (found,) = await context.reader.stored(statement, {"since": asked.since, "before": until, **wanted})
    first, last = (found.first, found.last) if found.rows else (1, 0)
    kept = {"endpoint": asked.endpoint_id, "since": asked.since.isoformat(), "until": until.isoformat()}
    batches = [(after, min(after + BATCH, last)) for after in range(first - 1, last, BATCH)]
    return {"asked": {**kept, "types": types}, "batches": batches, "total": found.rows}


async def do_replay(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> bool:
    """Make the deliveries of the next events; whether there may be more."""
    async with held.writing(services, clock) as (write, row):
        asked = orjson.loads(row.asked)
        found = await write.rows(endpoint_locked(), id=asked["endpoint"])
        batch = await write.rows(next_batch(), id=row.id)
        if row.is_cancelled or not found or not batch:
            is_whole = found and not row.is_cancelled
            await end_job(write, row, status=JobStatus.DONE if is_whole else JobStatus.CANCELLED)
            return False
        await told_so_far(write, found[0])
        made = await _made(write, asked, orjson.loads(batch[0].ids))
        await write.connection.execute(update(job_batch).where(job_batch.c.id == batch[0].id).values(is_done=True))
        await write.connection.execute(update(job).where(job.c.id == row.id).values(done=row.done + made))
        return True


async def _made(write: Write, asked: dict[str, Any], sequences: tuple[int, int]) -> int:
    """Make the deliveries of the events of some sequences; how many those are."""
    wanted = {"types": asked["types"]} if asked["types"] else {}
    bound = {
        "business": write.business_id,
        "endpoint": asked["endpoint"],
        "after": sequences[0],
        "upto": sequences[1],
        "since": datetime.fromisoformat(asked["since"]),
        "before": datetime.fromisoformat(asked["until"]),
        "now": write.now,
    }
    statement = deliveries_made(types=bool(asked["types"]), timed=True)
    return (await write.connection.execute(statement, {**bound, **wanted})).rowcount
