"""Codes for the shop's own systems: sealed, tried while they hold, and gone once they are over."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from models.webhooks import delivery
from resolvers.code_messages import CodeMessage, takes_codes, tell_code
from resolvers.delivered import drop_expired_messages
from resolvers.deliveries import EndpointKey, TriedDelivery, take_turn
from resolvers.operation.ids import key_of
from resolvers.operation.viewer import Role
from resolvers.operation.writing import writing
from rules.webhooks import Attempt, AttemptError
from tests.builders import ACTOR, NOW
from tests.schema.conftest import Asker
from tests.schema.writing import everything
from tests.telling import held

SAVE = """mutation ($types: [String!]!) { saveWebhookEndpoint(
    input: {url: "https://example.com/codes", types: $types}) { ... on WebhookEndpointPayload { endpoint { id } } } }"""
STATE = "{ webhookEndpoints { backlog deliveries { totalCount } } events { nodes { id } } }"
OVER = NOW + timedelta(minutes=10)


@pytest.fixture
def admin(ask_both: Asker) -> Asker:
    return ask_both.being(Role.ADMIN)


async def made(ask: Asker, *types: str) -> EndpointKey:
    id_ = (await ask(SAVE, types=list(types)))["saveWebhookEndpoint"]["endpoint"]["id"]
    return EndpointKey(key_of(id_, "WebhookEndpoint"), ask.viewer.business_id)


async def told(ask: Asker, customer_id: int | None = None) -> bool:
    """Whether a code was handed to somebody."""
    message = CodeMessage("SMS", "+12025550123", "K7M2P9QX", "SIGN_IN", OVER, customer_id)
    async with writing(ask.services.database, ask.viewer.business_id, actor=ACTOR, clock=lambda: NOW) as write:
        done = await tell_code(write, ask.services.sealing, message)
        assert await takes_codes(write) is done
        assert not write.has_changed
    return done


async def turn(ask: Asker, key: EndpointKey, tried: Any = (), *, after: int = 0) -> Any:
    return await take_turn(ask.services, key, tried, room=10, clock=lambda: NOW + timedelta(seconds=after))


async def kept(ask: Asker) -> list[str]:
    """The bodies of the messages that are in the store."""
    mine = (delivery.c.business_id == ask.viewer.business_id, delivery.c.until.is_not(None))
    async with ask.services.database.reading(ask.viewer.business_id) as connection:
        return list((await connection.execute(select(delivery.c.body).where(*mine))).scalars())


async def test_a_code_goes_only_to_those_who_are_for_codes_alone_and_is_no_event(admin: Asker) -> None:
    all_events = await made(admin)
    assert not await told(admin)
    codes = await made(admin, "contact.code")
    assert await told(admin)
    rows = await everything(admin.services.database)
    assert "K7M2P9QX" not in str(rows)
    assert "+12025550123" not in str(rows[delivery.name])
    assert (await turn(admin, all_events)).taken == []
    (taken,) = (await turn(admin, codes)).taken
    body = orjson.loads(taken.parcel.body)
    held(body)
    assert body == {
        "type": "contact.code", "timestamp": "2026-03-05T12:00:00.000Z",
        "data": {"channel": "SMS", "contact": "+12025550123", "code": "K7M2P9QX", "purpose": "SIGN_IN",
                 "expiresAt": "2026-03-05T12:10:00.000Z"},
    }  # fmt: skip
    state = await admin(STATE)
    assert state["webhookEndpoints"] == [{"backlog": 0, "deliveries": {"totalCount": 0}}] * 2
    assert state["events"]["nodes"] == []


async def test_it_is_gone_once_delivered(admin: Asker) -> None:
    codes = await made(admin, "contact.code")
    await told(admin)
    await told(admin)
    taken = (await turn(admin, codes)).taken
    assert len({each.parcel.id for each in taken}) == 2
    await turn(admin, codes, [TriedDelivery(each, Attempt(NOW, 204, 1.0, None)) for each in taken])
    assert await kept(admin) == []


async def test_it_is_tried_again_while_it_holds_and_then_gone(admin: Asker) -> None:
    codes = await made(admin, "contact.code")
    await told(admin)
    for after in (0, 150, 300, 450):
        (taken,) = (await turn(admin, codes, after=after)).taken
        failed = Attempt(NOW + timedelta(seconds=after), 500, 1.0, AttemptError.STATUS)
        await turn(admin, codes, [TriedDelivery(taken, failed)], after=after)
    assert len(await kept(admin)) == 1
    await drop_expired_messages(admin.services.database, OVER - timedelta(seconds=1))
    assert len(await kept(admin)) == 1
    await drop_expired_messages(admin.services.database, OVER)
    assert await kept(admin) == []


async def test_it_goes_with_its_endpoint_and_with_its_customer(admin: Asker) -> None:
    await made(admin, "contact.code")
    id_ = (await admin('{ customer(by: {number: "NONAME"}) { id } }'))["customer"]["id"]
    await told(admin, key_of(id_, "Customer"))
    await told(admin)
    erased = await admin("mutation ($id: ID!) { eraseCustomer(id: $id) { __typename } }", id=id_)
    assert erased["eraseCustomer"]["__typename"] == "ErasePlan"
    assert len(await kept(admin)) == 1
    (endpoint,) = (await admin("{ webhookEndpoints { id } }"))["webhookEndpoints"]
    await admin("mutation ($id: ID!) { deleteWebhookEndpoint(id: $id) { __typename } }", id=endpoint["id"])
    assert await kept(admin) == []
