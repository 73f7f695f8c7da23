"""Categories that are bought together, as a document."""

from exports.document import Document, integer, number, text
from exports.heading import heading_of, span
from resolvers.affinity import AffinityQuestion, category_affinity
from resolvers.operation.context import Context
from resolvers.periods import asked_period, default_of_patterns

PAIRS = (
    text("first", "Who buys", wide=True),
    text("second", "also buys", wide=True),
    number("support", "Support (0 to 1)", decimals=4),
    number("confidence", "Confidence (0 to 1)", decimals=4),
    number("lift", "Lift"),
    integer("transactions", "Transactions with both", lambda pair: pair.both),
)


async def document(context: Context, asked: AffinityQuestion) -> Document:
    """Ordered pairs of categories by lift."""
    found, heading = await category_affinity(context, asked), await heading_of(context, asked)
    period, _ = await asked_period(context, asked.period, default_of_patterns)
    return heading.document(
        "Categories bought together",
        span(period.start, period.end),
        [heading.table("pairs", "Pairs of categories by lift", PAIRS, found.pairs)],
        notices=tuple(found.notices),
        definition=found.how_computed.definition,
    )
