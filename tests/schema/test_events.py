"""Events: the stream for those who fetch it, and their types."""

import orjson
import pytest
from sqlalchemy import text

from resolvers.operation.viewer import Role
from tests.schema.conftest import Asker
from tests.schema.writing import named
from tests.telling import held

EVENTS = """query ($first: Int, $after: String, $types: [String!]) {
    events(first: $first, after: $after, types: $types) {
        nodes { id sequence type occurredAt dataRevision payload customer { number } }
        pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
def admin(ask_both: Asker) -> Asker:
    return ask_both.being(Role.ADMIN)


async def test_events_are_fetched_in_order_without_a_gap(admin: Asker) -> None:
    for name in ("A", "B", "C"):
        await named(admin, name)
    page = (await admin(EVENTS, first=2))["events"]
    assert [node["sequence"] for node in page["nodes"]] == [1, 2]
    held(orjson.loads(page["nodes"][0]["payload"]))
    assert (page["nodes"][0]["customer"], page["nodes"][0]["type"]) == ({"number": "ANN"}, "customer.updated")
    rest = (await admin(EVENTS, after=page["pageInfo"]["endCursor"]))["events"]
    assert [node["sequence"] for node in rest["nodes"]] == [3]
    nothing = (await admin(EVENTS, after=rest["pageInfo"]["endCursor"]))["events"]
    assert nothing["nodes"] == []
    assert (await admin(EVENTS, types=["customer.created"]))["events"]["nodes"] == []
    await admin.refused(EVENTS, types=["customer.made"])
    await admin.refused(EVENTS, types=["contact.code"])
    node = await admin("query ($id: ID!) { node(id: $id) { id } }", id=page["nodes"][0]["id"])
    assert node["node"]["id"] == page["nodes"][0]["id"]
    hidden = await admin.being(Role.MANAGER)("query ($id: ID!) { node(id: $id) { id } }", id=page["nodes"][0]["id"])
    assert hidden["node"] is None


async def test_a_cursor_of_another_epoch_or_before_what_is_kept_is_refused(ask: Asker) -> None:
    admin = ask.being(Role.ADMIN)
    for name in ("A", "B", "C"):
        await named(admin, name)
    cursor = (await admin(EVENTS, first=1))["events"]["pageInfo"]["endCursor"]
    async with ask.services.database.transaction() as connection:
        await connection.execute(text("DELETE FROM event WHERE sequence < 2"))
    assert [node["sequence"] for node in (await admin(EVENTS, after=cursor))["events"]["nodes"]] == [2, 3]
    async with ask.services.database.transaction() as connection:
        await connection.execute(text("DELETE FROM event WHERE sequence < 3"))
    assert "event 3" in await admin.refused(EVENTS, after=cursor)
    async with ask.services.database.transaction() as connection:
        await connection.execute(text("UPDATE installation SET epoch = 'another'"))
    await admin.refused(EVENTS, after=cursor)


async def test_a_write_that_is_undone_tells_nothing(admin: Asker) -> None:
    before = (await admin(EVENTS))["events"]["nodes"]
    refused = await admin('mutation { createCustomer(input: {firstName: "X", number: "ANN"}) { __typename } }')
    assert refused["createCustomer"]["__typename"] == "Duplicate"
    assert (await admin(EVENTS))["events"]["nodes"] == before


async def test_types_are_listed_each_with_its_schema(ask: Asker) -> None:
    told = (await ask.being(Role.ADMIN)("{ eventTypes { name description jsonSchema example } }"))["eventTypes"]
    assert len(told) == 31
    for one in told:
        assert orjson.loads(one["jsonSchema"])["title"] == one["name"] == orjson.loads(one["example"])["type"]
