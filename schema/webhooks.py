"""Endpoints that are told of events, what is delivered to them, and what becomes of it."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.webhooks import DeliveryStatus
from resolvers.delivered import (
    DeliveriesAsked,
    DeliveryPayload,
    RetryDelivery,
    attempts_of,
    deliveries_by_endpoint,
    delivery_by_id,
    retry_delivery,
)
from resolvers.events import event_by_id
from resolvers.operation.context import Context
from resolvers.operation.ids import key_of
from resolvers.operation.paging import PageArguments
from resolvers.replaying_events import ReplayEvents, replay_events
from resolvers.webhooks import (
    DeleteWebhookEndpoint,
    RotateWebhookSecret,
    SaveWebhookEndpoint,
    WebhookEndpointPayload,
    WebhookTestPayload,
    backlog_by_endpoint,
    delete_webhook_endpoint,
    endpoint_by_id,
    list_endpoints,
    new_secret,
    rotate_webhook_secret,
    save_webhook_endpoint,
    try_endpoint,
    types_of,
)
from schema.arguments import After, First, Info, about, said
from schema.connections import Words, connection
from schema.deleting import DeleteResult
from schema.events import Event
from schema.execution.lookups import arguments_of, looked_up
from schema.jobs import JobResult
from schema.nodes import Node
from schema.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from schema.results import registered

strawberry.enum(
    DeliveryStatus,
    description="What became of a delivery. DISCARDED: the endpoint was deleted, or the store restored.",
)
_ENDPOINT = Annotated["WebhookEndpoint", strawberry.lazy("schema.webhooks")]


@strawberry.type(description="A try to deliver.")
class DeliveryAttempt:
    """A try to deliver."""

    at: datetime = about("When it began.")
    status: int | None = about("The status of the answer, null without one.")
    duration_ms: float = about("How long it took.")
    error: str | None = about(
        "Why it did not deliver, in one word: refused, timeout, name, address, tls, redirect, status."
    )


@strawberry.type(description="An event for an endpoint.")
class WebhookDelivery(Node):
    """An event for an endpoint."""

    event: Any = looked_up(event_by_id, Event, "The event.", key="event_id")
    endpoint: Any = looked_up(endpoint_by_id, _ENDPOINT, "The endpoint.", key="endpoint_id")
    status: DeliveryStatus = about("What became of it.")

    @strawberry.field(description="The latest tries, at most 20.", graphql_type=list[DeliveryAttempt])
    @staticmethod
    def attempts(root: strawberry.Parent[Any]) -> Any:
        """The tries."""
        return attempts_of(root)

    next_attempt_at: datetime | None = about(
        "When it is tried next; null where it is over, is being tried, or waits for those before it."
    )


DeliveryConnection = connection(
    WebhookDelivery,
    Words(
        "A page of deliveries, newest first.",
        "delivery",
        edge="A delivery of a list with its cursor.",
        many="deliveries",
    ),
    name="Delivery",
)


@strawberry.type(description="Where events go.")
class WebhookEndpoint(Node):
    """Where events go."""

    version: int = about("How often it was changed, to be sent along with a change.")
    url: str = about("Where it is.")
    description: str | None = about("What it is for.")

    @strawberry.field(description="The types of events that it is told of; none are all.")
    @staticmethod
    def types(root: strawberry.Parent[Any]) -> list[str]:
        """The types."""
        return types_of(root)

    includes_personal: bool = about("Whether `data.profile` tells the customer as it is at sending.")
    is_active: bool = about("Whether it is told; what waits for one that is not waits.")
    disabled_reason: str | None = about("Why it is told no more, where the server decided that.")
    created_at: datetime = about("When it was made.")
    secret_hint: str = about("The end of its secret, to tell it from others.")
    previous_secret_until: datetime | None = about("Until when the former secret signs too.")
    backlog: Any = looked_up(backlog_by_endpoint, int, "Deliveries that wait or are tried again.")
    failing_since: datetime | None = about("No success since then, with failures.")

    @arguments_of(deliveries_by_endpoint, DeliveryConnection, "What was and is delivered to it, newest first.")
    @staticmethod
    async def deliveries(
        _context: Context,
        first: First = None,
        after: After = None,
        status: Annotated[DeliveryStatus | None, said("Only those of which this became.")] = None,
    ) -> DeliveriesAsked:
        """A page of deliveries."""
        return DeliveriesAsked(status, PageArguments(first, after))


@strawberry.input(description="An endpoint as it is to be; what is absent takes its default.")
class WebhookEndpointInput:
    """An endpoint as it is to be."""

    version: int | None = strawberry.field(default=None, description="The version that was read, of one that is there.")
    url: str = strawberry.field(description="Where it is: https, at a public address.")
    description: str | None = strawberry.field(default=None, description="What it is for.")
    types: list[str] = strawberry.field(
        description="The types of events that it is told of; empty: all events. `contact.code` stands alone."
    )
    includes_personal: bool = strawberry.field(
        default=False, description="Whether `data.profile` tells the customer as it is at sending."
    )
    is_active: bool = strawberry.field(default=True, description="Whether it is told.")


def _endpoint_field() -> Any:
    return looked_up(endpoint_by_id, WebhookEndpoint, "The endpoint.", key="endpoint_id")


registered(WebhookEndpointPayload, endpoint=_endpoint_field())
registered(WebhookTestPayload, attempt=about("The try.", type_=DeliveryAttempt))
registered(DeliveryPayload, delivery=looked_up(delivery_by_id, WebhookDelivery, "The delivery.", key="delivery_id"))
WebhookEndpointResult = Annotated[
    WebhookEndpointPayload | NotFound | InvalidInput | StaleVersion,
    strawberry.union("WebhookEndpointResult", description="The endpoint, or why it was not saved."),
]
DeliveryResult = Annotated[
    DeliveryPayload | NotFound | NotAllowed,
    strawberry.union("DeliveryResult", description="The delivery, or why it is not tried."),
]
WebhookTestResult = Annotated[
    WebhookTestPayload | NotFound,
    strawberry.union("WebhookTestResult", description="What came of the test, or why there was none."),
]
Which = Annotated[strawberry.ID, said("Which endpoint.")]


@strawberry.type
class WebhooksQueries:
    """Endpoints of the business."""

    @strawberry.field(description="The endpoints that are told of events.", graphql_type=list[WebhookEndpoint])
    @staticmethod
    async def webhook_endpoints(info: Info) -> Any:
        """The endpoints."""
        return await list_endpoints(info.context)


@strawberry.type
class WebhooksMutations:
    """Saving, deleting and testing endpoints, and sending again."""

    @strawberry.mutation(
        description="Saves an endpoint; without an id a new one, with its secret.", graphql_type=WebhookEndpointResult
    )
    @staticmethod
    async def save_webhook_endpoint(
        info: Info,
        input: Annotated[WebhookEndpointInput, said("As it is to be.")],
        id: Annotated[strawberry.ID | None, said("Which; null makes one.")] = None,
    ) -> Any:
        """Save an endpoint."""
        asked = SaveWebhookEndpoint(
            id=None if id is None else key_of(id, "WebhookEndpoint"),
            url=input.url,
            description=input.description,
            types=tuple(input.types),
            includes_personal=input.includes_personal,
            is_active=input.is_active,
            version=input.version,
            secret=new_secret(info.context) if id is None else None,
            private_hosts=info.context.services.courier.private_hosts,
        )
        return await info.context.write(save_webhook_endpoint, asked)

    @strawberry.mutation(description="Deletes an endpoint; what waits for it is discarded.", graphql_type=DeleteResult)
    @staticmethod
    async def delete_webhook_endpoint(info: Info, id: Which) -> Any:
        """Delete an endpoint."""
        return await info.context.write(delete_webhook_endpoint, DeleteWebhookEndpoint(key_of(id, "WebhookEndpoint")))

    @strawberry.mutation(
        description="Gives an endpoint another secret; the former one signs too for some hours, at most 168.",
        graphql_type=WebhookEndpointResult,
    )
    @staticmethod
    async def rotate_webhook_secret(
        info: Info,
        id: Which,
        keep_previous_hours: Annotated[int, said("For how many hours the former secret signs too.")] = 24,
    ) -> Any:
        """Give an endpoint another secret."""
        asked = RotateWebhookSecret(key_of(id, "WebhookEndpoint"), keep_previous_hours, new_secret(info.context))
        return await info.context.write(rotate_webhook_secret, asked)

    @strawberry.mutation(
        description="Sends webhook.test once, at once, to an inactive endpoint too.", graphql_type=WebhookTestResult
    )
    @staticmethod
    async def test_webhook_endpoint(info: Info, id: Which) -> Any:
        """Test an endpoint."""
        return await try_endpoint(info.context, key_of(id, "WebhookEndpoint"))

    @strawberry.mutation(
        description="Delivers at once, whatever became of it; WRONG_STATE where it is DISCARDED.",
        graphql_type=DeliveryResult,
    )
    @staticmethod
    async def retry_delivery(info: Info, id: Annotated[strawberry.ID, said("Which delivery.")]) -> Any:
        """Try again at once."""
        return await info.context.write(retry_delivery, RetryDelivery(key_of(id, "WebhookDelivery")))

    @strawberry.mutation(
        description="Sends events again, with the same webhook-id; since after until and unknown types are "
        "InvalidInput.",
        graphql_type=JobResult,
    )
    @staticmethod
    async def replay_events(
        info: Info,
        endpoint: Which,
        since: Annotated[datetime, said("From this moment on.")],
        until: Annotated[datetime | None, said("To this moment; now unless given.")] = None,
        types: Annotated[list[str] | None, said("Only of these types; those of the endpoint unless given.")] = None,
    ) -> Any:
        """Send events again."""
        asked = ReplayEvents(key_of(endpoint, "WebhookEndpoint"), since, until, None if types is None else tuple(types))
        return await replay_events(info.context, asked)
