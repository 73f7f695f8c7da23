"""Reports are computed once for all who ask at a time, and kept within a budget of bytes and of time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import cachetools
import pytest

from analytics.copy.copy import ColumnarCopy
from resolvers.operation import computed as caches
from resolvers.operation.computed import ReportCache, Seen
from resolvers.operation.services import Services
from tests.analytics.asking import ask, operation
from tests.builders import NOW, open_shop


@dataclass(frozen=True)
class Report:
    name: str
    nbytes: int = 100


class Computing:
    """A computation that counts its runs, and waits until it is let go."""

    def __init__(self, *, failing: Exception | None = None, nbytes: int = 100) -> None:
        self.runs = 0
        self.running = asyncio.Event()
        self.go = asyncio.Event()
        self.failing = failing
        self.nbytes = nbytes

    async def __call__(self) -> Report:
        self.runs += 1
        self.running.set()
        await self.go.wait()
        if self.failing is not None:
            raise self.failing
        return Report(f"run {self.runs}", self.nbytes)


def at_once(name: str, nbytes: int = 100) -> Callable[[], Awaitable[Report]]:
    async def compute() -> Report:
        return Report(name, nbytes)

    return compute


async def value(cache: ReportCache, key: str, name: str, nbytes: int = 100) -> tuple[str, bool]:
    """The name of the report kept under a key, else of a new one, and whether it was kept."""
    computed, kept = await cache.get(key, NOW, at_once(name, nbytes))
    return computed.value.name, kept


@pytest.fixture
def cache() -> ReportCache:
    return ReportCache(1_000, 600)


async def test_twenty_askers_of_a_key_are_answered_by_one_computation(cache: ReportCache) -> None:
    computing = Computing()
    asking = [asyncio.create_task(cache.get("key", NOW, computing)) for _ in range(20)]
    await computing.running.wait()
    computing.go.set()
    answers = await asyncio.gather(*asking)
    assert computing.runs == 1
    assert len({id(computed) for computed, _ in answers}) == 1
    assert {kept for _, kept in answers} == {False}
    assert await value(cache, "key", "another") == ("run 1", True)


async def test_who_began_earlier_and_sees_later_facts_gets_no_older_value(cache: ReportCache) -> None:
    """Two operations take their snapshots in another order than they began."""
    computed, _ = await cache.get("key", NOW, at_once("older facts"), Seen(684, 684))
    asked, kept = await cache.get("key", NOW - timedelta(seconds=1), at_once("later facts"), Seen(686, 686))
    assert (computed.value.name, asked.value.name, kept) == ("older facts", "later facts", False)


async def test_different_keys_are_computed_beside_each_other(cache: ReportCache) -> None:
    first, second = Computing(), Computing()
    asking = [asyncio.create_task(cache.get(key, NOW, c)) for key, c in (("a", first), ("b", second))]
    await first.running.wait()
    await second.running.wait()  # although the first is not done
    first.go.set()
    second.go.set()
    await asyncio.gather(*asking)
    assert (first.runs, second.runs) == (1, 1)


async def test_a_cancelled_asker_harms_no_other(cache: ReportCache) -> None:
    computing = Computing()
    asking = [asyncio.create_task(cache.get("key", NOW, computing)) for _ in range(3)]
    await computing.running.wait()
    asking[0].cancel()  # the one that began it
    with pytest.raises(asyncio.CancelledError):
        await asking[0]
    asking.append(asyncio.create_task(cache.get("key", NOW, computing)))
    await asyncio.sleep(0)
    computing.go.set()
    names = [computed.value.name for computed, _ in await asyncio.gather(*asking[1:])]
    assert names == ["run 1"] * 3
    assert computing.runs == 1


async def test_what_everyone_gave_up_on_is_kept_for_the_next(cache: ReportCache) -> None:
    computing = Computing()
    asking = asyncio.create_task(cache.get("key", NOW, computing))
    await computing.running.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    computing.go.set()
    for _ in range(3):
        await asyncio.sleep(0)
    assert await value(cache, "key", "another") == ("run 1", True)


async def test_a_failure_reaches_all_who_wait_and_is_not_kept(cache: ReportCache) -> None:
    computing = Computing(failing=OSError("no memory"))
    asking = [asyncio.create_task(cache.get("key", NOW, computing)) for _ in range(20)]
    await computing.running.wait()
    computing.go.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [str(answer) for answer in answers] == ["no memory"] * 20
    assert computing.runs == 1
    assert await value(cache, "key", "the next") == ("the next", False)
    assert await value(cache, "key", "after it") == ("the next", True)


async def test_a_value_is_kept_with_the_time_of_its_computation(cache: ReportCache) -> None:
    computed, kept = await cache.get("key", NOW, at_once("first"))
    assert (computed.computed_at, kept) == (NOW, False)
    assert computed.duration_ms >= 0
    again, kept = await cache.get("key", NOW + timedelta(minutes=5), at_once("second"))
    assert again is computed
    assert kept


async def test_the_values_used_longest_ago_give_way_to_the_budget(cache: ReportCache) -> None:
    for key in "abcde":
        await value(cache, key, key, 200)  # all of the budget
    await value(cache, "a", "again")  # used, so that b is now the oldest
    await value(cache, "f", "f", 200)
    kept = {key: (await value(cache, key, "new", 200))[1] for key in "a"}
    assert kept == {"a": True}
    assert await value(cache, "b", "new", 200) == ("new", False)


async def test_a_value_beyond_the_whole_budget_is_answered_and_not_kept(cache: ReportCache) -> None:
    assert await value(cache, "small", "small", 10) == ("small", False)
    assert await value(cache, "large", "large", 1_001) == ("large", False)
    assert await value(cache, "large", "again", 1_000) == ("again", False)  # exactly the budget
    assert await value(cache, "large", "and again") == ("again", True)
    assert await value(cache, "small", "anew", 10) == ("anew", False)  # it had to go


async def test_a_value_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def with_this_clock(*arguments: Any, **options: Any) -> Any:
        return cachetools.TTLCache(*arguments, timer=lambda: clock[0], **options)

    class Cache:
        def __class_getitem__(cls, _: Any) -> Any:
            return with_this_clock

    monkeypatch.setattr(caches, "TTLCache", Cache)
    cache = ReportCache(1_000, 600)
    assert await value(cache, "key", "first") == ("first", False)
    clock[0] = 599.9
    assert await value(cache, "key", "second") == ("first", True)
    clock[0] = 600.0
    assert await value(cache, "key", "third") == ("third", False)


# ---------------------------------------------------------------- the keys of reports


async def test_a_report_is_computed_again_only_when_the_facts_changed(services: Services) -> None:
    shop = await open_shop(services.database)
    shop.sale("anna", "2026-03-01", "10.00")
    await shop.save()

    async def kept(**question: Any) -> tuple[bool, int]:
        async with operation(services, shop.id) as context:
            fresh = (await ask(context, **question)).freshness
            return fresh.from_cache, fresh.data_revision

    assert await kept() == (False, 1)
    assert await kept() == (True, 1)
    for other in ({"days": 91}, {"as_of": "2026-03-04"}, {"include_inactive": True}, {"customer_type": "RETAIL"}):
        assert await kept(**other) == (False, 1)
    assert await kept(scheme="RETAIL") == (False, 1)  # scored by rank
    assert await kept(scheme="REPORT") == (True, 1)  # and so is this one
    assert await kept(scheme="POS", days=None) == (False, 1)
    assert await kept(scheme="RETAIL", days=None) == (True, 1)
    shop.touchpoint("anna", "2026-03-02", outcome="OPENED")
    await shop.save()
    assert await kept() == (True, 2)
    shop.sale("anna", "2026-03-02", "1.00")
    await shop.save()
    assert await kept() == (False, 3)


async def test_the_reports_of_two_businesses_are_kept_apart(services: Services) -> None:
    shops = [await open_shop(services.database, name) for name in ("One", "Two")]
    for count, shop in enumerate(shops, start=1):
        for number in range(count):
            shop.sale(f"c{number}", "2026-03-01", "10.00")
        await shop.save()
    for count, shop in enumerate(shops, start=1):
        async with operation(services, shop.id) as context:
            assert (await ask(context)).total_customers == count


async def test_tomorrow_is_another_question(services: Services) -> None:
    shop = await open_shop(services.database)
    shop.sale("anna", "2026-03-05", "10.00")
    await shop.save()
    for now, recency in ((NOW, 0), (datetime(2026, 3, 6, 12, tzinfo=UTC), 1)):
        async with operation(services, shop.id, now=now) as context:
            assert (await ask(context)).people.people.recency_days.tolist() == [recency]


async def test_twenty_operations_at_once_score_the_population_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await open_shop(services.database)
    shop.sale("anna", "2026-03-05", "10.00")
    await shop.save()
    real, runs = caches.ReportCache._compute, []

    async def counted(self: Any, key: Any, *rest: Any) -> Any:
        runs.append(key)
        return await real(self, key, *rest)

    monkeypatch.setattr(caches.ReportCache, "_compute", counted)

    async def customers() -> int:
        async with operation(services, shop.id) as context:
            return (await ask(context)).total_customers

    assert await asyncio.gather(*(customers() for _ in range(20))) == [1] * 20
    assert len(runs) == 1


async def test_an_operation_that_gives_up_while_its_facts_are_caught_up_keeps_no_connection_and_no_view(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await open_shop(services.database)
    shop.sale("anna", "2026-03-05", "10.00")
    await shop.save()
    async with operation(services, shop.id) as context:
        assert (await ask(context)).total_customers == 1
    shop.sale("ben", "2026-03-05", "10.00")
    await shop.save()
    real, loading, go = ColumnarCopy.bring_to, asyncio.Event(), asyncio.Event()

    async def slowly(self: ColumnarCopy, *arguments: Any) -> None:
        loading.set()
        await go.wait()
        await real(self, *arguments)

    monkeypatch.setattr(ColumnarCopy, "bring_to", slowly)
    async with operation(services, shop.id) as context:
        asking = asyncio.create_task(ask(context))
        await loading.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    go.set()
    async with operation(services, shop.id) as another:
        assert (await ask(another)).total_customers == 2
    pool: Any = services.database.engine.pool
    assert pool.checkedout() == 0
    assert context._snapshot._holders == 0
