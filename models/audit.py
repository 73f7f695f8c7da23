"""Who changed what, and when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, Index, SelectBase, bindparam, select, type_coerce
from sqlmodel import Field

from models.database import scoped, table
from models.naming import statement
from models.types import GlobalId, Key, Stored, added, primary_key, reference, word


class AuditSource(StrEnum):
    """Where a change came from."""

    API = "API"
    PORTAL = "PORTAL"
    IMPORT = "IMPORT"
    JOB = "JOB"
    COMMAND = "COMMAND"


class AuditEntry(Stored, table=True):
    """One write, in the transaction that made it.

    `changes` is a JSON list of [field, before, after, is personal]; a personal value is named and never kept.
    """

    __table_args__ = (
        Index("audit_entry_by_time", "business_id", "id"),
        Index("audit_entry_by_customer", "customer_id", "id"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    at: datetime
    actor: str = Field(max_length=200)
    role: str = Field(max_length=24)
    source: AuditSource = added(AuditSource.IMPORT, "'IMPORT'", word(AuditSource))
    request_id: str | None = Field(default=None, max_length=64)
    action: str = Field(max_length=80)
    subject: str | None = Field(default=None, max_length=120)
    customer_id: int | None = Field(default=None, sa_type=Key)
    changes: str
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

audit_entry = table(AuditEntry)

# In the order of ids, which entries take while their business is locked: it is that of their times.
AUDIT_FILTERS: dict[str, ColumnElement[bool]] = {
    "customer": audit_entry.c.customer_id == bindparam("customer"),
    "actor": audit_entry.c.actor == bindparam("actor"),
    "action": audit_entry.c.action == bindparam("action"),
    "source": audit_entry.c.source == bindparam("source", type_=audit_entry.c.source.type),
    "start": audit_entry.c.at >= bindparam("start", type_=audit_entry.c.at.type),
    "end": audit_entry.c.at < bindparam("end", type_=audit_entry.c.at.type),
    "position": audit_entry.c.id < bindparam("id"),
}


@statement
def audit_page(filters: frozenset[str]) -> SelectBase:
    """Up to :size entries of the business that match `filters` (names in AUDIT_FILTERS), newest first."""
    shown = [column for column in audit_entry.c if column.name not in ("business_id", "revision")]
    return (
        select(
            *shown,
            audit_entry.c.revision.label("data_revision"),
            type_coerce(audit_entry.c.id, GlobalId("AuditEntry")).label("global_id"),
        )
        .where(scoped(audit_entry), *(AUDIT_FILTERS[name] for name in sorted(filters)))
        .order_by(audit_entry.c.id.desc())
        .limit(bindparam("size"))
    )
