"""The timeline of a customer: everything that happened, a page at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

import orjson

from models.timeline import KINDS, SOURCES, TimelineSource, timeline_of_each_customer
from resolvers.nodes import LOADERS
from resolvers.operation.auditing import AuditedChange
from resolvers.operation.context import Context
from resolvers.operation.ids import RowKey, global_id
from resolvers.operation.loaders import many_each
from resolvers.operation.paging import Keyset, Page, PageArguments, pagers_of_each, pages_of_each
from resolvers.operation.ranges import DateRange, instants_within
from resolvers.operation.viewer import Role
from rules.timeline import (
    ENTRIES,
    OF_STAFF,
    TimelineKind,
    title_of_consent,
    title_of_contact,
    title_of_edit,
    title_of_payment,
    title_of_sale,
    title_of_status,
    title_of_verification,
)

BY_TIME = Keyset({"at": datetime, "source": int, "id": RowKey}, attrgetter("occurred_at", "source", "id"))
SUBJECTS = {
    TimelineSource.SALE: "Sale",
    TimelineSource.PAYMENT: "Payment",
    TimelineSource.SALE_PAYMENT: "Payment",
    TimelineSource.REFUND: "Refund",
    TimelineSource.TOUCHPOINT: "Touchpoint",
    TimelineSource.POINTS: "LoyaltyTransaction",
    TimelineSource.TIER: "LoyaltyTier",
    TimelineSource.REDEMPTION: "LoyaltyRedemption",
    TimelineSource.REDEMPTION_USED: "LoyaltyRedemption",
    TimelineSource.MERGED_IN: "Customer",
    TimelineSource.MERGED_AWAY: "Customer",
    TimelineSource.PARTED_IN: "Customer",
    TimelineSource.PARTED_AWAY: "Customer",
}
TITLES: dict[TimelineSource, Callable[[Any], str]] = {
    TimelineSource.CREATED: lambda _: "Record made",
    TimelineSource.CONSENT: lambda row: title_of_consent(row.first, row.second),
    TimelineSource.EDITED: lambda row: title_of_edit(_edited(row.first)),
    TimelineSource.VERIFIED: lambda row: title_of_verification([change.field for change in _changes(row.first)]),
    TimelineSource.STATUS: lambda row: title_of_status(is_active=_is_active(row.first)),
    TimelineSource.TOUCHPOINT: lambda row: title_of_contact(row.first, row.second, row.third),
    TimelineSource.SALE: lambda row: title_of_sale(row.first, row.second, row.third),
    TimelineSource.PAYMENT: lambda row: title_of_payment(row.first),
    TimelineSource.SALE_PAYMENT: lambda row: title_of_payment(row.first),
    TimelineSource.REFUND: lambda _: "Refund",
    TimelineSource.POINTS: lambda row: ENTRIES[row.first],
    TimelineSource.TIER: lambda row: f"Tier: {row.first}",
    TimelineSource.REDEMPTION: lambda row: f"Reward: {row.first}",
    TimelineSource.REDEMPTION_USED: lambda row: f"Reward used: {row.first}",
    TimelineSource.MERGED_IN: lambda _: "Another record was merged into this one",
    TimelineSource.MERGED_AWAY: lambda _: "Merged into another record",
    TimelineSource.PARTED_IN: lambda _: "A record that was merged into this one was taken out again",
    TimelineSource.PARTED_AWAY: lambda _: "A record of its own again",
    TimelineSource.ERASED: lambda _: "Erased",
}


class SubjectKey(NamedTuple):
    """What an event is about: the kind of a node, and its key."""

    kind: str
    key: int


class TimelineEvent(NamedTuple):
    """Something that happened to a customer."""

    global_id: str
    at: datetime
    kind: TimelineKind
    title: str
    actor: str | None
    amount: Decimal | None
    points: int | None
    subject_key: SubjectKey | None


class TimelinePage(NamedTuple):
    """Which page of a timeline: from which sources, of which time, and the page as it was asked for."""

    sources: frozenset[TimelineSource]
    span: tuple[tuple[str, datetime], ...]
    asked: PageArguments


async def timeline_page(
    context: Context, kinds: Sequence[TimelineKind] | None, period: DateRange | None, asked: PageArguments
) -> TimelinePage:
    """The page that the arguments ask for; a customer is not shown what is of the staff."""
    span = instants_within(await context.business(), period, "period")
    wanted = set(TimelineKind if kinds is None else kinds)
    if context.viewer.role is Role.CUSTOMER:
        wanted -= OF_STAFF
    sources = frozenset(source for kind in wanted for source in SOURCES.get(kind, ()))
    return TimelinePage(sources, tuple(sorted(span.items())), asked)


async def timeline_by_customer(context: Context, ids: Sequence[int], page: TimelinePage) -> list[Page]:
    """A page of what happened to each customer, newest first."""
    conditions = (sorted(page.sources), page.span)
    pagers = pagers_of_each("Timeline", ids, repr(conditions), page.asked, BY_TIME)
    if not page.sources:  # of kinds that nothing is kept of
        return pages_of_each(pagers, [[] for _ in ids])
    names = frozenset(name for name, _ in page.span)
    statement = timeline_of_each_customer(
        page.sources, names, position=pagers[0].request.position is not None, one=len(ids) == 1
    )
    rows = await context.reader.rows(statement, ids=list(ids), only=ids[0], **dict(page.span), **pagers[0].params)
    shows_actor = context.viewer.role is not Role.CUSTOMER
    pages = pages_of_each(pagers, many_each(rows, ids, "customer_id"))
    return [replace(one, nodes=[_event(row, shows_actor=shows_actor) for row in one.nodes]) for one in pages]


async def subjects_by_key(context: Context, keys: Sequence[SubjectKey], _: Any) -> list[Any]:
    """What each event is about, as `node` finds it; None where the viewer does not reach it."""
    found: dict[SubjectKey, Any] = {}
    for kind in dict.fromkeys(key.kind for key in keys):
        own = [key for key in keys if key.kind == kind]
        loaded = await context.load_many(LOADERS[kind], [key.key for key in own])
        found |= dict(zip(own, loaded, strict=True))
    return [found[key] for key in keys]


def _event(row: Any, *, shows_actor: bool) -> TimelineEvent:
    source = TimelineSource(row.source)
    return TimelineEvent(
        global_id=global_id(f"Timeline{source.name.title().replace('_', '')}", row.id),
        at=row.occurred_at,
        kind=KINDS[source],
        title=TITLES[source](row),
        actor=row.actor if shows_actor else None,
        amount=row.amount,
        points=row.points,
        subject_key=SubjectKey(SUBJECTS[source], row.subject_id) if source in SUBJECTS else None,
    )


# ---------------------------------------------------------------- what the audit tells


def _changes(text: str) -> list[AuditedChange]:
    return [AuditedChange(*change) for change in orjson.loads(text)]


def _is_active(text: str) -> bool:
    return any(change.field == "isActive" and change.after == "true" for change in _changes(text))


def _edited(text: str) -> Iterator[tuple[str, str]]:
    """The kind of object and the field of every change of an event."""
    for subject, changes in orjson.loads(f"[{text}]"):
        for name, *_ in changes:
            own, _, field = name.rpartition(".")
            yield (own or subject).partition("_")[0], field
