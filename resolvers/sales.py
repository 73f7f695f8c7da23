"""Sales and refunds: pages of each customer's, and what hangs from a sale."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Table

from models.refunding import reasons_of_refunds
from models.sales import (
    count_of_each_customer,
    notes_of_sales,
    page_of_each_customer,
    payment,
    refund,
    rows_of_sales,
    rows_with_id,
    sale,
    sale_item,
    sales_numbered_so,
    statuses_of_sales,
)
from resolvers.operation.context import Batch, Context
from resolvers.operation.loaders import many_each, one_each
from resolvers.operation.paging import Page, PageArguments, day_range, pagers_of_each, pages_of_each

Span = tuple[int | None, int | None]


class FactPage(NamedTuple):
    """Which page of each customer's facts: the span of its period in day numbers, and the page as it was asked for."""

    span: Span
    asked: PageArguments


def fact_page(period: Any, asked: PageArguments) -> FactPage:
    """The page of facts that the arguments of a connection ask for; BadUserInput says what is wrong with them."""
    days = day_range(period, "period", ("start", "end"))
    return FactPage((days.get("start"), days.get("end")), asked)


def with_count(counts: Batch) -> Callable[[Context, int, FactPage, Page], Page]:
    """Lets the page of a customer's facts say how many there are in all, by `counts` of its period."""

    def counted(context: Context, customer_id: int, page: FactPage, found: Page) -> Page:
        return replace(found, count=partial(context.load, counts, customer_id, page.span))

    return counted


async def sales_by_customer(context: Context, ids: Sequence[int], page: FactPage) -> list[Page]:
    """A page of the sales of each customer, newest first."""
    return await _pages(context, sale, "Sale", ids, page)


async def refunds_by_customer(context: Context, ids: Sequence[int], page: FactPage) -> list[Page]:
    """A page of the refunds of each customer, newest first."""
    return await _pages(context, refund, "Refund", ids, page)


async def sale_count_by_customer(context: Context, ids: Sequence[int], span: Span) -> list[int]:
    """How many sales each customer has in a span of day numbers."""
    return await _counts(context, sale, ids, span)


async def refund_count_by_customer(context: Context, ids: Sequence[int], span: Span) -> list[int]:
    """How many refunds each customer has in a span of day numbers."""
    return await _counts(context, refund, ids, span)


async def _pages(context: Context, source: Table, kind: str, ids: Sequence[int], page: FactPage) -> list[Page]:
    start, end = page.span
    pagers = pagers_of_each(kind, ids, page.span, page.asked)
    request = pagers[0].request
    statement = page_of_each_customer(
        source,
        kind,
        start=start is not None,
        end=end is not None,
        backward=request.backward,
        position=request.position is not None,
    )
    rows = await context.reader.rows(statement, ids=list(ids), start=start, end=end, **pagers[0].params)
    return pages_of_each(pagers, many_each(rows, ids, "customer_id"))


async def _counts(context: Context, source: Table, ids: Sequence[int], span: Span) -> list[int]:
    start, end = span
    statement = count_of_each_customer(source, start is not None, end is not None)
    rows = await context.reader.stored(statement, {"ids": list(ids), "start": start, "end": end})
    found = {row.customer_id: row.count for row in rows}
    return [found.get(id_, 0) for id_ in ids]


async def sale_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The sale of each id, None where this business has no such sale or the viewer does not reach it."""
    return await _reached(context, sale, "Sale", ids)


async def sale_by_number(context: Context, number: str) -> Any:
    """The sale with a number, None where the business has none or the viewer does not reach it."""
    rows = await context.reader.rows(sales_numbered_so(), number=number)
    return next((row for row in rows if context.viewer.reaches(row.customer_id)), None)


async def note_by_sale(context: Context, ids: Sequence[int], _: Any) -> list[str | None]:
    """What staff wrote about each sale; nothing to who may not see personal data."""
    if not context.viewer.sees_personal_data:
        return [None] * len(ids)
    found = {row.id: row.note for row in await context.reader.rows(notes_of_sales(), ids=list(ids))}
    return [found.get(id_) for id_ in ids]


async def statuses_by_sale(context: Context, ids: Sequence[int], _: Any) -> list[list[Any]]:
    """The statuses that each sale took, oldest first."""
    return many_each(await context.reader.rows(statuses_of_sales(), ids=list(ids)), ids, "sale_id")


async def refund_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The refund of each id, None where this business has no such refund or the viewer does not reach it."""
    return await _reached(context, refund, "Refund", ids)


async def payment_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The payment of each id, None where this business has no such payment or the viewer does not reach it."""
    return await _reached(context, payment, "Payment", ids)


async def _reached(context: Context, source: Table, kind: str, ids: Sequence[int]) -> list[Any]:
    rows = await context.reader.rows(rows_with_id(source, kind), ids=list(ids))
    return one_each((row for row in rows if context.viewer.reaches(row.customer_id)), ids)


async def items_by_sale(context: Context, ids: Sequence[int], _: Any) -> list[list[Any]]:
    """The lines of each sale in their order."""
    return many_each(
        await context.reader.rows(rows_of_sales(sale_item, "SaleItem", "position"), ids=list(ids)), ids, "sale_id"
    )


async def payments_by_sale(context: Context, ids: Sequence[int], _: Any) -> list[list[Any]]:
    """The payments of each sale by time."""
    return many_each(
        await context.reader.rows(rows_of_sales(payment, "Payment", "paid_at"), ids=list(ids)), ids, "sale_id"
    )


async def refunds_by_sale(context: Context, ids: Sequence[int], _: Any) -> list[list[Any]]:
    """The refunds of each sale by time."""
    return many_each(
        await context.reader.rows(rows_of_sales(refund, "Refund", "occurred_at"), ids=list(ids)), ids, "sale_id"
    )


async def reason_by_refund(context: Context, ids: Sequence[int], _: Any) -> list[str | None]:
    """Why each refund was made; nothing to who may not see personal data."""
    if not context.viewer.sees_personal_data:
        return [None] * len(ids)
    found = {row.id: row.reason for row in await context.reader.rows(reasons_of_refunds(), ids=list(ids))}
    return [found.get(id_) for id_ in ids]


async def item_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The line of each id."""
    return one_each(await context.reader.rows(rows_with_id(sale_item, "SaleItem"), ids=list(ids)), ids)
