"""Reports that several operations wait for: what becomes of one is nothing to the others, and nothing is left."""

import asyncio
from typing import Any

import pytest

from analytics.copy.copy import ColumnarCopy, Copies, CopyLimits, SnapshotMoved
from analytics.copy.pinned import PinnedView
from models.database import Database
from resolvers.operation.context import Context
from resolvers.operation.reader import SnapshotEnded
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import NOW, Shop, open_shop


class Sum:
    """The number of sales, slowly counted."""

    nbytes = 8

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.runs = 0
        self.value = -1

    async def __call__(self, view: PinnedView) -> "Sum":
        self.runs += 1
        self.begun.set()
        await self.go.wait()
        rows = view._cursor.execute('SELECT count(*) FROM "sale"').fetchone()
        assert rows is not None
        self.value = rows[0]
        return self


def context_of(services: Services, shop: Shop, **options: Any) -> Context:
    return Context(services, Viewer("ann", Role.MANAGER, shop.id), NOW, **options)


async def ask(context: Context, compute: Sum, name: str = "sum") -> int:
    """What an operation is answered; its context is closed whatever becomes of it."""
    try:
        computed, _ = await context.report(name, None, compute)
        return computed.value.value
    finally:
        await context.close()


def assert_nothing_left(services: Services, contexts: list[Context]) -> None:
    assert services.database.connections_in_use == 0
    for context in contexts:
        assert context._snapshot._holders == 0


@pytest.mark.parametrize("cancelled", [0, 1, 3, 20])
async def test_cancelled_askers_harm_nobody(services: Services, shop: Shop, cancelled: int) -> None:
    compute, contexts = Sum(), [context_of(services, shop) for _ in range(20)]
    tasks = {context: asyncio.create_task(ask(context, compute)) for context in contexts}
    await compute.begun.wait()
    computing = next(context for context in contexts if context._snapshot._holders == 2)  # its view is pinned
    contexts.sort(key=lambda context: context is not computing)
    asking = [tasks[context] for context in contexts]
    for task in asking[:cancelled]:
        task.cancel()
    await asyncio.sleep(0.05)
    assert computing._snapshot._holders == (1 if cancelled else 2)
    compute.go.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    await asyncio.sleep(0.05)
    assert answers[cancelled:] == [1] * (20 - cancelled)
    assert compute.runs == 1
    assert_nothing_left(services, contexts)


async def test_an_asker_may_go_before_its_computation_has_begun(services: Services, shop: Shop) -> None:
    compute, contexts = Sum(), [context_of(services, shop) for _ in range(3)]
    compute.go.set()
    for context in contexts:
        await context.business()
    asking = [asyncio.create_task(ask(context, compute)) for context in contexts]
    await asyncio.sleep(0)
    asking[0].cancel()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert answers[1:] == [1, 1]
    assert_nothing_left(services, contexts)


async def test_who_waits_for_one_that_has_to_begin_anew_computes_itself(services: Services, shop: Shop) -> None:
    """Two snapshots with the same facts share a computation, which the older one cannot make once the copy moved on."""
    late, soon = context_of(services, shop), context_of(services, shop)
    await late.business()
    shop.customer("anna", notes="new")
    await shop.save()
    async with services.copies.of(shop.id).lock:  # nobody can pin before both ask
        first = asyncio.create_task(ask(late, Sum()))
        await asyncio.sleep(0.05)
        compute = Sum()
        compute.go.set()
        second = asyncio.create_task(ask(soon, compute))
        await asyncio.sleep(0.05)
        other = context_of(services, shop)
        await services.copies.of(shop.id).bring_to((await other.business()).row.revision, other.reader.stored)
        await other.close()
    with pytest.raises(SnapshotMoved):
        await first
    assert await second == 1
    assert_nothing_left(services, [late, soon, other])


async def test_a_load_goes_on_to_its_end_when_its_operation_is_cancelled(
    services: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.copies = Copies(services.database, CopyLimits(small_change=-1))  # as where much is loaded
    real, loading, at_work = ColumnarCopy._synchronise, asyncio.Event(), []
    loop = asyncio.get_running_loop()

    def slowly(self: ColumnarCopy, wanted: Any) -> None:
        assert not at_work, "two loads at once"
        at_work.append(1)
        loop.call_soon_threadsafe(loading.set)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.2), loop).result()
        real(self, wanted)
        at_work.clear()

    monkeypatch.setattr(ColumnarCopy, "_synchronise", slowly)
    contexts = [context_of(services, shop) for _ in range(2)]
    first = asyncio.create_task(contexts[0].facts())
    await loading.wait()
    second = asyncio.create_task(contexts[1].facts())
    first.cancel()
    await asyncio.sleep(0.05)
    first.cancel()  # impatiently
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await second).tables
    for context in contexts:
        await context.close()
    assert_nothing_left(services, contexts)


async def test_nothing_is_read_after_an_operation(services: Services, shop: Shop) -> None:
    context = context_of(services, shop)
    await context.business()
    await context.close()
    with pytest.raises(SnapshotEnded):
        await context.facts()
    assert_nothing_left(services, [context])


async def test_closing_ends_what_is_still_computed(store_url: str) -> None:
    services = Services(Database(store_url))
    shop = await open_shop(services.database)
    compute, contexts = Sum(), [context_of(services, shop) for _ in range(2)]
    asking = [asyncio.create_task(ask(context, compute)) for context in contexts]
    await compute.begun.wait()
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    assert sum(context._snapshot._holders for context in contexts) == 1
    await services.close()
    assert_nothing_left(services, contexts)


async def test_a_snapshot_that_fails_to_begin_is_begun_by_the_next(
    services: Services, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, fails = context_of(services, shop), [True]
    real = type(context.reader)._records

    async def sometimes(self: Any, *arguments: Any) -> Any:
        if fails.pop() if fails else False:
            raise ConnectionResetError
        return await real(self, *arguments)

    monkeypatch.setattr(type(context.reader), "_records", sometimes)
    with pytest.raises(ConnectionResetError):
        await context.business()
    assert services.database.connections_in_use == 0
    assert (await context.business()).row.revision == 1
    await context.close()
    assert_nothing_left(services, [context])


async def test_what_an_operation_asks_for_again_is_not_of_before_it(services: Services, shop: Shop) -> None:
    first, second = context_of(services, shop), context_of(services, shop)
    compute = Sum()
    compute.go.set()
    seen = [(await context.report("sum", None, compute))[1] for context in (first, first, second, first)]

    assert (seen, compute.runs) == ([False, False, True, False], 1)
    await first.close()
    await second.close()
