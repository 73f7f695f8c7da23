"""Acquisition: the customers that joined in a period, where they came from and what they brought."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from analytics.acquisition import Acquired, AcquisitionFigures, acquired_in, new_customers, params_of
from analytics.copy.pinned import PinnedView
from analytics.figures import average, percentage
from analytics.scope import Scope
from resolvers.operation.context import Context
from resolvers.operation.ranges import DateRange
from resolvers.operation.reports import Freshness, HowComputed, Kept, Parts, freshness_of, kept, statements_shown
from resolvers.periods import Period, asked_period, default_of_retention

DEFINITION = (
    "New customers: the day on which they joined (the given day, else that of the first purchase, else that of their "
    "creation) is in the period. Their revenue is sales less refunds of all history to the period's end; avgClv is "
    "revenue per customer. Without a source or campaign they are listed as Unknown."
)


@dataclass(frozen=True)
class AcquisitionQuestion:
    """The arguments of the report, as a client gives them."""

    period: DateRange | None = None


@dataclass(frozen=True)
class AcquisitionBucket:
    """New customers of one source or campaign."""

    key: Annotated[str, "The source or campaign; Unknown where none is known."]
    customers: Annotated[int, "How many."]
    percentage: Annotated[float, "Their share of all new customers, 0 to 100."]
    revenue: Annotated[Decimal, "Their NET revenue to the period's end."]
    avg_clv: Annotated[Decimal | None, "Revenue per customer."]


@dataclass(frozen=True)
class AcquisitionReport:
    """The customers that joined in a period."""

    asked: AcquisitionQuestion
    period: Annotated[Period, "The period."]
    total_new: Annotated[int, "How many joined in it."]
    by_source: Annotated[list[AcquisitionBucket], "By acquisition source, most customers first."]
    by_campaign: Annotated[list[AcquisitionBucket], "By acquisition campaign, most customers first."]
    referrals: Annotated[int, "How many of them another customer referred."]
    notices: Annotated[list[str], "What a reader should know about this answer."]
    how_computed: Annotated[HowComputed, "What the numbers are, and the statement that computed them."]
    freshness: Annotated[Freshness, "How fresh it is."]


async def acquisition(context: Context, question: AcquisitionQuestion) -> AcquisitionReport:
    """The new customers of a period, of the 12 months to today unless one is asked for."""
    period, notices = await asked_period(context, question.period, default_of_retention)
    scope = Scope(period.as_of, period.days, include_inactive=True)

    async def compute(view: PinnedView) -> Kept[Acquired]:
        found = await acquired_in(view, scope)
        return kept(found, len(found.by_source) + len(found.by_campaign))

    computed, from_cache = await Parts(context, "acquisition", scope).computed("all", compute)
    found, business = computed.value, await context.business()

    def bucket(figures: AcquisitionFigures) -> AcquisitionBucket:
        return AcquisitionBucket(
            figures.key,
            figures.customers,
            percentage(figures.customers, found.customers) or 0.0,
            business.money(figures.revenue),
            business.money_or_none(average(figures.revenue, figures.customers)),
        )

    return AcquisitionReport(
        asked=question,
        period=period,
        total_new=found.customers,
        by_source=[bucket(figures) for figures in found.by_source],
        by_campaign=[bucket(figures) for figures in found.by_campaign],
        referrals=found.referred,
        notices=notices,
        how_computed=HowComputed(DEFINITION, statements_shown([new_customers()], params_of(scope))),
        freshness=freshness_of(computed, from_cache),
    )
