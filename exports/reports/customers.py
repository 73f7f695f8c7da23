"""Lists of customers as documents: by any filter, and those behind a number."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from exports.customer_values import values_of_customers
from exports.customers import Extra, amount, count, customer_table, said_count
from exports.document import Document, day, integer
from exports.heading import heading_of, said_day, span, window
from models.listing import NEVER
from resolvers.lifetime_value.report import BucketMembers, lifetime_value_report
from resolvers.listing import ListQuestion, all_members, customer_listing, ids_of_list, spending_at
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.periods import asked_period, default_of_retention
from resolvers.products import BuyerMembers, product_report
from resolvers.receivables import OwingMembers, receivables_aging
from resolvers.retention import CohortMembers, retention
from resolvers.segmentation.migration import MoveMembers, segment_migration
from resolvers.segmentation.report import CellMembers, SegmentMembers, segmentation

GONE = "there is nothing behind this link any more: the data changed since it was made"


async def list_document(context: Context, asked: ListQuestion) -> Document:
    """A list of customers by a filter, with what they spent."""
    heading, listing = await heading_of(context, asked), await customer_listing(context, asked)
    as_of, notices = heading.business.as_of(asked.as_of)
    ids = await ids_of_list(context, listing)
    spent = (await spending_at(context, as_of)).at(ids)
    last = np.ma.masked_equal(spent.last_day, NEVER)

    def last_days(rows: slice) -> Any:
        return pa.array(last.data[rows], pa.int32(), mask=np.ma.getmaskarray(last)[rows])

    def days_since(rows: slice) -> Any:
        return pa.array(as_of - last.data[rows].astype(np.int64), mask=np.ma.getmaskarray(last)[rows])

    extras = [
        amount("revenue", "Revenue", spent.spent),
        count("orders", "Orders", spent.orders),
        Extra(day("lastPurchaseDate", "Last purchase"), last_days),
        Extra(integer("daysSinceLastPurchase", "Days since", printed=False), days_since),
        *await values_of_customers(context, ids, as_of),
    ]
    return heading.document(
        "Customers",
        f"as of {said_day(min(asked.as_of or heading.business.today, heading.business.today))}",
        [customer_table(context, said_count(len(ids)), ids, extras)],
        notices=(*notices, *_hidden(context)),
    )


def _hidden(context: Context) -> tuple[str, ...]:
    if context.viewer.sees_personal_data:
        return ()
    return ("Contacts and addresses are left out: they are personal data, which needs a token with the pii claim.",)


async def _members(
    context: Context, asked: Any, members: pa.Table, titles: tuple[str, str], paid: str = "Revenue"
) -> Document:
    title, period = titles
    heading = await heading_of(context, asked.of)
    ids, revenue = await all_members(context, members)
    table = customer_table(context, said_count(len(ids)), ids, [amount("revenue", paid, revenue)])
    return heading.document(title, period, [table], notices=_hidden(context))


async def segment_document(context: Context, asked: SegmentMembers) -> Document:
    """The customers of a segment."""
    found = await segmentation(context, asked.of)
    segment = next((segment for segment in found.segments if segment.code == asked.code), None)
    if segment is None:
        raise BadUserInput(GONE)
    period = window(found.as_of, found.days)
    return await _members(context, asked, segment.members(), (f"Customers: {segment.name}", period))


async def cell_document(context: Context, asked: CellMembers) -> Document:
    """The customers of a score triple."""
    found = await segmentation(context, asked.of)
    scores = (asked.recency_score, asked.frequency_score, asked.monetary_score)
    cell = next(c for c in found.cells if (c.recency_score, c.frequency_score, c.monetary_score) == scores)
    title = "Customers with the scores R{}F{}M{}".format(*scores)
    return await _members(context, asked, cell.members(), (title, window(found.as_of, found.days)))


async def move_document(context: Context, asked: MoveMembers) -> Document:
    """The customers of a move between segments."""
    found = await segment_migration(context, asked.of)
    move = next((m for m in found.moves if (m.before, m.after) == (asked.before, asked.after)), None)
    if move is None:
        raise BadUserInput(GONE)
    title = f"Customers from {asked.before or 'no segment'} to {asked.after or 'no segment'}"
    return await _members(context, asked, move.members(), (title, span(asked.of.start, asked.of.end)))


async def bucket_document(context: Context, asked: BucketMembers) -> Document:
    """The customers with revenue in a range."""
    found = await lifetime_value_report(context, asked.of)
    bucket = next((b for b in await found.distribution() if b.label == asked.label), None)
    if bucket is None:
        raise BadUserInput(GONE)
    day_ = said_day(await _day(context, asked.of.as_of))
    return await _members(context, asked, bucket.members(), (f"Customers with {asked.label}", f"to {day_}"))


async def _day(context: Context, as_of: date | None) -> date:
    today = (await context.business()).today
    return min(as_of or today, today)


async def cohort_document(context: Context, asked: CohortMembers) -> Document:
    """The customers of a cohort in a unit."""
    found, unit = await retention(context, asked.of), asked.of.cohort_period
    members = await found.cohorts_asked.members_of_cell(asked.cohort, asked.unit)
    title = f"Customers of cohort {unit.key(asked.cohort)} in {unit.key(asked.unit)}"
    period, _ = await asked_period(context, asked.of.period, default_of_retention)
    return await _members(context, asked, members, (title, span(period.start, period.end)), "Revenue in the unit")


async def owing_document(context: Context, asked: OwingMembers) -> Document:
    """The customers who owe."""
    found = await receivables_aging(context, asked.of)
    return await _members(
        context, asked, found.members(), ("Who owes", f"at the end of {said_day(found.as_of)}"), "Owed"
    )


async def buyer_document(context: Context, asked: BuyerMembers) -> Document:
    """The customers who bought a product or of a category."""
    found = await product_report(context, asked.of)
    figures = next((one for one in found.all_figures() if one.name == asked.name), None)
    if figures is None:
        raise BadUserInput(GONE)
    title = f"Who bought: {asked.name}"
    period = span(found.period.start, found.period.end)
    return await _members(context, asked, await figures.members(), (title, period), "Paid for it")


Maker = Callable[[Context, Any], Awaitable[Document]]
MAKERS: dict[str, Maker] = {
    "customers": list_document,
    "segment-customers": segment_document,
    "cell-customers": cell_document,
    "moved-customers": move_document,
    "bucket-customers": bucket_document,
    "cohort-customers": cohort_document,
    "owing-customers": owing_document,
    "product-customers": buyer_document,
}
