"""What a nightly pass removes: in each table the rows that are past their days, the eldest first, so many at a time.

Deliveries go with their event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    FromClause,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    column,
    delete,
    exists,
    func,
    select,
    tuple_,
    update,
)
from sqlmodel.sql.sqltypes import UTCDateTime

from models.audit import AuditEntry
from models.codes import code_attempt, pending_registration, ticket
from models.database import scoped, table
from models.events import Event
from models.idempotency import used_key
from models.jobs import LEASED_JOB, job, job_batch, job_file
from models.leases import work_lease
from models.merging import customer_merge, merged_row
from models.webhooks import delivery, is_open
from rules.purging import KEY_KINDS

audit_entry, event = table(AuditEntry), table(Event)
_before: Any = bindparam("before", type_=UTCDateTime())


@dataclass(frozen=True)
class Purged:
    """A kind of rows that go, the name in Keeping of the moment before which they do, and what follows from it."""

    kept: str
    statement: Delete
    after: Update | None = None


def _purged(source: Table, kept: str, wanted: Select[Any], after: Update | None = None) -> Purged:
    keys = list(source.primary_key)
    mine = keys[0].in_(wanted) if len(keys) == 1 else tuple_(*keys).in_(wanted)
    return Purged(kept, delete(source).where(mine), after)


def _eldest(source: Table, order: Any, at: Any) -> Select[Any]:
    """Of the eldest rows those that are past their days: they stand in the order of their times."""
    first = (
        select(source.c.id, at.label("at")).where(scoped(source)).order_by(order).limit(bindparam("size")).subquery()
    )
    return select(first.c.id).where(first.c.at < _before)


def _of(source: Table, *conditions: Any, joined: FromClause | None = None) -> Select[Any]:
    found = select(*source.primary_key).select_from(source if joined is None else joined)
    return found.where(scoped(source), *conditions).limit(bindparam("size"))


def _merge_lists() -> Select[Any]:
    joined = merged_row.join(customer_merge, customer_merge.c.id == merged_row.c.merge_id)
    return _of(merged_row, scoped(customer_merge), customer_merge.c.merged_at < _before, joined=joined)


def _of_jobs_that_are_over(source: Table) -> Select[Any]:
    joined = source.join(job, job.c.id == source.c.job_id)
    return _of(source, job.c.finished_at < _before, joined=joined)


def _leases_of_jobs() -> Select[Any]:
    its = and_(work_lease.c.kind == LEASED_JOB, job.c.id == work_lease.c.subject_id)
    return _of(work_lease, job.c.finished_at < _before, joined=work_lease.join(job, its))


def _tickets() -> Select[Any]:
    """For one of a registration that waits still another code can be asked for."""
    its = pending_registration.c.id == ticket.c.registration_id
    waits = exists().where(its, pending_registration.c.expires_at >= _before)
    return _of(ticket, ticket.c.expires_at < _before, ~waits)


def _registrations() -> Select[Any]:
    is_awaited = exists().where(ticket.c.registration_id == pending_registration.c.id)
    return _of(pending_registration, pending_registration.c.expires_at < _before, ~is_awaited)


def _messages() -> Select[Any]:
    return _of(delivery, delivery.c.event_id.is_(None), delivery.c.until < _before)


def _queues_that_go_on() -> Update:
    """Let what waited for a delivery that went with its event be due: the first of each queue."""
    c = delivery.c
    first = select(func.min(c.id)).where(scoped(delivery), is_open()).group_by(c.endpoint_id, c.queue)
    waits = (c.id.in_(first.scalar_subquery()), c.next_at.is_(None))
    return update(delivery).where(*waits).values(next_at=bindparam("now", type_=c.next_at.type))


def _is_not_the_last() -> ColumnElement[bool]:
    """The last stays: SQLite would give its id to the next, and who is told of that would take it for the same."""
    last = event.alias()
    return column("id") != select(func.max(last.c.id)).where(scoped(last)).scalar_subquery()


def _events() -> Select[Any]:
    return _eldest(event, event.c.sequence, event.c.occurred_at).where(_is_not_the_last())


PURGED: Sequence[Purged] = (
    _purged(event, "events", _events(), _queues_that_go_on()),
    _purged(delivery, "over", _messages()),
    _purged(audit_entry, "audit", _eldest(audit_entry, audit_entry.c.id, audit_entry.c.at)),
    _purged(used_key, "keys", _of(used_key, used_key.c.kind.in_(KEY_KINDS), used_key.c.used_at < _before)),
    _purged(ticket, "over", _tickets()),
    _purged(pending_registration, "over", _registrations()),
    _purged(code_attempt, "code_attempts", _of(code_attempt, code_attempt.c.at < _before)),
    _purged(merged_row, "merge_lists", _merge_lists()),
    _purged(job_file, "job_files", _of(job_file, job_file.c.made_at < _before)),
    _purged(job_batch, "job_files", _of_jobs_that_are_over(job_batch)),
    _purged(work_lease, "job_files", _leases_of_jobs()),
)
