"""Who changed what, and when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from models.types import Key, Stored, added, primary_key, reference, word


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
