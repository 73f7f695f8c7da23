"""What an answer may come to while it is made, and turns on the event loop."""

import asyncio
from threading import Event

import pytest

from resolvers.operation import meter as metering
from resolvers.operation.errors import TooCostly
from resolvers.operation.meter import Meter, Pace, each_aside, pace


def test_entries_and_bytes_are_counted_to_their_end() -> None:
    meter = Meter(entries=3, nbytes=10)
    meter.makes(3)
    meter.shows(10)

    with pytest.raises(TooCostly, match="the lists of the answer come to more than 3 entries"):
        meter.makes(1)
    with pytest.raises(TooCostly, match="more than 3 entries"):
        meter.makes(0)  # what goes on of it ends too
    with pytest.raises(TooCostly, match="more than 3 entries"):
        meter.shows(1)
    with pytest.raises(TooCostly, match="the answer has more than 10 bytes"):
        Meter(nbytes=10).shows(11)


async def test_what_makes_too_much_is_cancelled_with_all_that_it_waits_for() -> None:
    meter, ended = Meter(entries=1), list[str]()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waits")

    async def makes() -> None:
        await asyncio.sleep(0)
        meter.makes(2)

    with pytest.raises(TooCostly):
        async with meter.ending():
            await asyncio.gather(waits(), makes(), return_exceptions=True)
    assert ended == ["waits"]


async def test_what_ends_by_itself_before_it_is_cancelled_is_refused_too() -> None:
    meter = Meter(entries=1)

    async def makes_too_much() -> None:
        async with meter.ending():
            with pytest.raises(TooCostly):
                meter.makes(2)

    with pytest.raises(TooCostly):
        await makes_too_much()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the turns see."""
    now = [0.0]
    monkeypatch.setattr(metering, "perf_counter", lambda: now[0])
    return now


async def test_all_who_work_in_one_turn_have_some_milliseconds_together(clock: list[float]) -> None:
    turns, done = Pace(), list[str]()
    others = 0

    async def work(name: str) -> None:
        for i in range(3):
            await turns.breathe()
            clock[0] += 0.03  # more than a turn has
            done.append(f"{name}{i}")

    async def other() -> None:
        nonlocal others
        while len(done) < 6:
            others += 1
            await asyncio.sleep(0)

    await asyncio.gather(work("a"), work("b"), other())

    assert sorted(done) == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert others >= 6, "others had their turn between any two pieces"


async def test_of_many_who_wait_each_has_its_turn(clock: list[float]) -> None:
    turns, done = Pace(), list[int]()

    async def work(i: int) -> None:
        await turns.breathe()
        clock[0] += 0.03
        done.append(i)

    tasks = [asyncio.create_task(work(i)) for i in range(200)]
    await asyncio.sleep(0)
    tasks[7].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert sorted(done) == [i for i in range(200) if i != 7]


async def test_a_long_list_is_made_in_turns() -> None:
    seen = list[int]()

    def shown(i: int) -> int:
        seen.append(i)
        return 2 * i

    assert await pace().each(shown, range(1_000)) == [2 * i for i in range(1_000)]
    assert seen == list(range(1_000))
    assert await pace().each(shown, iter(())) == []
    assert pace() is pace()


async def test_what_is_made_aside_ends_where_nobody_waits_any_more() -> None:
    begun, made = asyncio.Event(), list[int]()
    loop, may_go_on = asyncio.get_running_loop(), Event()

    def work(i: int) -> int:
        made.append(i)
        loop.call_soon_threadsafe(begun.set)
        may_go_on.wait()
        return i

    task = asyncio.create_task(each_aside(work, range(5)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    may_go_on.set()
    await asyncio.to_thread(lambda: None)
    assert made == [0]
    assert await each_aside(lambda i: i + 1, [1, 2]) == [2, 3]
