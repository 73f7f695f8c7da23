"""Pairs that may be one person: looked for, shown, dismissed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from exports.reports import document_of
from resolvers.duplicate_search import MOST_PAIRS, begin_search, search_duplicates
from resolvers.duplicates import DuplicatesQuestion
from resolvers.exports import Export
from resolvers.held_jobs import HeldJob
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write, writing
from rules.exports import ExportFormat
from server.job_loop import do_job
from tests.builders import ACTOR, NOW, Shop, open_shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.mutations import pair_of
from tests.schema.writing import counters, everything

PAIR = "id first { number } second { number } score evidence suggestedKeep { number }"
PAIRS = f"""query ($first: Int, $after: String, $least: Float! = 0.85) {{
    duplicateCandidates(first: $first, after: $after, minScore: $least) {{
    nodes {{ {PAIR} }} totalCount pageInfo {{ hasNextPage endCursor }} }} }}"""
OF_ONE = f"query ($id: ID!) {{ customer(by: {{id: $id}}) {{ duplicates {{ {PAIR} }} }} }}"
DISMISS = """mutation ($id: ID!) { dismissDuplicate(id: $id) { __typename ... on Deleted { id }
    ... on NotFound { path } } }"""
JOBS = "{ jobs { nodes { kind status done startedBy } } }"
BORN = date(1990, 5, 1)


@pytest.fixture
async def told(both_services: Any) -> Shop:
    """A shop in which Ann and John are there twice, and Bob's family shares a phone."""
    shop = await open_shop(both_services.database)
    shop.customer(
        "ANN1", first_name="Ann", last_name="Lee", birth_date=BORN, created_at=datetime(2025, 1, 1, tzinfo=UTC)
    )
    shop.customer(
        "ANN2", first_name="Ann", last_name="Lee", birth_date=BORN, created_at=datetime(2025, 2, 1, tzinfo=UTC)
    )
    shop.customer("JON1", first_name="John", last_name="Smith", phone="+442079460123")
    shop.customer("JON2", first_name="Jon", last_name="Smith", phone="+352079460123")
    shop.customer("BOB", first_name="Bob", last_name="Ray", phone="+442071111111")
    shop.customer("EVA", first_name="Eva", last_name="Ray", phone="+352071111111")
    shop.sale("JON2", "2026-02-01", "5.00")
    await shop.save()
    return shop


@pytest.fixture
def asker(both_services: Any, told: Shop) -> Asker:
    """Asks that shop as staff, on each of the two stores."""
    return Asker(both_services, Viewer("stan", Role.STAFF, told.id))


