"""Events as they leave the house: types, bodies, and the stream for those who fetch it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson

from models.events import event_page, events_with_id, first_event
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id
from resolvers.operation.loaders import one_each
from resolvers.operation.paging import Keyset, Page, PageArguments, list_digest, pager
from resolvers.operation.viewer import Role
from rules.events import EVENTS, STREAMED, body_of, example_of, schema_of, schema_text

IN_ORDER = Keyset({"sequence": int}, lambda row: (row.sequence,))


@dataclass(frozen=True)
class EventType:
    """A type of event or message."""

    name: Annotated[str, "Its name, as endpoints choose it."]
    description: Annotated[str, "What has happened."]
    json_schema: Annotated[str, "The JSON Schema of its bodies."]
    example: Annotated[str, "A body, made up."]


async def event_types(context: Context) -> list[EventType]:
    """All types, messages too."""
    await context.business()  # what is told is told to nobody whose business is gone
    return [
        EventType(kind.name, kind.description, schema_text(schema_of(kind)), schema_text(example_of(kind)))
        for kind in EVENTS
    ]


# ---------------------------------------------------------------- bodies


def event_body(row: Any) -> dict[str, Any]:
    """The thin body of an event."""
    kept: dict[str, Any] = orjson.loads(row.data)
    customer = None if row.customer_id is None else global_id("Customer", row.customer_id)
    subject = {"id": kept.pop("id", customer), "customer": customer}
    return body_of(row.type, row.occurred_at, {**subject, **kept})


def payload_of(row: Any) -> str:
    """The thin body of an event as text."""
    return orjson.dumps(event_body(row)).decode()


# ---------------------------------------------------------------- read


async def event_by_id(context: Context, ids: Sequence[int], _: Any = None) -> list[Any]:
    """The event of each id, None where there is none, or the viewer may not see it."""
    if context.viewer.role is not Role.ADMIN:
        return [None for _ in ids]
    return one_each(await context.reader.rows(events_with_id(), ids=list(ids)), ids)


async def list_events(context: Context, types: Sequence[str] | None, arguments: PageArguments) -> Page:
    """A page of the events of the business in their order, of some types or all."""
    for type_ in types or ():
        if type_ not in STREAMED:
            raise BadUserInput(f'"{type_}" is no type of event: `eventTypes` lists them')
    epoch = (await context.business()).row.epoch
    page = pager(arguments, list_digest("events", epoch), IN_ORDER)
    after = page.params.get("sequence")
    await _refuse_gap(context, after)
    wanted = {"types": list(types)} if types else {}
    statement = event_page(types=bool(types))
    rows = await context.reader.rows(statement, **wanted, size=page.request.limit + 1, sequence=after or 0)
    return page.page(rows)


async def _refuse_gap(context: Context, after: int | None) -> None:
    """BadUserInput where events after a cursor are gone: who fetches is to know that it has missed some."""
    if after is None:
        return
    (first,) = await context.reader.rows(first_event())
    last = (await context.business()).row.last_event
    kept_from = last + 1 if first.sequence is None else first.sequence
    if after + 1 < kept_from:
        raise BadUserInput(
            f"events after this cursor are gone, since they are kept for `keepEventsDays`: read anew what you keep, "
            f"then begin without a cursor, at event {kept_from}"
        )
