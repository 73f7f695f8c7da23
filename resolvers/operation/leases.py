"""Leases: work that one process does at a time, whichever of them is killed, stopped or silent.

A holder renews its lease every BEAT_SECONDS, and whenever it writes: `hold` belongs into each transaction of what is
done under a lease. Once the lease has passed, or somebody else took it, that raises LeaseLost, and nothing is written.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from models.database import Database
from models.leases import lease_held, lease_made, lease_state, lease_taken, lease_to_take
from models.outages import is_outage

BEAT_SECONDS = 5.0
LEASED = timedelta(seconds=20)
JUST_NOW = timedelta(microseconds=1)

log = structlog.get_logger()


class LeaseLost(Exception):
    """Somebody else may do the work by now, since this process was silent for too long."""


@dataclass(frozen=True)
class LeasedWork:
    """What one process does at a time: all work of a kind of a business, or that for one subject."""

    business_id: int
    kind: str
    subject_id: int = 0

    @property
    def bound(self) -> dict[str, Any]:
        """Its parameters in statements."""
        return {"business": self.business_id, "work": self.kind, "subject": self.subject_id}


@dataclass(frozen=True)
class Lease:
    """Work that this process does, under a number that nobody else ever has for it."""

    work: LeasedWork
    fence: int

    async def hold(self, connection: AsyncConnection, now: datetime) -> None:
        """Renew the lease in this transaction, or raise LeaseLost: nobody takes it before the transaction ends.

        Where the holder is stopped in its midst, PostgreSQL ends the transaction, or others would wait for it.
        """
        await end_if_stopped(connection)
        await self._until(connection, now, now + LEASED)

    async def end(self, connection: AsyncConnection, now: datetime) -> None:
        """Leave the work to whoever takes it next, or raise LeaseLost."""
        await self._until(connection, now, now - JUST_NOW)

    async def _until(self, connection: AsyncConnection, now: datetime, end: datetime) -> None:
        bound = {**self.work.bound, "held_fence": self.fence, "now": now, "end": end}
        held = await connection.execute(lease_held(), bound)
        if not held.rowcount:
            raise LeaseLost


async def end_if_stopped(connection: AsyncConnection) -> None:
    """Have PostgreSQL end this transaction where its process is stopped in the midst of it for as long as a lease."""
    if connection.dialect.name == "postgresql":
        patience = int(LEASED.total_seconds() * 1000)
        await connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {patience}")


async def is_free(database: Database, work: LeasedWork, now: datetime) -> bool:
    """Whether nobody does some work: most looks are answered by this, which holds up nobody."""
    async with database.reading(work.business_id) as connection:
        found = (await connection.execute(lease_state(), work.bound)).one_or_none()
    return found is None or found.ends_at < now


async def take_lease(connection: AsyncConnection, work: LeasedWork, now: datetime) -> Lease | None:
    """Take a lease in a transaction of its business; None where somebody has it, or is just taking it."""
    if (await connection.execute(lease_state(), work.bound)).one_or_none() is None:
        made = lease_made(connection.dialect.name)  # which would wait for who is just renewing one that is there
        await connection.execute(made, {**work.bound, "before": now - JUST_NOW})
    fence = (await connection.execute(lease_to_take(), {**work.bound, "now": now})).scalar_one_or_none()
    if fence is None:
        return None
    taking = {"new_fence": fence + 1, "new_holder": this_process(), "now": now, "end": now + LEASED}
    await connection.execute(lease_taken(), {**work.bound, **taking})
    return Lease(work, fence + 1)


def this_process() -> str:
    """What a lease calls this process, for people."""
    return f"{socket.gethostname()[:150]} {os.getpid()}"


async def beat(database: Database, lease: Lease, clock: Callable[[], datetime]) -> None:
    """Renew a lease for as long as this goes on and the lease is held: meanwhile its work may be far from writing."""
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        try:
            async with database.transaction(lease.work.business_id) as connection:
                await lease.hold(connection, clock())
        except LeaseLost:
            return  # which the work is told where it writes
        except Exception as error:  # noqa: BLE001  the next beat may find the store there again
            log.warning("lease not renewed", work=lease.work.kind, error=type(error).__name__, outage=is_outage(error))
