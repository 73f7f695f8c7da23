"""Acquisition as a document."""

from exports.charts import bars
from exports.document import Column, Document, integer, money, percent, text
from exports.heading import heading_of, span
from resolvers.acquisition import AcquisitionQuestion, acquisition
from resolvers.operation.context import Context

SUMMARY = (integer("totalNew", "New customers"), integer("referrals", "Referred by a customer"))


def by(title: str) -> tuple[Column, ...]:
    """The columns of customers by where they came from."""
    return (
        text("key", title, wide=True),
        integer("customers", "New customers"),
        percent("percentage", "Share"),
        money("revenue", "Revenue to date"),
        money("avgClv", "Revenue each"),
    )


async def document(context: Context, asked: AcquisitionQuestion) -> Document:
    """Where the new customers of a period came from."""
    found, heading = await acquisition(context, asked), await heading_of(context, asked)
    rows = [(bucket.key, float(bucket.customers), f"{bucket.customers:,}") for bucket in found.by_source[:20]]
    return heading.document(
        "Acquisition of customers",
        span(found.period.start, found.period.end),
        [
            heading.table("bySource", "By source", by("Source"), found.by_source),
            heading.table("byCampaign", "By campaign", by("Campaign"), found.by_campaign),
        ],
        summary=heading.table("summary", "Summary", SUMMARY, [found]),
        notices=tuple(found.notices),
        definition=found.how_computed.definition,
        charts=(bars("sources", "New customers by source", rows),) if rows else (),
    )
