"""The audit trail as a document: a row for each entry, a batch at a time."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from exports.document import BATCH_ROWS, Document, Table, batch_of_objects, integer, text
from exports.heading import heading_of, span
from models.customers import names_of
from resolvers.audit import AuditQuestion, audit_in_batches, changes_told
from resolvers.operation.auditing import AuditedChange
from resolvers.operation.context import Context

COLUMNS = (
    text("at", "When", wide=True),
    text("actor", "Who"),
    text("role", "Role"),
    text("source", "From"),
    text("action", "What"),
    text("subject", "Id", printed=False),
    text("customer", "Customer"),
    text("changes", "Changes", wide=True),
    text("requestId", "Request", printed=False),
    integer("dataRevision", "Revision", printed=False),
)


async def document(context: Context, asked: AuditQuestion) -> Document:
    """Every entry of a question, newest first."""
    heading, period = await heading_of(context, asked), asked.filter.period
    table = Table("entries", "Changes", COLUMNS, partial(_batches, context, asked, heading.business.zone))
    said = span(period.start, period.end) if period else ""
    return heading.document("Audit trail", said or "everything that is kept", [table])


async def _batches(context: Context, asked: AuditQuestion, zone: ZoneInfo) -> AsyncGenerator[pa.RecordBatch]:
    async for rows in audit_in_batches(context, asked, BATCH_ROWS):
        numbers = await _numbers(context, rows)
        yield batch_of_objects(COLUMNS, [_Entry(row, zone, numbers) for row in rows], 0)


async def _numbers(context: Context, rows: Sequence[Any]) -> dict[int, str]:
    ids = list({row.customer_id for row in rows if row.customer_id is not None})
    return {row.id: row.number for row in await context.reader.stored(names_of(), {"ids": ids})}


class _Entry:
    """An entry as its row of a file reads it."""

    def __init__(self, row: Any, zone: ZoneInfo, numbers: dict[int, str]) -> None:
        self.at = row.at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
        self.actor, self.role, self.source, self.action = row.actor, row.role, row.source.value, row.action
        self.subject, self.request_id, self.data_revision = row.subject, row.request_id, row.data_revision
        self.customer = numbers.get(row.customer_id)
        self.changes = "; ".join(map(_said, changes_told(row)))


def _said(change: AuditedChange) -> str:
    if change.is_personal:
        return f"{change.field} (personal)"
    return f"{change.field}: {_or_nothing(change.before)} → {_or_nothing(change.after)}"


def _or_nothing(value: str | None) -> str:
    return "nothing" if value is None else value
