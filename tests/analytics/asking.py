"""Questions put to the resolvers without GraphQL, and their answers as plain rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

from analytics.segments import SCHEMES, RFMScheme, SegmentationMethod, segment_of_cell
from models.customers import CustomerType
from resolvers.context import Context, Services
from resolvers.rfm import Question, Segmentation, segmentation
from resolvers.viewer import Role, Viewer
from tests.builders import NOW


@asynccontextmanager
async def operation(
    services: Services, business_id: int, *, now: datetime = NOW, pin_at_start: bool = False
) -> AsyncGenerator[Context]:
    """The context of one operation of the manager of a business."""
    context = Context(services, Viewer("a test", Role.MANAGER, business_id), now, pin_at_start=pin_at_start)
    try:
        yield context
    finally:
        await context.close()


def question(
    scheme: str = "POS",
    days: int | None = 90,
    *,
    as_of: date | str | None = None,
    customer_type: str | None = None,
    **more: Any,
) -> Question:
    """A question for a segmentation: what is not given is as the API has it."""
    return Question(
        method=SegmentationMethod.RFM,
        scheme=RFMScheme(scheme),
        days=days,
        storefront=more.get("storefront"),
        customer_type=None if customer_type is None else CustomerType(customer_type),
        include_inactive=more.get("include_inactive", False),
        segment_name=more.get("segment_name"),
        segment_code=more.get("segment_code"),
        as_of=date.fromisoformat(as_of) if isinstance(as_of, str) else as_of,
    )


async def ask(context: Context, *arguments: Any, **more: Any) -> Segmentation:
    """The segmentation of a question."""
    return await segmentation(context, question(*arguments, **more))


def scored(answer: Segmentation) -> dict[int, tuple[int, int, int, str, str]]:
    """By customer id: recency, frequency, money in minor units, the score code and the segment's name."""
    people, segments, of_cell = answer.people, SCHEMES[answer.scheme].segments, segment_of_cell(answer.scheme)
    rows = zip(
        people.customer_id.tolist(),
        people.recency_days.tolist(),
        people.frequency.tolist(),
        people.monetary.tolist(),
        zip(
            people.recency_score.tolist(), people.frequency_score.tolist(), people.monetary_score.tolist(), strict=True
        ),
        [segments[of_cell[cell]].name for cell in people.cell],
        strict=True,
    )
    return {
        id_: (days, orders, money, "R{}F{}M{}".format(*scores), name) for id_, days, orders, money, scores, name in rows
    }


def insights_of(answer: Any) -> tuple[str | None, str | None, str | None, str | None]:
    """Highest revenue, largest, fastest growing, needs attention."""
    return (
        answer.highest_revenue_segment,
        answer.largest_segment,
        answer.fastest_growing_segment,
        answer.needs_attention,
    )
