"""The nightly pass: each step of each day once, whoever is killed, silent or ahead of time."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.database import table
from models.storefronts import Storefront
from resolvers import nights
from resolvers.held_jobs import HeldJob
from resolvers.job_kinds import do_batch
from resolvers.night_work import Night, NightStep
from resolvers.nights import begin_night
from resolvers.operation.leases import LEASED, LeaseLost
from resolvers.operation.services import Services
from rules.days import date_of
from server.job_loop import do_a_job
from tests.builders import Shop

FIRST = datetime(2026, 3, 6, 3, tzinfo=UTC)  # the shop was made the day before
DAY = timedelta(days=1)
ROWS = 3


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def write_one(night: Night) -> bool:
    """A step that writes three rows, one a batch, and knows by what was done how far it is."""
    async with night.writing() as write:
        await write.insert(table(Storefront), name=f"{date_of(night.day)} {night.step_id} {night.done}", is_active=True)
        await night.did(write.connection, 1)
    return night.done + 1 < ROWS


async def fails(_night: Night) -> bool:
    raise ZeroDivisionError


def use(monkeypatch: pytest.MonkeyPatch, *steps: NightStep) -> None:
    monkeypatch.setattr(nights, "STEPS", steps)
    monkeypatch.setattr(nights, "STEP_CALLED", {step.name: step for step in steps})


MADE_UP, FOR_TODAY = NightStep("MADE_UP", write_one, is_made_up=True), NightStep("FOR_TODAY", write_one)


@pytest.fixture
def _two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, MADE_UP, FOR_TODAY)


async def begin(services: Services, shop: Shop, clock: Callable[[], datetime]) -> int | None:
    return await begin_night(services.database, shop.id, 3, clock)


async def pass_night(services: Services, shop: Shop, clock: Callable[[], datetime]) -> None:
    """All that is due, one pass after the other."""
    while await begin(services, shop, clock) is not None:
        while await do_a_job(services, clock):
            pass


async def asked(services: Services, shop: Shop, statement: str) -> Sequence[Any]:
    async with services.database.reading(shop.id) as connection:
        return (await connection.execute(text(statement), {"business": shop.id})).all()


async def told(services: Services, shop: Shop) -> list[str]:
    """Every step of every pass, in their order, with its status and how much it did."""
    rows = await asked(
        services,
        shop,
        "SELECT j.business_day, s.name, s.status, s.done FROM job_step s JOIN job j ON j.id = s.job_id"
        " WHERE j.business_id = :business ORDER BY j.business_day, s.position",
    )
    return [f"{date_of(row.business_day):%d} {row.name} {row.status} {row.done}" for row in rows]


async def statuses(services: Services, shop: Shop) -> list[str]:
    rows = await asked(services, shop, "SELECT status FROM job WHERE business_id = :business ORDER BY business_day")
    return [row.status for row in rows]


async def written(services: Services, shop: Shop) -> int:
    found = await asked(
        services, shop, "SELECT name FROM storefront WHERE business_id = :business AND name LIKE '2026%'"
    )
    assert len({row.name for row in found}) == len(found)
    return len(found)


@pytest.mark.usefixtures("_two_steps")
async def test_a_pass_is_run_once_a_day(services: Services, shop: Shop) -> None:
    clock = Clock(FIRST - timedelta(seconds=1))
    await pass_night(services, shop, clock)
    assert await told(services, shop) == []
    for _ in range(2):
        clock.now += timedelta(seconds=1)
        await pass_night(services, shop, clock)
        assert await told(services, shop) == ["06 MADE_UP DONE 3", "06 FOR_TODAY DONE 3"]
    assert (await statuses(services, shop), await written(services, shop)) == (["DONE"], 6)


@pytest.mark.usefixtures("_two_steps")
async def test_days_that_were_missed_are_made_up_in_order(services: Services, shop: Shop) -> None:
    """Three days without a pass; what is for today alone is done once."""
    clock = Clock(FIRST)
    await pass_night(services, shop, clock)
    clock.now += 3 * DAY
    await pass_night(services, shop, clock)
    assert (await told(services, shop))[2:] == [
        "07 MADE_UP DONE 3",
        "08 MADE_UP DONE 3",
        "09 MADE_UP DONE 3",
        "09 FOR_TODAY DONE 3",
    ]
    order = await asked(services, shop, "SELECT business_day FROM job WHERE business_id = :business ORDER BY id")
    assert [row.business_day for row in order] == sorted(row.business_day for row in order)


@pytest.mark.usefixtures("_two_steps")
async def test_of_many_processes_one_begins_a_pass(services: Services, shop: Shop) -> None:
    clock = Clock(FIRST)
    begun = await asyncio.gather(*(begin(services, shop, clock) for _ in range(6)))
    assert len([job for job in begun if job is not None]) == 1
    await asyncio.gather(*(do_a_job(services, clock) for _ in range(4)))
    assert await told(services, shop) == ["06 MADE_UP DONE 3", "06 FOR_TODAY DONE 3"]
    assert await written(services, shop) == 6


@pytest.mark.usefixtures("_two_steps")
async def test_a_killed_pass_goes_on_from_its_last_batch(services: Services, shop: Shop) -> None:
    """And the process that was only stopped writes nothing when it wakes."""
    clock, sleepy = Clock(FIRST), Clock(FIRST)
    await begin(services, shop, clock)
    stopped = await HeldJob.taken(services, clock())
    assert stopped is not None
    for _ in range(4):
        assert await do_batch(services, stopped, sleepy)
    assert await told(services, shop) == ["06 MADE_UP DONE 3", "06 FOR_TODAY RUNNING 1"]
    clock.now += LEASED
    assert not await do_a_job(services, clock)
    clock.now += timedelta(seconds=1)
    taken = await HeldJob.taken(services, clock())
    assert taken is not None
    await do_batch(services, taken, clock)
    for now in (sleepy, clock):  # whether it knows how long it slept or not
        with pytest.raises(LeaseLost):
            await do_batch(services, stopped, now)
    assert await written(services, shop) == 5
    while await do_batch(services, taken, clock):
        pass
    assert await told(services, shop) == ["06 MADE_UP DONE 3", "06 FOR_TODAY DONE 3"]
    assert await written(services, shop) == 6


async def test_a_step_that_fails_stops_no_later_one_and_is_tried_again(
    services: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, NightStep("MADE_UP", fails, is_made_up=True), FOR_TODAY)
    clock = Clock(FIRST)
    await pass_night(services, shop, clock)
    failed = ["06 MADE_UP FAILED 0", "06 FOR_TODAY DONE 3"]
    assert (await told(services, shop), await statuses(services, shop)) == (failed, ["FAILED"])
    (job,) = await asked(services, shop, "SELECT error FROM job WHERE business_id = :business")
    assert job.error == "Failed: MADE_UP."
    clock.now += timedelta(minutes=5)
    await pass_night(services, shop, clock)
    assert await told(services, shop) == failed
    use(monkeypatch, MADE_UP, FOR_TODAY)
    clock.now += timedelta(minutes=30)
    await pass_night(services, shop, clock)
    assert (await told(services, shop), await statuses(services, shop)) == (
        ["06 MADE_UP DONE 3", "06 FOR_TODAY DONE 3"],
        ["DONE"],
    )
    assert await written(services, shop) == 6


async def test_what_failed_for_a_day_that_is_past_is_made_up_before_the_next(
    services: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, NightStep("MADE_UP", fails, is_made_up=True), NightStep("FOR_TODAY", fails))
    clock = Clock(FIRST)
    await pass_night(services, shop, clock)
    use(monkeypatch, MADE_UP, FOR_TODAY)
    clock.now += DAY
    await pass_night(services, shop, clock)
    assert await told(services, shop) == [
        "06 MADE_UP DONE 3",
        "06 FOR_TODAY CANCELLED 0",
        "07 MADE_UP DONE 3",
        "07 FOR_TODAY DONE 3",
    ]


@pytest.mark.usefixtures("_two_steps")
async def test_a_clock_that_jumps_a_day_in_the_midst_of_a_pass(services: Services, shop: Shop) -> None:
    """What is left for that day alone is the next pass's; a clock that goes back begins nothing again."""
    clock = Clock(FIRST)
    await begin(services, shop, clock)
    held = await HeldJob.taken(services, clock())
    assert held is not None
    await do_batch(services, held, clock)
    clock.now += DAY
    with pytest.raises(LeaseLost):
        await do_batch(services, held, clock)
    while await do_a_job(services, clock):
        pass
    await pass_night(services, shop, clock)
    expected = ["06 MADE_UP DONE 3", "06 FOR_TODAY CANCELLED 0", "07 MADE_UP DONE 3", "07 FOR_TODAY DONE 3"]
    assert await told(services, shop) == expected
    clock.now -= DAY
    await pass_night(services, shop, clock)
    assert await told(services, shop) == expected


