"""Lists of customers as documents: by any filter, and those behind a number."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from exports.customer_values import Scoring, usual_scoring, values_of_customers
from exports.customers import amount, customer_table, said_count
from exports.document import Document
from exports.heading import heading_of, said_day, span, window
from resolvers.lifetime_value.report import BucketMembers, lifetime_value_report
from resolvers.listing import ListQuestion, all_members, customer_listing, ids_of_list, segment_terms, spending_at
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.periods import asked_period, default_of_retention
from resolvers.products import BuyerMembers, product_report
from resolvers.receivables import OwingMembers, receivables_aging
from resolvers.retention import CohortMembers, retention
from resolvers.segmentation.migration import MoveMembers, SegmentMigration, segment_migration
from resolvers.segmentation.report import CellMembers, Segmentation, SegmentMembers, segmentation

GONE = "there is nothing behind this link any more: the data changed since it was made"


async def list_document(context: Context, asked: ListQuestion) -> Document:
    """A list of customers by a filter, with what they spent."""
    heading, listing = await heading_of(context, asked), await customer_listing(context, asked)
    as_of, notices = heading.business.as_of(asked.as_of)
    ids = await ids_of_list(context, listing)
    terms = segment_terms(asked.filter.given, heading.business)
    spent = (await spending_at(context, as_of)).at(ids)
    extras = [
        amount("revenue", "Revenue", spent.spent),
        *await values_of_customers(context, ids, as_of, Scoring(terms.scheme, terms.at(as_of))),
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


@dataclass(frozen=True)
class Behind:
    """What customers behind a number are told with: title and period, the day, and what their amount is.

    They have the scores that the number was made of, where it was made of any, else those of the shop.
    """

    title: str
    period: str
    until: date
    paid: str = "Revenue"
    scoring: Scoring | None = None


async def _members(context: Context, asked: Any, members: pa.Table, behind: Behind) -> Document:
    heading = await heading_of(context, asked.of)
    as_of, _ = heading.business.as_of(behind.until)
    ids, revenue = await all_members(context, members)
    scoring = behind.scoring or usual_scoring(heading.business, as_of)
    extras = [
        amount("revenue", behind.paid, revenue),
        *await values_of_customers(context, ids, as_of, scoring),
    ]
    table = customer_table(context, said_count(len(ids)), ids, extras)
    return heading.document(behind.title, behind.period, [table], notices=_hidden(context))


def _scoring_of(found: Segmentation | SegmentMigration) -> Scoring | None:
    """The scores that segments are made of; None for a method without."""
    scheme = found.grouping.scheme
    return None if scheme is None else Scoring(scheme, found.scope)


async def segment_document(context: Context, asked: SegmentMembers) -> Document:
    """The customers of a segment."""
    found = await segmentation(context, asked.of)
    segment = next((segment for segment in found.segments if segment.code == asked.code), None)
    if segment is None:
        raise BadUserInput(GONE)
    period = window(found.as_of, found.days)
    behind = Behind(f"Customers: {segment.name}", period, found.as_of, scoring=_scoring_of(found))
    return await _members(context, asked, segment.members(), behind)


async def cell_document(context: Context, asked: CellMembers) -> Document:
    """The customers of a score triple."""
    found = await segmentation(context, asked.of)
    scores = (asked.recency_score, asked.frequency_score, asked.monetary_score)
    cell = next(c for c in found.cells if (c.recency_score, c.frequency_score, c.monetary_score) == scores)
    title = "Customers with the scores R{}F{}M{}".format(*scores)
    behind = Behind(title, window(found.as_of, found.days), found.as_of, scoring=_scoring_of(found))
    return await _members(context, asked, cell.members(), behind)


async def move_document(context: Context, asked: MoveMembers) -> Document:
    """The customers of a move between segments."""
    found = await segment_migration(context, asked.of)
    move = next((m for m in found.moves if (m.before, m.after) == (asked.before, asked.after)), None)
    if move is None:
        raise BadUserInput(GONE)
    title = f"Customers from {asked.before or 'no segment'} to {asked.after or 'no segment'}"
    behind = Behind(title, span(asked.of.start, asked.of.end), asked.of.end, scoring=_scoring_of(found))
    return await _members(context, asked, move.members(), behind)


async def bucket_document(context: Context, asked: BucketMembers) -> Document:
    """The customers with revenue in a range."""
    found = await lifetime_value_report(context, asked.of)
    bucket = next((b for b in await found.distribution() if b.label == asked.label), None)
    if bucket is None:
        raise BadUserInput(GONE)
    until = await _day(context, asked.of.as_of)
    behind = Behind(f"Customers with {asked.label}", f"to {said_day(until)}", until)
    return await _members(context, asked, bucket.members(), behind)


async def _day(context: Context, as_of: date | None) -> date:
    today = (await context.business()).today
    return min(as_of or today, today)


async def cohort_document(context: Context, asked: CohortMembers) -> Document:
    """The customers of a cohort in a unit."""
    found, unit = await retention(context, asked.of), asked.of.cohort_period
    members = await found.cohorts_asked.members_of_cell(asked.cohort, asked.unit)
    title = f"Customers of cohort {unit.key(asked.cohort)} in {unit.key(asked.unit)}"
    period, _ = await asked_period(context, asked.of.period, default_of_retention)
    behind = Behind(title, span(period.start, period.end), period.end, "Revenue in the unit")
    return await _members(context, asked, members, behind)


async def owing_document(context: Context, asked: OwingMembers) -> Document:
    """The customers who owe."""
    found = await receivables_aging(context, asked.of)
    behind = Behind("Who owes", f"at the end of {said_day(found.as_of)}", found.as_of, "Owed")
    return await _members(context, asked, found.members(), behind)


async def buyer_document(context: Context, asked: BuyerMembers) -> Document:
    """The customers who bought a product or of a category."""
    found = await product_report(context, asked.of)
    figures = next((one for one in found.all_figures() if one.name == asked.name), None)
    if figures is None:
        raise BadUserInput(GONE)
    period = span(found.period.start, found.period.end)
    behind = Behind(f"Who bought: {asked.name}", period, found.period.end, "Paid for it")
    return await _members(context, asked, await figures.members(), behind)


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
