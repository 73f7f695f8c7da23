"""Events sent again, as a job."""

from typing import Any

import pytest

from resolvers.operation.viewer import Role
from server.job_loop import do_a_job
from tests.builders import NOW
from tests.schema.conftest import Asker
from tests.schema.endpoints import DELETE, OFF, SECOND, came, made, turn
from tests.schema.writing import named

REPLAY = """mutation ($id: ID!, $since: DateTime!, $until: DateTime, $types: [String!]) {
    replayEvents(endpoint: $id, since: $since, until: $until, types: $types) { __typename
        ... on Job { id kind status done total } ... on InvalidInput { problems { path code } }
        ... on NotFound { path } } }"""


async def replayed(ask: Asker, **given: Any) -> Any:
    """The job of a replay, once it is done."""
    begun = (await ask(REPLAY, **given))["replayEvents"]
    assert (begun["__typename"], begun["kind"], begun["status"]) == ("Job", "REPLAY", "QUEUED"), begun
    while await do_a_job(ask.services, lambda: NOW):
        pass
    return (await ask("query ($id: ID!) { job(id: $id) { status done total } }", id=begun["id"]))["job"]


async def test_events_go_again_with_the_same_ids_in_their_order(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.replaying_events.BATCH", 2)
    admin = ask.being(Role.ADMIN)
    for name in ("A", "B", "C"):
        await named(admin, name)
    ann = (await admin('{ customer(by: {number: "ANN"}) { id } }'))["customer"]["id"]
    await admin(OFF, ids=[ann])
    id_, _ = await made(admin, types=["customer.updated"])
    noon = NOW.isoformat()
    assert await replayed(admin, id=id_, since=noon) == {"status": "DONE", "done": 3, "total": 3}
    later = (NOW + SECOND).isoformat()
    assert (await replayed(admin, id=id_, since=later, until=later))["total"] == 0
    only = await replayed(admin, id=id_, since=noon, until=noon, types=["customer.deactivated"])
    assert only == {"status": "DONE", "done": 1, "total": 1}
    sent: list[str] = []
    taken = (await turn(admin, id_)).taken
    while taken:
        sent += [each.parcel.id for each in taken]
        taken = (await turn(admin, id_, came(taken, 200))).taken
    told = (await admin("{ events { nodes { id } } }"))["events"]["nodes"]
    assert sent == [node["id"] for node in told]


async def test_what_of_a_replay_makes_no_sense(ask: Asker) -> None:
    admin = ask.being(Role.ADMIN)
    id_, _ = await made(admin)
    given = {"since": "2026-03-05T12:00:01Z", "until": "2026-03-05T12:00:00Z", "types": ["customer.made"]}
    refused = (await admin(REPLAY, id=id_, **given))["replayEvents"]
    assert refused["problems"] == [
        {"path": ["since"], "code": "OUT_OF_RANGE"},
        {"path": ["types", "0"], "code": "UNKNOWN_VALUE"},
    ]
    await admin(DELETE, id=id_)
    gone = (await admin(REPLAY, id=id_, since="2026-03-05T12:00:00Z"))["replayEvents"]
    assert gone == {"__typename": "NotFound", "path": ["endpoint"]}