async def search(shop: Shop) -> int:
    @asynccontextmanager
    async def opened() -> AsyncGenerator[tuple[Write, None]]:
        async with writing(shop.database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
            yield write, None

    return (await search_duplicates(shop.database, shop.id, opened)).count


async def pairs(ask: Asker, **arguments: Any) -> Any:
    return (await ask(PAIRS, **arguments))["duplicateCandidates"]


async def test_a_search_finds_pairs_the_likeliest_first(asker: Asker, told: Shop) -> None:
    assert (await pairs(asker))["totalCount"] == 0
    assert await search(told) == 2
    found = await pairs(asker)
    assert found["totalCount"] == 2
    assert found["nodes"] == [
        {
            "id": pair_of(told, "JON1", "JON2"), "first": {"number": "JON1"}, "second": {"number": "JON2"},
            "score": 0.9, "evidence": ["SAME_PHONE_TAIL", "SIMILAR_NAME"], "suggestedKeep": {"number": "JON2"},
        },
        {
            "id": pair_of(told, "ANN1", "ANN2"), "first": {"number": "ANN1"}, "second": {"number": "ANN2"},
            "score": 0.8775, "evidence": ["SAME_NAME", "SAME_BIRTH_DATE"], "suggestedKeep": {"number": "ANN1"},
        },
    ]  # fmt: skip
    assert [node["score"] for node in (await pairs(asker, least=0.9))["nodes"]] == [0.9]
    page = await pairs(asker, first=1)
    rest = await pairs(asker, first=1, after=page["pageInfo"]["endCursor"])
    assert [node["score"] for node in (*page["nodes"], *rest["nodes"])] == [0.9, 0.8775]
    assert "`minScore` must be from 0 to 1" in await asker.refused(PAIRS, least=1.5)


async def test_a_search_that_finds_the_same_again_changes_nothing(asker: Asker, told: Shop) -> None:
    await search(told)
    before = await everything(told.database)
    assert await search(told) == 2
    assert await everything(told.database) == before


async def test_a_search_writes_what_differs_from_the_last(asker: Asker, told: Shop) -> None:
    await search(told)
    told.customer("ANN2", birth_date=date(1991, 5, 1))
    told.customer("JON2", first_name="John")
    await told.save()
    assert await search(told) == 1
    (pair,) = (await pairs(asker, least=0.0))["nodes"]
    assert (pair["first"]["number"], pair["evidence"]) == ("JON1", ["SAME_PHONE_TAIL", "SAME_NAME"])


# ---------------------------------------------------------------- as a job


async def begun(shop: Shop) -> int:
    async with writing(shop.database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
        return await begin_search(write)


async def test_a_search_is_a_job_of_one_batch_after_another(asker: Asker, told: Shop) -> None:
    """Half a thousand people are there twice: no transaction writes more pairs than a batch has."""
    twice = 2 * MOST_PAIRS + 1
    for place in range(twice):
        for side in "ab":
            told.customer(f"{side}{place}", first_name=f"Mo{place}", last_name="Ng", birth_date=BORN)
    told.customer("ANN1", birth_date=None)
    await told.save()
    before = await counters(told)
    id_ = await begun(told)
    assert await begun(told) == id_  # nobody searches beside it
    held = await HeldJob.taken(asker.services, NOW, id_)
    assert held is not None
    await do_job(asker.services, held, lambda: NOW)
    ((job,),) = [page["nodes"] for page in (await asker.being(Role.ADMIN)(JOBS)).values()]
    assert job == {"kind": "DUPLICATES", "status": "DONE", "done": twice + 1, "startedBy": ACTOR.name}
    after = await counters(told)
    assert (after["revision"] - before["revision"], after["entries"] - before["entries"]) == (3, 3)
    assert (await pairs(asker))["totalCount"] == twice + 1


async def test_a_search_that_is_cancelled_writes_no_more(asker: Asker, told: Shop) -> None:
    id_ = await begun(told)
    held = await HeldJob.taken(asker.services, NOW, id_)
    assert held is not None
    cancel = f'mutation {{ cancelJob(id: "{global_id("Job", id_)}") {{ __typename }} }}'
    assert await asker.being(Role.ADMIN)(cancel) == {"cancelJob": {"__typename": "Job"}}
    await do_job(asker.services, held, lambda: NOW)
    ((job,),) = [page["nodes"] for page in (await asker.being(Role.ADMIN)(JOBS)).values()]
    assert job["status"] == "CANCELLED"
    assert (await pairs(asker))["totalCount"] == 0


# ---------------------------------------------------------------- dismissed, and shown


async def test_a_dismissed_pair_never_returns(asker: Asker, told: Shop) -> None:
    await search(told)
    before = await counters(told)
    pair, manager = pair_of(told, "ANN2", "ANN1"), asker.being(Role.MANAGER)
    assert await manager(DISMISS, id=pair) == {"dismissDuplicate": {"__typename": "Deleted", "id": pair}}
    after = await counters(told)
    assert {name: after[name] - before[name] for name in after} == {
        "revision": 1, "facts_revision": 0, "entries": 1, "events": 0,
    }  # fmt: skip
    unchanged = await everything(told.database)
    assert (await manager(DISMISS, id=pair))["dismissDuplicate"]["__typename"] == "Deleted"
    assert await everything(told.database) == unchanged
    assert await search(told) == 1
    assert [node["first"]["number"] for node in (await pairs(asker))["nodes"]] == ["JON1"]
    assert (await asker(OF_ONE, id=customer_id(told, "ANN1")))["customer"]["duplicates"] == []


async def test_a_customer_has_its_own_pairs_also_before_the_next_search(asker: Asker, told: Shop) -> None:
    await search(told)
    own = (await asker(OF_ONE, id=customer_id(told, "JON2")))["customer"]["duplicates"]
    assert [(pair["first"]["number"], pair["score"]) for pair in own] == [("JON1", 0.9)]
    assert (await asker(OF_ONE, id=customer_id(told, "BOB")))["customer"]["duplicates"] == []
    told.customer("ANN3", first_name="Ann", last_name="Lee", birth_date=BORN)
    await told.save()
    new = (await asker(OF_ONE, id=customer_id(told, "ANN3")))["customer"]["duplicates"]
    assert [(pair["first"]["number"], pair["second"]["number"]) for pair in new] == [("ANN1", "ANN3"), ("ANN2", "ANN3")]


async def test_who_is_merged_or_erased_is_in_no_pair(asker: Asker, told: Shop) -> None:
    told.customer("ANN2", merged_into="ANN1")
    told.customer("JON2", is_erased=True)
    await told.save()
    assert await search(told) == 0


async def test_refusals_change_nothing(asker: Asker, told: Shop) -> None:
    stranger = await open_shop(told.database, "Other")
    stranger.customer("X")
    stranger.customer("Y")
    await stranger.save()
    manager, before = asker.being(Role.MANAGER), await everything(told.database)
    for pair in (pair_of(stranger, "X", "Y"), global_id("DuplicateCandidate", 5)):
        assert (await manager(DISMISS, id=pair))["dismissDuplicate"] == {"__typename": "NotFound", "path": ["id"]}
    await manager.refused(DISMISS, id=customer_id(told, "ANN1"))
    for role in (Role.VIEWER, Role.STAFF):
        await asker.being(role).refused(DISMISS, "FORBIDDEN", id=pair_of(told, "ANN1", "ANN2"))
    assert await everything(told.database) == before


async def test_pairs_are_for_staff(asker: Asker, told: Shop) -> None:
    for asked in (PAIRS, OF_ONE):
        variables: dict[str, Any] = {"id": customer_id(told, "ANN1")} if asked is OF_ONE else {}
        await asker.being(Role.VIEWER, pii=True).refused(asked, "FORBIDDEN", **variables)
        await asker.being(Role.CUSTOMER, customer_id=told.id_of("ANN1")).run(asked, **variables)
    own = "{ viewer { customer { duplicates { id } } } }"
    await asker.being(Role.CUSTOMER, customer_id=told.id_of("ANN1")).refused(own, "FORBIDDEN")


async def test_pairs_are_a_file(asker: Asker, told: Shop) -> None:
    await search(told)
    context = Context(asker.services, asker.viewer, asker.now)
    try:
        document = await document_of(context, Export(DuplicatesQuestion(), ExportFormat.CSV))
        rows = [row async for batch in document.tables[0].batches() for row in batch.to_pylist()]
    finally:
        await context.close()
    assert rows[0] == {
        "firstNumber": "JON1", "firstName": "John Smith", "secondNumber": "JON2", "secondName": "Jon Smith",
        "score": 0.9, "evidence": "same phone tail, similar name", "suggestedKeep": "JON2",
    }  # fmt: skip
    assert len(rows) == 2
