"""Questions put to the resolvers without GraphQL; their answers and the oracle's as plain rows that can be compared."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from analytics.segmentation import RFMScheme, SegmentationMethod
from analytics.segmentation.rfm import ScoredSegments
from models.customers import CustomerType
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.segmentation.report import Segmentation, SegmentationQuestion, segmentation
from tests.builders import NOW
from tests.oracle import rfm


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
) -> SegmentationQuestion:
    """A question for a segmentation: what is not given is as the API has it."""
    return SegmentationQuestion(
        method=SegmentationMethod(more.get("method", "RFM")),
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
    grouped = answer.people
    assert isinstance(grouped, ScoredSegments)
    people, segments = grouped.people, grouped.table.segments
    scores = (people.recency_score, people.frequency_score, people.monetary_score)
    columns = (people.customer_id, people.recency_days, people.frequency, people.monetary, *scores, grouped.position)
    return {
        id_: (days, orders, money, f"R{r}F{f}M{m}", segments[place].name)
        for id_, days, orders, money, r, f, m, place in zip(*(c.tolist() for c in columns), strict=True)
    }


def insights_of(answer: Any) -> tuple[str | None, str | None, str | None, str | None]:
    """Highest revenue, largest, fastest growing, needs attention."""
    return (
        answer.highest_revenue_segment,
        answer.largest_segment,
        answer.fastest_growing_segment,
        answer.needs_attention,
    )


# ---------------------------------------------------------------- comparison with the oracle


@dataclass(frozen=True)
class Told:
    """Everything that a segmentation says, by customer number, and money in minor units."""

    customers: dict[str, tuple[int, int, int, str, str]]
    totals: tuple[Any, ...]
    segments: list[tuple[Any, ...]]
    insights: tuple[Any, ...]
    cut_points: list[tuple[Any, ...]]
    cells: list[tuple[Any, ...]]


def minor(amount: Any) -> int | None:
    """An amount of two decimals in minor units."""
    return None if amount is None else int(amount * 100)


async def told(answer: Segmentation, number_of: Callable[[int], str]) -> Told:
    """What an answer says; `number_of` gives the number of a customer by id."""
    return Told(
        {number_of(id_): row for id_, row in scored(answer).items()},
        (
            answer.total_customers,
            minor(answer.total_revenue),
            answer.active_customers,
            minor(await answer.refunds_outside_population()),
        ),
        [_of_segment(s, s.characteristics, minor, await s.growth()) for s in answer.segments],
        insights_of(await answer.insights()),
        [(c.score, c.max_recency_days, c.min_frequency, minor(c.min_monetary)) for c in answer.cut_points],
        [_of_cell(c, minor) for c in answer.cells],
    )


def told_by_oracle(
    answer: rfm.Segmentation,
    growth: Mapping[str, float | None] | None = None,
    insights: rfm.Insights | None = None,
) -> Told:
    """What the oracle says; `growth` by segment and `insights` in place of its own."""
    people = answer.customers
    columns = ("recency_days", "frequency", "monetary", "score_code", "segment_name")
    rows = zip(*(people[name].tolist() for name in columns), strict=True)
    return Told(
        dict(zip(people.index, rows, strict=True)),
        (answer.total_customers, answer.total_revenue, answer.active_customers, answer.refunds_outside_population),
        [_of_segment(s, s, _as_is, s.growth if growth is None else growth[s.name]) for s in answer.segments],
        insights_of(insights or answer.insights),
        [(c.score, c.max_recency_days, c.min_frequency, c.min_monetary) for c in answer.cut_points],
        [_of_cell(c, _as_is) for c in answer.cells],
    )


def _as_is(amount: Any) -> Any:
    return amount


def _of_segment(
    segment: Any, typical: Any, money: Callable[[Any], int | None], growth: float | None
) -> tuple[Any, ...]:
    return (
        segment.name,
        segment.code,
        segment.customer_count,
        segment.percentage,
        money(segment.total_revenue),
        segment.revenue_contribution,
        money(segment.average_order_value),
        (segment.recency_score, segment.frequency_score, segment.monetary_score),
        typical.avg_days_since_last_purchase,
        typical.avg_purchase_frequency,
        money(typical.avg_total_spend),
        growth,
    )


def _of_cell(cell: Any, money: Callable[[Any], int | None]) -> tuple[Any, ...]:
    scores = cell.recency_score, cell.frequency_score, cell.monetary_score
    return (*scores, cell.segment_code, cell.customer_count, money(cell.revenue))
