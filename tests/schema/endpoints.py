"""Endpoints as tests save and serve them, a turn at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from resolvers.deliveries import EndpointKey, TakenDelivery, TriedDelivery, take_turn
from resolvers.operation.ids import key_of
from rules.webhooks import Attempt, AttemptError
from tests.builders import NOW
from tests.schema.conftest import Asker

ENDPOINT = """id version url description types includesPersonal isActive disabledReason createdAt secretHint
    previousSecretUntil backlog failingSince"""
RESULT = f"""__typename ... on WebhookEndpointPayload {{ secret endpoint {{ {ENDPOINT} }} }}
    ... on InvalidInput {{ problems {{ path code }} }} ... on StaleVersion {{ expected actual }}
    ... on NotFound {{ path }}"""
SAVE = f"""mutation ($id: ID, $input: WebhookEndpointInput!) {{
    saveWebhookEndpoint(id: $id, input: $input) {{ {RESULT} }} }}"""
ROTATE = f"""mutation ($id: ID!, $hours: Int! = 24) {{
    rotateWebhookSecret(id: $id, keepPreviousHours: $hours) {{ {RESULT} }} }}"""
DELETE = "mutation ($id: ID!) { deleteWebhookEndpoint(id: $id) { __typename ... on Deleted { id } } }"
RETRY = """mutation ($id: ID!) { retryDelivery(id: $id) { __typename ... on NotAllowed { reason }
    ... on DeliveryPayload { delivery { id status nextAttemptAt } } } }"""
LIST = f"{{ webhookEndpoints {{ {ENDPOINT} }} }}"
DELIVERIES = """query ($first: Int, $after: String, $status: DeliveryStatus) { webhookEndpoints {
    deliveries(first: $first, after: $after, status: $status) { totalCount pageInfo { hasNextPage endCursor }
        nodes { id status nextAttemptAt attempts { at status error } event { type sequence } endpoint { url } } } } }"""
OFF = "mutation ($ids: [ID!]!) { setCustomersActive(target: {ids: $ids}, isActive: false) { __typename } }"
HOOKS = "https://example.com/hooks"
SECOND = timedelta(seconds=1)


async def save(ask: Asker, id_: str | None = None, **given: Any) -> Any:
    answered = await ask(SAVE, id=id_, input={"url": HOOKS, "types": [], **given})
    return answered["saveWebhookEndpoint"]


async def made(ask: Asker, **given: Any) -> tuple[str, str]:
    """A new endpoint: its id and its secret."""
    done = await save(ask, **given)
    assert done["__typename"] == "WebhookEndpointPayload", done
    return done["endpoint"]["id"], done["secret"]


async def turn(
    ask: Asker, id_: str, tried: Sequence[TriedDelivery] = (), *, at: datetime = NOW, room: int = 100
) -> Any:
    key = EndpointKey(key_of(id_, "WebhookEndpoint"), ask.viewer.business_id)
    return await take_turn(ask.services, key, tried, room=room, clock=lambda: at)


def came(taken: Sequence[TakenDelivery], status: int | None, *, at: datetime = NOW) -> list[TriedDelivery]:
    """What was taken, answered with a status, or not at all."""
    error = None if status == 200 else AttemptError.TIMEOUT if status is None else AttemptError.STATUS
    return [TriedDelivery(each, Attempt(at, status, 0.0, error)) for each in taken]


def bodies(taken: Sequence[TakenDelivery]) -> list[Any]:
    return [orjson.loads(each.parcel.body) for each in taken]


async def deliveries(ask: Asker, **arguments: Any) -> Any:
    return (await ask(DELIVERIES, **arguments))["webhookEndpoints"][0]["deliveries"]
