"""The steps in which a demo is written, and how far it is: kept in the transaction that writes a step.

A step is some customers and a stretch of time. A filling that was interrupted goes on where it stopped, and of two
processes that fill at once only one writes a step.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.demo.calendar import DemoPlan
from models.demo import demo_shop, demo_shop_of_business
from resolvers.operation.writing import Write

STEP_CUSTOMERS = 20_000
BEFORE_HISTORY = 0


@dataclass(frozen=True)
class DemoStep:
    """What one transaction writes: what happened from `after` to `until` to the customers `low` to `high`."""

    plan: DemoPlan
    day: int  # the business day for which it was asked
    after: int
    until: int
    low: int
    high: int
    joined: int  # how many customers there are

    @property
    def is_last(self) -> bool:
        """Whether the history is complete to `until` with it."""
        return self.high >= self.joined

    def next(self) -> "DemoStep":
        """The same time for the next customers."""
        high = min(self.high + STEP_CUSTOMERS, self.joined)
        return DemoStep(self.plan, self.day, self.after, self.until, self.high, high, self.joined)


def first_step(plan: DemoPlan, day: int, after: int, until: int, customers: int) -> DemoStep:
    """The first of the steps that write what happened to all customers from `after` to `until`."""
    return DemoStep(plan, day, after, until, 0, min(STEP_CUSTOMERS, customers), customers)


async def latest_step(connection: AsyncConnection, business_id: int) -> DemoStep | None:
    """The last step that was written."""
    row = (await connection.execute(demo_shop_of_business(), {"business": business_id})).one_or_none()
    if row is None:
        return None
    plan = DemoPlan(row.customers, row.seed, row.opened, row.filled)
    return DemoStep(plan, row.day, row.after, row.until, row.low, row.high, row.joined)


async def keep_step(write: Write, step: DemoStep, before: DemoStep | None) -> None:
    """Keep that a step is written, after the one before it."""
    values = asdict(step)
    values |= values.pop("plan") | {"revision": write.revision, "business_id": write.business_id}
    if before is None:
        await write.run(insert(demo_shop).values(values))
    else:
        await write.run(update(demo_shop).where(demo_shop.c.business_id == write.business_id).values(values))
