"""Fills the demo shop, and later adds what has happened since."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.demo.calendar import TIMEZONE, DemoCalendar, DemoPlan, end_of_history
from ingest.demo.shop import Happenings
from ingest.demo.steps import BEFORE_HISTORY, DemoStep, first_step, keep_step, latest_step
from ingest.demo.writing import StepWriter
from models import Customer, Sale
from models.businesses import Weekday
from models.database import Database, table
from resolvers.businesses import ensure_business
from resolvers.operation.actor import Actor
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write, writing
from rules.days import date_of, day_number
from rules.demo import DEFAULT_CUSTOMERS, DEFAULT_SEED, DEMO_BUSINESS, MOST_CUSTOMERS
from rules.failures import Failure

ACTION = "demo.grow"
CURRENCY = "EUR"
REGION = "FR"

Progress = Callable[[int, int], None]


class DemoDiffers(Failure):
    """The store has a business of that name that is another demo, or none."""


class Overtaken(Exception):
    """Another process has written the step meanwhile."""


@dataclass(frozen=True)
class DemoSummary:
    """What the demo is, and what was added to it."""

    business_id: int
    customers: int  # that have joined by the last day
    seed: int
    first_day: date
    last_day: date
    added: Counter[str]  # rows by table

    @property
    def rows(self) -> int:
        """How many rows were added."""
        return self.added.total()


async def grow_demo(  # noqa: PLR0913  what is asked, and by whom
    database: Database,
    *,
    customers: int | None = None,
    seed: int | None = None,
    today: date,
    now: datetime,
    actor: Actor,
    progress: Progress | None = None,
) -> DemoSummary:
    """Make the business "Demo" with three years of history, or add what has happened to it since it was last asked.

    History ends with the last full hour before `now`, or with the whole of `today` where that is over. The rest of a
    day comes with a later one; asking again on the same day adds nothing. `customers` (2,000) is how many there are
    after the first filling. They and the `seed` (1) are remembered: later they are left out or the same, else
    DemoDiffers. All else follows from them and the day of the first filling, however often it was asked since.

    Every 20,000 customers are one transaction; what was interrupted is taken up by the next call. `progress` is told
    how many customers are done, out of how many.
    """
    _check(customers, seed)
    business = await ensure_business(
        database, DEMO_BUSINESS, currency=CURRENCY, timezone=TIMEZONE, now=now, region=REGION, week_start=Weekday.MONDAY
    )
    growth = _Growth(database, business.id, now, actor, progress)
    added: Counter[str] = Counter()
    done = await growth.done()
    while (step := _next_step(done, _plan(done, customers, seed, today), today, now)) is not None:
        facts = await asyncio.to_thread(Happenings, step)
        try:
            added += await growth.write_step(done, facts)
            done = step
        except Overtaken:
            done = await growth.done()
    return _summary(business.id, done, _plan(done, customers, seed, today), added)


def _check(customers: int | None, seed: int | None) -> None:
    if customers is not None and not 1 <= customers <= MOST_CUSTOMERS:
        raise ValueError(f"a demo has 1 to {MOST_CUSTOMERS:,} customers, not {customers:,}")
    if seed is not None and not 0 <= seed < 2**63:
        raise ValueError(f"a seed is a whole number from 0 to 2^63 - 1, not {seed}")


def _plan(done: DemoStep | None, customers: int | None, seed: int | None, today: date) -> DemoPlan:
    if done is None:
        return DemoPlan.begun(customers or DEFAULT_CUSTOMERS, DEFAULT_SEED if seed is None else seed, today)
    plan = done.plan
    if (customers or plan.customers, plan.seed if seed is None else seed) != (plan.customers, plan.seed):
        raise DemoDiffers(
            f"this database has the demo shop with --customers {plan.customers} --seed {plan.seed}:"
            " leave them out, or use another database"
        )
    return plan


def _next_step(done: DemoStep | None, plan: DemoPlan, today: date, now: datetime) -> DemoStep | None:
    day = day_number(today)
    if done is not None and not done.is_last:
        return done.next()
    after, until = (BEFORE_HISTORY if done is None else done.until), end_of_history(today, now)
    if until <= after or (done is not None and done.day >= day):
        return None
    return first_step(plan, day, after, until, DemoCalendar(plan, day).customers_by(day))


@dataclass(frozen=True)
class _Growth:
    database: Database
    business_id: int
    now: datetime
    actor: Actor
    progress: Progress | None

    async def done(self) -> DemoStep | None:
        """The last step that was written; DemoDiffers where the business holds what is not of a demo."""
        async with self.database.reading(self.business_id) as connection:
            step = await latest_step(connection, self.business_id)
            if step is None and await _has_data(connection, self.business_id):
                raise DemoDiffers(
                    f'the business "{DEMO_BUSINESS}" of this database is not the demo shop: it has other data'
                )
            return step

    async def write_step(self, done: DemoStep | None, facts: Happenings) -> Counter[str]:
        """Write the step that comes after `done`, unless another process has; the rows by table."""
        step, progress = facts.step, self.progress

        async def grow(write: Write, facts: Happenings) -> Counter[str]:
            if await latest_step(write.connection, self.business_id) != done:
                raise Overtaken
            writer = StepWriter(write, facts, None if progress is None else _told(progress, facts))
            await writer.write_all()
            await keep_step(write, step, done)
            write.note(global_id("Business", self.business_id), from_customer=step.low, to_customer=step.high)
            return writer.counts

        async with writing(self.database, self.business_id, actor=self.actor, clock=lambda: self.now) as write:
            counts = await write.once(grow, facts, action=ACTION)
        if progress is not None:
            progress(step.high, step.joined)
        return counts


async def _has_data(connection: AsyncConnection, business_id: int) -> bool:
    for target in (table(Customer), table(Sale)):
        owned = select(target.c.id).where(target.c.business_id == business_id).limit(1)
        if (await connection.execute(owned)).first() is not None:
            return True
    return False


def _told(progress: Progress, facts: Happenings) -> Callable[[int], None]:
    """Turns rows written into customers done, in proportion."""
    step, expected, rows = facts.step, max(facts.expected_rows, 1), 0

    def written(count: int) -> None:
        nonlocal rows
        rows = min(rows + count, expected)
        progress(step.low + (step.high - step.low) * rows // expected, step.joined)

    return written


def _summary(business_id: int, done: DemoStep | None, plan: DemoPlan, added: Counter[str]) -> DemoSummary:
    customers, last = (0, plan.filled) if done is None else (done.joined, done.day)
    return DemoSummary(business_id, customers, plan.seed, date_of(plan.opened), date_of(last), added)
