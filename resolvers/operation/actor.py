"""Who writes, and under which key."""

from dataclasses import dataclass

from models.audit import AuditSource


@dataclass(frozen=True)
class Actor:
    """Who writes and from where: the subject of a token, `customer`, or a command."""

    name: str
    role: str
    source: AuditSource = AuditSource.COMMAND
    request_id: str | None = None
    customer_id: int | None = None  # of role CUSTOMER


@dataclass(frozen=True)
class UsedFor:
    """An idempotency key and the kind of operations among which it is one."""

    key: str
    kind: str