@pytest.mark.usefixtures("_two_steps")
async def test_a_day_that_is_done_is_not_done_again_in_another_zone(services: Services, shop: Shop) -> None:
    clock = Clock(FIRST)
    await pass_night(services, shop, clock)
    async with services.database.transaction() as connection:
        moved = text("UPDATE business SET timezone = 'Pacific/Honolulu' WHERE id = :business")
        await connection.execute(moved, {"business": shop.id})
    clock.now = datetime(2026, 3, 6, 13, tzinfo=UTC)  # 03:00 of the same day there
    await pass_night(services, shop, clock)
    assert await statuses(services, shop) == ["DONE"]
    clock.now += DAY
    await pass_night(services, shop, clock)
    assert (await told(services, shop))[2:] == ["07 MADE_UP DONE 3", "07 FOR_TODAY DONE 3"]


async def test_what_is_done_at_night(services: Services, shop: Shop) -> None:
    """The steps that there are, on a shop that has little: none fails."""
    await pass_night(services, shop, Clock(FIRST))
    assert await told(services, shop) == [
        "06 ERASE_REQUESTED DONE 0",
        "06 ACTIVATE_POINTS DONE 0",
        "06 EXPIRE_POINTS DONE 0",
        "06 EXPIRE_REDEMPTIONS DONE 0",
        "06 BIRTHDAY_POINTS DONE 0",
        "06 REVIEW_TIERS DONE 0",
        "06 REMIND_EXPIRING DONE 0",
        "06 FIND_DUPLICATES DONE 0",
        "06 FIT_MODEL DONE 1",
        "06 PURGE DONE 0",
    ]
