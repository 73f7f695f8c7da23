"""What a step of the nightly pass works with: its business and day, and transactions under the lease of the pass."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.jobs import job_step
from resolvers.held_jobs import HeldJob
from resolvers.operation.services import Services
from resolvers.operation.writing import Write

MOST_ROWS = 500  # of a batch, which is one transaction


@dataclass(frozen=True)
class Night:
    """A step of the pass of a business day, as this process does it."""

    services: Services
    held: HeldJob
    clock: Callable[[], datetime]
    business: Any
    day: int
    step_id: int
    done: int = 0  # how much was done before this batch

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Write]:
        """A transaction of the business in which a batch is done; `did` says how much that was."""
        async with self.held.writing(self.services, self.clock) as (write, _):
            yield write

    @asynccontextmanager
    async def tidying(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that moves no revision and locks nothing of the business: for what nobody sees any more."""
        async with self.services.database.transaction() as connection:
            await self.held.lease.hold(connection, self.now)
            yield connection

    async def did(self, connection: AsyncConnection, count: int) -> None:
        """Say, in the transaction of a batch, how much it did."""
        mine = job_step.c.id == self.step_id
        if count:
            await connection.execute(update(job_step).where(mine).values(done=job_step.c.done + count))

    @property
    def now(self) -> datetime:
        """The moment that it is."""
        return self.clock().astimezone(UTC)


@dataclass(frozen=True)
class NightStep:
    """A step: one that is made up is done for each day that was missed, in their order; any other for today alone.

    `batch` does some of what is left and says whether there may be more; it may be called again after a kill.
    """

    name: str
    batch: Callable[[Night], Awaitable[bool]]
    is_made_up: bool = False
