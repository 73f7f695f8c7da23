"""Large writes: in the call where they are small enough, else as a job that survives its process."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import orjson
from sqlalchemy import update

from models.jobs import JobStatus, job, job_batch, next_batch
from resolvers.bulk import (
    ActiveChange,
    BatchDone,
    BulkChange,
    ConsentChange,
    TagsChange,
    set_customers_active,
    set_customers_consent,
    set_customers_tags,
)
from resolvers.held_jobs import HeldJob, end_job
from resolvers.jobs import begin_job, keep_refusals, write_refusals
from resolvers.loyalty.manual_tiers import ManualTierChange, refuse_strange_tier, set_customers_tier
from resolvers.operation.context import Context
from resolvers.operation.refusing import as_member, checked_input
from resolvers.operation.services import Services
from resolvers.operation.writing import Operation, Write
from resolvers.targets import Target, targeted
from rules.bulk import MOST_IN_A_CALL, MOST_TOLD, RefusedCustomer, batches_of
from rules.consents import ConsentChannel, ConsentGiven, ConsentSource
from rules.problems import Problems
from rules.refusals import InputProblemCode, Refusal

OPERATIONS: dict[type[BulkChange], Operation[Any, BatchDone]] = {
    ActiveChange: set_customers_active,
    TagsChange: set_customers_tags,
    ConsentChange: set_customers_consent,
    ManualTierChange: set_customers_tier,
}


@dataclass(frozen=True)
class BulkDone:
    """What was done, or with dryRun would be; a job says what was done so far, and goes on."""

    matched: Annotated[int, "Customers who were meant and are there."]
    updated: Annotated[int, "Those that changed."]
    unchanged: Annotated[int, "Those that were so already."]
    refused_count: Annotated[int, "Those that could not be changed."]
    applied: Annotated[bool, "Whether it was done; with dryRun all is undone."]
    refused: tuple[RefusedCustomer, ...] = ()
    job_id: int | None = None


async def change_many(context: Context, change: BulkChange, target: Target, *, dry_run: bool) -> Any:
    """Change the customers of a target, or begin a job that does; a refusal as a member of the result."""
    try:
        checked = checked_input(change)
        _refuse_the_future(checked, context.clock())
        if isinstance(checked, ManualTierChange):
            await refuse_strange_tier(context, checked)
        ids = sorted(await targeted(context, target))  # refusals are told in this order, however many batches there are
    except Refusal as refusal:
        return as_member(refusal)
    asked = {"dryRun": dry_run, **as_asked(checked)}
    if len(ids) > MOST_IN_A_CALL:
        job_id = await begin_job(context, asked, list(batches_of(ids)))
        await context.look_anew()
        return replace(_counted(BatchDone(), applied=not dry_run), job_id=job_id)
    done = BatchDone()
    for batch in batches_of(ids):
        done += await _in_the_call(context, checked.of(batch), dry_run=dry_run)
    answer = _counted(done, applied=not dry_run)
    if len(done.refused) > MOST_TOLD:
        answer = replace(answer, job_id=await keep_refusals(context, asked, done.refused, done.matched))
        await context.look_anew()
    return answer


async def _in_the_call(context: Context, change: BulkChange, *, dry_run: bool) -> BatchDone:
    operation = OPERATIONS[type(change)]
    if dry_run:
        return await context.forecast(operation, change)
    return await context.write(operation, change, each_customer=True)


def _refuse_the_future(change: BulkChange, now: datetime) -> None:
    at = change.consent.at if isinstance(change, ConsentChange) and change.consent else None
    if at is not None and at > now:
        problems = Problems(("consent",))
        problems.add("at", InputProblemCode.IN_THE_FUTURE, "Give a time that has been, or leave it out for now.")
        problems.raise_if_any()


def _counted(done: BatchDone, *, applied: bool) -> BulkDone:
    return BulkDone(
        matched=done.matched,
        updated=done.updated,
        unchanged=done.unchanged,
        refused_count=len(done.refused),
        applied=applied,
        refused=done.refused[:MOST_TOLD],
    )


# ---------------------------------------------------------------- kept in a job


def as_asked(change: BulkChange) -> dict[str, Any]:
    """A change as a job keeps it, without its customers."""
    said = {name: value for name, value in vars(change).items() if name != "ids"}
    if isinstance(change, ConsentChange) and change.consent is not None:
        at = change.consent.at
        said["consent"] = {**change.consent._asdict(), "at": None if at is None else at.isoformat()}
    return {"change": change.name, **said}


def as_change(asked: dict[str, Any]) -> BulkChange:
    """The change that a job keeps."""
    if asked["change"] == ActiveChange.name:
        return ActiveChange(is_active=asked["is_active"])
    if asked["change"] == TagsChange.name:
        return TagsChange(add=tuple(asked["add"]), remove=tuple(asked["remove"]))
    if asked["change"] == ManualTierChange.name:
        return ManualTierChange(tier_id=asked["tier_id"], until=asked["until"])
    said = asked["consent"]
    at = None if said["at"] is None else datetime.fromisoformat(said["at"])
    channel, source = ConsentChannel(said["channel"]), ConsentSource(said["source"])
    return ConsentChange(consent=ConsentGiven(channel, said["given"], at, source, said["wording"]))


# ---------------------------------------------------------------- the job itself


async def do_large_write(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> bool:
    """Do the next batch of such a job in one transaction with its progress; whether there may be another."""
    async with held.writing(services, clock) as (write, row):
        batch = await write.rows(next_batch(), id=row.id)
        if row.is_cancelled or not batch:
            await _end(write, row)
            return False
        asked = orjson.loads(row.asked)
        done = await _done(write, as_change(asked).of(orjson.loads(batch[0].ids)), dry_run=asked["dryRun"])
        await _keep_progress(write, row, batch[0], done)
        return True


async def _done(write: Write, change: BulkChange, *, dry_run: bool) -> BatchDone:
    operation = OPERATIONS[type(change)]
    if not dry_run:
        return await write.once(operation, change, each_customer=True)
    return await write.tried(operation, change)


async def _keep_progress(write: Write, row: Any, batch: Any, done: BatchDone) -> None:
    so_far = _figures(row) + done
    figures = {"matched": so_far.matched, "updated": so_far.updated, "refused": [list(r) for r in so_far.refused]}
    progress = {"figures": orjson.dumps(figures).decode(), "done": row.done + len(orjson.loads(batch.ids))}
    await write.connection.execute(update(job_batch).where(job_batch.c.id == batch.id).values(is_done=True))
    await write.connection.execute(update(job).where(job.c.id == row.id).values(progress))


def _figures(row: Any) -> BatchDone:
    kept = orjson.loads(row.figures)
    refused = tuple(RefusedCustomer(*one) for one in kept.get("refused", ()))
    return BatchDone(kept.get("matched", 0), kept.get("updated", 0), refused)


async def _end(write: Write, row: Any) -> None:
    """Let a job end, with its refusals as a file."""
    refused = _figures(row).refused
    if refused:
        await write_refusals(write.connection, write.business_id, row.id, refused, write.now)
    await end_job(write, row, status=JobStatus.CANCELLED if row.is_cancelled else JobStatus.DONE)
