"""Who writes, and under which key."""

from dataclasses import dataclass
from typing import Any

from models.audit import AuditSource
from resolvers.operation.viewer import Role


@dataclass(frozen=True)
class Actor:
    """Who writes and from where: the subject of a token, `customer`, or a command."""

    name: str
    role: str
    source: AuditSource = AuditSource.COMMAND
    request_id: str | None = None
    customer_id: int | None = None  # of role CUSTOMER

    @property
    def may_manage(self) -> bool:
        """Whether it may do what is a manager's."""
        return Role(self.role).rank >= Role.MANAGER.rank

    @property
    def audited(self) -> dict[str, Any]:
        """What the audit keeps of it."""
        return {"actor": self.name, "role": self.role, "source": self.source, "request_id": self.request_id}


@dataclass(frozen=True)
class UsedFor:
    """An idempotency key and the kind of operations among which it is one; `path` is where it is in the arguments."""

    key: str
    kind: str
    path: tuple[str, ...] = ("idempotencyKey",)
