"""The one way to write: a transaction that takes the next revision of a business and stamps what it writes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models import AuditEntry
from models.database import Database, table
from models.revision import next_revision


@dataclass(frozen=True)
class Actor:
    """Who writes: the subject of a token, or a command."""

    name: str
    role: str


@dataclass(frozen=True)
class Write:
    """An open write transaction of one business. Rows written in it carry `revision`."""

    connection: AsyncConnection
    business_id: int
    revision: int
    now: datetime
    actor: Actor

    async def audit(
        self,
        action: str,
        changes: dict[str, Any],
        subject: str | None = None,
        customer_id: int | None = None,
    ) -> None:
        """Leave the record of what this transaction changed; personal values only as digests."""
        await self.connection.execute(
            insert(table(AuditEntry)).values(
                business_id=self.business_id,
                at=self.now,
                actor=self.actor.name,
                role=self.actor.role,
                action=action,
                subject=subject,
                customer_id=customer_id,
                changes=orjson.dumps(changes).decode(),
                revision=self.revision,
            )
        )


class NoSuchBusiness(LookupError):
    """There is no business with that id."""


@asynccontextmanager
async def write(
    database: Database, business_id: int, *, facts: bool, now: datetime, actor: Actor
) -> AsyncGenerator[Write]:
    """Open a transaction, take the business's next revision, commit at the end; an exception undoes all.

    `facts` says that it changes what reports read. Checks that need no lock belong before it: from here on
    every other writer of the business waits.
    """
    async with database.transaction(business_id) as connection:
        taken = await connection.execute(next_revision(facts), {"business": business_id, "now": now})
        row = taken.one_or_none()
        if row is None:
            raise NoSuchBusiness(f"no business {business_id}")
        yield Write(connection, business_id, row.revision, now, actor)
