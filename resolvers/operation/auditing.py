"""What a write changed, field by field, for the audit trail: a personal value is named and never kept."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from models.types import Day, Millionths, Money, is_erasable
from rules.currency import MILLION
from rules.days import date_of
from rules.words import in_contract

# They say nothing of what somebody did.
NOT_TOLD = frozenset(("id", "business_id", "revision", "version", "access_version", "told_to"))
SEARCHED = frozenset(("sort_name", "search_name", "search_contact"))  # made of what is told already


class AuditedChange(NamedTuple):
    """A field that changed; `before` and `after` are null where there was nothing, or where it is personal."""

    field: str
    before: str | None
    after: str | None
    is_personal: bool = False


class AuditedRow(NamedTuple):
    """A row that an operation changed, and of which customer it is."""

    subject: str
    customer_id: int | None
    changes: tuple[AuditedChange, ...]


def changes_between(
    target: Table, before: Mapping[str, Any], after: Mapping[str, Any], exponent: int
) -> tuple[AuditedChange, ...]:
    """The fields of a table that were one thing and are another, amounts in a currency with `exponent` decimals.

    Of a new row (`before` is empty) those that are as they are unless somebody says otherwise are left out.
    """
    return tuple(
        _change(column, before.get(column.name), after[column.name], exponent)
        for column in _told(target)
        if column.name in after
        and before.get(column.name) != after[column.name]
        and (before or after[column.name] != column.default)
    )


class ToldColumn(NamedTuple):
    """A column as the audit tells of it; `default` is as it is unless somebody says otherwise."""

    name: str
    shown: str
    type: Any
    is_personal: bool
    default: Any


@cache
def _told(target: Table) -> tuple[ToldColumn, ...]:
    return tuple(
        ToldColumn(column.name, in_contract(column.name), column.type, is_erasable(column), _default_of(column))
        for column in target.c
        if column.name not in NOT_TOLD | SEARCHED
    )


def _default_of(column: Column[Any]) -> Any:
    return column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None


def as_json(changes: Sequence[AuditedChange]) -> str:
    """Changes as the audit trail keeps them."""
    return orjson.dumps([list(change) for change in changes]).decode()


def merged(rows: Sequence[AuditedRow]) -> tuple[AuditedChange, ...]:
    """The changes of all rows of an operation; those of later rows say of which."""
    return tuple(_merged(rows))


def _merged(rows: Sequence[AuditedRow]) -> Iterator[AuditedChange]:
    for row in rows:
        for change in row.changes:
            yield change if row.subject == rows[0].subject else change._replace(field=f"{row.subject}.{change.field}")


def entries_of(rows: Sequence[AuditedRow], stamps: Mapping[str, Any], *, each_customer: bool) -> list[dict[str, Any]]:
    """The entries that a write leaves, with what `stamps` says of all of them: one, or one for each customer."""
    groups: dict[int | None, list[AuditedRow]] = {}
    for row in rows:
        groups.setdefault(row.customer_id if each_customer else None, []).append(row)
    return [{**stamps, **_entry(group)} for group in groups.values() or [[]]]


def _entry(rows: Sequence[AuditedRow]) -> dict[str, Any]:
    customers = {row.customer_id for row in rows if row.customer_id is not None}
    return {
        "subject": rows[0].subject if rows else None,
        "customer_id": customers.pop() if len(customers) == 1 else None,
        "changes": as_json(merged(rows)),
    }


def _change(column: ToldColumn, before: Any, after: Any, exponent: int) -> AuditedChange:
    if column.is_personal:
        return AuditedChange(column.shown, None, None, is_personal=True)
    told = [as_text(column.type, value, exponent) for value in (before, after)]
    return AuditedChange(column.shown, told[0], told[1])


def as_text(type_: Any, value: Any, exponent: int) -> str | None:
    """A stored value in words: an amount with its decimals, a day as a date, a moment in UTC."""
    if value is None:
        return None
    if isinstance(type_, Money):
        return str(Decimal(value).scaleb(-exponent))
    if isinstance(type_, Millionths):
        return f"{(Decimal(value) / MILLION).normalize():f}"
    if isinstance(type_, Day):
        return date_of(value).isoformat()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)
