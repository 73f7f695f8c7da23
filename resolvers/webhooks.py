"""Endpoints that are told of events: saved, deleted, given new secrets, tested."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_bytes
from typing import Annotated, Any, Self
from uuid import uuid4

import orjson
from sqlalchemy import update

from models.deliveries import deliveries_discarded, messages_removed
from models.webhooks import (
    LONGEST_URL,
    backlogs,
    endpoint,
    endpoint_count,
    endpoint_locked,
    endpoint_row,
    endpoints_of_business,
    endpoints_with_id,
)
from resolvers.deliveries import CANNOT_OPEN, secrets_of, told_so_far
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id
from resolvers.operation.loaders import one_each
from resolvers.operation.refusing import as_member
from resolvers.operation.sealing import CannotOpen
from resolvers.operation.sending import Parcel
from resolvers.operation.viewer import Role
from resolvers.operation.writing import Write
from resolvers.payloads import Deleted
from rules.addresses import fault_of_url
from rules.events import ENDPOINT_DISABLED, TESTED, body_of
from rules.problems import Problems, optional_text, required_text, whole_number
from rules.refusals import InputProblemCode, NotFound
from rules.webhooks import MOST_ENDPOINTS, MOST_HOURS, Attempt, checked_types

SECRET_BYTES = 32
HINT_LETTERS = 4
TEST_SECONDS = 10.0
NO_ENDPOINT = NotFound("There is no such endpoint.", ("id",))
NO_KEY = "This installation has no key to keep secrets with: set SECRET_KEY or WEBHOOK_KEYS."


@dataclass(frozen=True)
class NewSecret:
    """A secret as it is shown once, and as it is kept."""

    shown: str
    sealed: str

    @property
    def hint(self) -> str:
        """What tells it from others."""
        return f"whsec_…{self.shown[-HINT_LETTERS:]}"


@dataclass(frozen=True)
class SaveWebhookEndpoint:
    """An endpoint as it is to be; without an id a new one, which is given the secret."""

    id: int | None
    url: str
    description: str | None
    types: tuple[str, ...]
    includes_personal: bool
    is_active: bool
    version: int | None
    secret: NewSecret | None = None
    private_hosts: frozenset[str] = frozenset()

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        below = problems.under("input")
        url = required_text(below, "url", self.url, longest=LONGEST_URL)
        if url and (fault := fault_of_url(url, self.private_hosts)):
            below.add("url", InputProblemCode.INVALID_FORMAT, fault)
        description = optional_text(below, "description", self.description, longest=500)
        types = checked_types(below, "types", self.types)
        if self.id is None and self.secret is None:
            problems.add((), InputProblemCode.REQUIRED, NO_KEY)
        return replace(self, url=url, description=description, types=types)


@dataclass(frozen=True)
class WebhookEndpointPayload:
    """The endpoint as it is now."""

    endpoint_id: int
    secret: Annotated[str | None, "The secret where one was made: it is shown this once."] = None


async def save_webhook_endpoint(write: Write, asked: SaveWebhookEndpoint) -> WebhookEndpointPayload:
    """Save an endpoint."""
    values = {
        "url": asked.url,
        "description": asked.description,
        "types": orjson.dumps(asked.types).decode(),
        "includes_personal": asked.includes_personal,
        "is_active": asked.is_active,
    }
    if asked.id is None:
        return await _made(write, asked, values)
    row = await write.one(endpoint_locked(), NO_ENDPOINT, id=asked.id)
    write.expect(row, asked.version)
    freed = {"disabled_reason": None} if asked.is_active else {}
    await change_endpoint(write, row, **values, **freed)
    return WebhookEndpointPayload(row.id)


async def _made(write: Write, asked: SaveWebhookEndpoint, values: dict[str, Any]) -> WebhookEndpointPayload:
    (counted,) = await write.rows(endpoint_count())
    if counted.rows >= MOST_ENDPOINTS:
        problems = Problems()
        problems.add("id", InputProblemCode.TOO_MANY, f"There are {MOST_ENDPOINTS} endpoints already: delete one.")
        problems.raise_if_any()
    assert asked.secret is not None
    secret = {"secret": asked.secret.sealed, "secret_hint": asked.secret.hint}
    id_ = await write.insert(
        endpoint, **values, **secret, version=1, created_at=write.now, told_to=write.last_event, is_deleted=False
    )
    return WebhookEndpointPayload(id_, asked.secret.shown)


async def change_endpoint(write: Write, row: Any, **values: Any) -> bool:
    """Change an endpoint that is locked, once what it is still to be told of as it is has its deliveries."""
    await told_so_far(write, row)
    if not await write.update(endpoint, row, **values):
        return False
    if values.get("is_active") and not row.is_active:
        begins = {"told_to": write.last_event, "failing_since": None}
        await write.connection.execute(update(endpoint).where(endpoint.c.id == row.id).values(begins))
    return True


@dataclass(frozen=True)
class DeleteWebhookEndpoint:
    """An endpoint to delete."""

    id: int


async def delete_webhook_endpoint(write: Write, asked: DeleteWebhookEndpoint) -> Deleted:
    """Delete an endpoint; what it was not told is discarded, what became of the rest is still shown."""
    row = await write.one(endpoint_locked(), NO_ENDPOINT, id=asked.id)
    await write.update(endpoint, row, is_deleted=True, is_active=False, secret="", previous_secret=None)
    mine = {"business": write.business_id, "endpoint": row.id}
    await write.connection.execute(messages_removed(expired=False), mine)
    await write.connection.execute(deliveries_discarded(), mine)
    return Deleted(global_id("WebhookEndpoint", row.id))


@dataclass(frozen=True)
class RotateWebhookSecret:
    """An endpoint that is to sign with another secret, with the former one too for some hours."""

    id: int
    keep_previous_hours: int
    secret: NewSecret | None

    def checked(self, problems: Problems) -> Self:
        """The same, every problem told."""
        whole_number(problems, "keepPreviousHours", self.keep_previous_hours, lowest=0, highest=MOST_HOURS)
        if self.secret is None:
            problems.add((), InputProblemCode.REQUIRED, NO_KEY)
        return self


async def rotate_webhook_secret(write: Write, asked: RotateWebhookSecret) -> WebhookEndpointPayload:
    """Give an endpoint another secret."""
    row = await write.one(endpoint_locked(), NO_ENDPOINT, id=asked.id)
    assert asked.secret is not None
    until = write.now + timedelta(hours=asked.keep_previous_hours)
    kept = {"previous_secret": row.secret, "previous_secret_until": until} if asked.keep_previous_hours else {}
    dropped = {"previous_secret": None, "previous_secret_until": None}
    secret = {"secret": asked.secret.sealed, "secret_hint": asked.secret.hint}
    await write.update(endpoint, row, **{**dropped, **kept}, **secret)
    return WebhookEndpointPayload(row.id, asked.secret.shown)


@dataclass(frozen=True)
class DisableEndpoint:
    """An endpoint that is told no more, and why."""

    id: int
    reason: str


async def disable_endpoint(write: Write, asked: DisableEndpoint) -> bool:
    """Tell an endpoint no more; whether it was told so far."""
    found = await write.rows(endpoint_locked(), id=asked.id)
    if not found or not found[0].is_active:
        return False
    await change_endpoint(write, found[0], is_active=False, disabled_reason=asked.reason)
    write.tell(ENDPOINT_DISABLED, None, id=global_id("WebhookEndpoint", asked.id), reason=asked.reason)
    return True


def new_secret(context: Context) -> NewSecret | None:
    """A secret that nobody has, None where there is no key to keep it with."""
    sealing = context.services.sealing
    if not sealing.has_key:
        return None
    shown = f"whsec_{b64encode(token_bytes(SECRET_BYTES)).decode()}"
    return NewSecret(shown, sealing.seal(shown))


# ---------------------------------------------------------------- read


async def list_endpoints(context: Context) -> list[Any]:
    """Every endpoint of the business."""
    return await context.reader.rows(endpoints_of_business())


async def endpoint_by_id(context: Context, ids: Sequence[int], _: Any = None) -> list[Any]:
    """The endpoint of each id, deleted ones too, None where there is none, or the viewer may not see it."""
    if context.viewer.role is not Role.ADMIN:
        return [None for _ in ids]
    return one_each(await context.reader.rows(endpoints_with_id(), ids=list(ids)), ids)


def types_of(row: Any) -> list[str]:
    """The types of events that an endpoint is told of; none are all."""
    return orjson.loads(row.types)


async def backlog_by_endpoint(context: Context, ids: Sequence[int], _: Any) -> list[int]:
    """How many deliveries wait for each endpoint."""
    found = {row.endpoint_id: row.rows for row in await context.reader.rows(backlogs(), ids=list(ids))}
    return [found.get(id_, 0) for id_ in ids]


# ---------------------------------------------------------------- tested


@dataclass(frozen=True)
class WebhookTestPayload:
    """What came of the test."""

    attempt: Annotated[Attempt, "The try."]


async def try_endpoint(context: Context, id_: int) -> Any:
    """Send an endpoint a test, once; what came of it, or the refusal as a member of the result."""
    found = await context.reader.stored(endpoint_row(), {"id": id_})
    if not found:
        return as_member(NO_ENDPOINT)
    now = context.clock()
    try:
        secrets = secrets_of(context.services.sealing, found[0], now)
    except CannotOpen:
        raise BadUserInput(CANNOT_OPEN) from None
    body = orjson.dumps(body_of(TESTED, now, {"id": global_id("WebhookEndpoint", id_)})).decode()
    await context.look_anew()  # nobody waits for a connection to the store meanwhile
    parcel = Parcel(f"test_{uuid4().hex}", found[0].url, body, secrets)
    return WebhookTestPayload(await context.services.courier.send(parcel, seconds=TEST_SECONDS))
