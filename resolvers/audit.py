"""The audit trail as it is shown: who changed what, when and from where."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from models.audit import AuditSource, audit_page
from resolvers.operation.auditing import AuditedChange
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.operation.ids import RowKey, key_of
from resolvers.operation.paging import Keyset, Page, PageArguments, list_digest, pager
from resolvers.operation.ranges import DateRange, instants_within

LATEST_FIRST = Keyset({"id": RowKey}, lambda row: (row.id,))


@dataclass(frozen=True)
class AuditConditions:
    """Which entries, as a client says it; None is whichever."""

    customer: str | None = None
    actor: str | None = None
    action: str | None = None
    source: AuditSource | None = None
    period: DateRange | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Those that were given."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class AuditQuestion:
    """The arguments of the audit trail."""

    filter: AuditConditions = AuditConditions()


def changes_told(row: Any) -> list[AuditedChange]:
    """The changes of an entry, field by field."""
    return [AuditedChange(*change) for change in orjson.loads(row.changes)]


async def list_audit(context: Context, asked: AuditQuestion, arguments: PageArguments) -> Page:
    """A page of the audit trail, newest first."""
    wanted = _wanted(await context.business(), asked.filter)
    page = pager(arguments, list_digest("audit", sorted(wanted.items())), LATEST_FIRST)
    names = [*wanted, *(("position",) if page.request.position is not None else ())]
    rows = await context.reader.rows(audit_page(frozenset(names)), **wanted, **page.params)
    return replace(page.page(rows), asked=asked)


async def audit_in_batches(context: Context, asked: AuditQuestion, size: int) -> AsyncGenerator[Sequence[Any]]:
    """All entries of a question, newest first, up to so many at a time."""
    wanted = _wanted(await context.business(), asked.filter)
    rows = await context.reader.rows(audit_page(frozenset(wanted)), **wanted, size=size)
    onward = audit_page(frozenset((*wanted, "position")))
    while rows:
        yield rows
        rows = await context.reader.rows(onward, **wanted, id=rows[-1].id, size=size)


def _wanted(business: BusinessCalendar, asked: AuditConditions) -> dict[str, Any]:
    wanted = {name: value for name, value in asked.given.items() if name != "period"}
    if asked.customer is not None:
        wanted["customer"] = key_of(asked.customer, "Customer")
    return wanted | instants_within(business, asked.period, "period")
