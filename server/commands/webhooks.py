"""The commands `webhooks` and `events`: endpoints listed, tested, disabled; deliveries tried again; events followed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import typer

from resolvers.businesses import the_business
from resolvers.delivered import RetryDelivery, retry_delivery
from resolvers.events import list_events, payload_of
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import key_of
from resolvers.operation.paging import MAX_PAGE, PageArguments
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import writing
from resolvers.webhooks import DisableEndpoint, disable_endpoint, list_endpoints, try_endpoint, types_of
from rules.failures import Failure
from rules.refusals import Refusal
from server.commands.actor import COMMAND_LINE
from server.courier import HttpCourier
from server.identity.keys import sealing_of
from server.settings import Settings
from server.store import opened

BY_HAND = "Somebody disabled it by the command line."
FOLLOWS_EVERY_SECONDS = 0.5


class NotDone(Failure):
    """What was asked about an endpoint or a delivery and is not to be had; the message says why."""


def utc_now() -> datetime:
    """The time that it is."""
    return datetime.now(UTC)


@asynccontextmanager
async def _asking(settings: Settings, business: str | None) -> AsyncGenerator[Context]:
    """Ask a business as ADMIN."""
    async with opened(settings) as database:
        chosen = await the_business(database, business)
        courier = HttpCourier(utc_now, settings.private_hosts)
        services = Services(database, sealing=sealing_of(settings), courier=courier)
        viewer = Viewer(COMMAND_LINE.name, Role.ADMIN, chosen.id)
        context = Context(services, viewer, utc_now(), may_move=True, clock=utc_now)
        try:
            yield context
        except BadUserInput as error:
            raise NotDone(error.message) from None
        finally:
            await context.close()
            await courier.close()


async def tell_endpoints(settings: Settings, business: str | None) -> None:
    """List the endpoints of a business."""
    async with _asking(settings, business) as context:
        rows = await list_endpoints(context)
    for row in rows:
        state = "active" if row.is_active else f"inactive: {row.disabled_reason or 'switched off'}"
        failing = f", failing since {row.failing_since:%Y-%m-%d %H:%M} UTC" if row.failing_since else ""
        typer.echo(f"{row.global_id}  {row.url}  {' '.join(types_of(row)) or 'all events'}  {state}{failing}")
    if not rows:
        typer.echo("There is no endpoint.")


async def send_test(settings: Settings, business: str | None, id_: str) -> None:
    """Send an endpoint a test and say what came of it; NotDone where it did not arrive."""
    async with _asking(settings, business) as context:
        done = await try_endpoint(context, key_of(id_, "WebhookEndpoint"))
    attempt = getattr(done, "attempt", None)
    if attempt is None:
        raise NotDone(done.message)
    answered = "no answer" if attempt.status is None else f"answer {attempt.status}"
    if attempt.error is not None:
        raise NotDone(f"not delivered: {attempt.error}, {answered}")
    typer.echo(f"Delivered: {answered} in {attempt.duration_ms:.0f} ms.")


async def try_again(settings: Settings, business: str | None, id_: str) -> None:
    """Have a delivery tried at once, by the servers that run."""
    await _written(settings, business, retry_delivery, lambda: RetryDelivery(key_of(id_, "WebhookDelivery")))
    typer.echo("It is tried at once, by the servers that run.")


async def disable(settings: Settings, business: str | None, id_: str, reason: str | None) -> None:
    """Tell an endpoint no more."""
    asked = lambda: DisableEndpoint(key_of(id_, "WebhookEndpoint"), reason or BY_HAND)  # noqa: E731
    if not await _written(settings, business, disable_endpoint, asked):
        raise NotDone("there is no such endpoint that is active")
    typer.echo("It is told no more. What waits for it waits.")


async def _written(settings: Settings, business: str | None, operation: Any, asked: Callable[[], Any]) -> Any:
    async with opened(settings) as database:
        chosen = await the_business(database, business)
        try:
            async with writing(database, chosen.id, actor=COMMAND_LINE, clock=utc_now) as write:
                return await write.once(operation, asked())
        except Refusal as refusal:
            raise NotDone(refusal.message) from None
        except BadUserInput as error:
            raise NotDone(error.message) from None


async def follow_events(settings: Settings, business: str | None, after: str | None, *, follow: bool) -> None:
    """Write the events of a business, a line each: the cursor after it, a tab, and the body."""
    async with _asking(settings, business) as context:
        while True:
            page = await list_events(context, None, PageArguments(MAX_PAGE, after))
            for cursor, row in zip(page.cursors, page.nodes, strict=True):
                typer.echo(f"{cursor}\t{payload_of(row)}")
            after = page.end_cursor or after
            if not page.has_next_page:
                if not follow:
                    return
                await context.look_anew()
                await asyncio.sleep(FOLLOWS_EVERY_SECONDS)
