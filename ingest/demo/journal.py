"""How far a demo has been written: an audit entry for each step, in the transaction that wrote it.

A step is some customers and a stretch of time. A filling that was interrupted goes on where it stopped, and of two
processes that fill at once only one writes a step.
"""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.demo.calendar import Plan
from models import AuditEntry
from models.database import scoped, table

ACTION = "demo.grow"
STEP_CUSTOMERS = 20_000
BEFORE_HISTORY = 0

entry = table(AuditEntry)


@dataclass(frozen=True)
class Step:
    """What one transaction writes: what happened from `after` to `until` to the customers `low` to `high`."""

    plan: Plan
    day: int  # the business day for which it was asked
    after: int
    until: int
    low: int
    high: int
    of: int  # how many customers there are

    @property
    def is_last(self) -> bool:
        """Whether the history is complete to `until` with it."""
        return self.high >= self.of

    def next(self) -> "Step":
        """The same time for the next customers."""
        high = min(self.high + STEP_CUSTOMERS, self.of)
        return Step(self.plan, self.day, self.after, self.until, self.high, high, self.of)


def first_step(plan: Plan, day: int, after: int, until: int, customers: int) -> Step:
    """The first of the steps that write what happened to all customers from `after` to `until`."""
    return Step(plan, day, after, until, 0, min(STEP_CUSTOMERS, customers), customers)


@cache
def _latest() -> Select[Any]:
    mine = (scoped(entry)) & (entry.c.action == ACTION)
    return select(entry.c.changes).where(mine).order_by(entry.c.id.desc()).limit(1)


async def latest_step(connection: AsyncConnection, business_id: int) -> Step | None:
    """The last step that was written."""
    changes = (await connection.execute(_latest(), {"business": business_id})).scalar_one_or_none()
    if changes is None:
        return None
    kept = orjson.loads(changes)
    return Step(plan=Plan(**kept.pop("plan")), **kept)


def as_changes(step: Step) -> dict[str, Any]:
    """What the audit entry of a step keeps."""
    return asdict(step)
