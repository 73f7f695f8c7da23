"""What stands above every exported report: whose it is, for when, and which arguments it was asked with."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from analytics.segmentation import SegmentationMethod
from exports.document import Column, Document, Table, small_table
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.operation.ranges import AmountRange, DateRange, IntRange
from resolvers.storefronts import storefront_by_id, storefront_key

NOT_FILTERS = frozenset(("page", "period", "as_of", "start", "end", "of", "compare_to"))
ABBREVIATIONS = ("RFM", "POS")
UNDERSCORE = str.maketrans("_", " ")


@dataclass(frozen=True)
class Heading:
    """The business of a report, and the arguments as people read them."""

    context: Context
    business: BusinessCalendar
    filters: tuple[tuple[str, str], ...]

    @property
    def exponent(self) -> int:
        """How many decimals amounts have."""
        return self.business.row.currency_exponent

    def table(self, name: str, title: str, columns: Sequence[Column], rows: Sequence[Any]) -> Table:
        """A table of a few objects as resolvers give them."""
        return small_table(name, title, columns, rows, self.exponent)

    def appendix(self, name: str, title: str, columns: Sequence[Column], rows: Sequence[Any]) -> Table:
        """The same of a table that a chart shows already."""
        return replace(self.table(name, title, columns, rows), is_appendix=True)

    def document(self, title: str, period: str, tables: Sequence[Table], **more: Any) -> Document:
        """The report under this heading."""
        row = self.business.row
        return Document(
            title=title,
            business=row.name,
            currency=row.currency,
            exponent=row.currency_exponent,
            period=period,
            made_at=self.context.began_at.astimezone(self.business.zone),
            tables=tuple(tables),
            filters=self.filters,
            **more,
        )


async def heading_of(context: Context, asked: Any) -> Heading:
    """The heading of the answer to a question."""
    business = await context.business()
    shown: list[tuple[str, str]] = []
    while asked is not None:  # a trend holds the question of a migration
        for field in fields(asked):
            value = getattr(asked, field.name)
            if _is_filter(asked, field.name) and value is not None and value is not False:
                shown += await _shown(context, field.name, value)
        asked = getattr(asked, "of", None)
    return Heading(context, business, tuple(shown))


def _is_filter(asked: Any, name: str) -> bool:
    if name == "scheme":  # other methods have none
        return asked.method is SegmentationMethod.RFM
    if name == "days":  # the period of a segmentation says them already
        return not hasattr(asked, "as_of") and asked.method is not SegmentationMethod.TIER
    return name not in NOT_FILTERS


async def _shown(context: Context, name: str, value: Any) -> list[tuple[str, str]]:
    title = name.translate(UNDERSCORE).capitalize()
    if name == "filter":
        return [pair for key, part in value.given.items() for pair in await _shown(context, key, part)]
    if name == "storefront":
        key = await storefront_key(context, value)
        found = await context.load(storefront_by_id, key)
        return [(title, found.name)]
    if name == "customer":
        return []  # the title names the customer
    return [(title, _said(value))]


def _said(value: Any) -> str:
    if isinstance(value, DateRange):
        return span(value.start, value.end)
    if isinstance(value, AmountRange | IntRange):
        return (
            f"{'' if value.min is None else f'from {value.min:,} '}{'' if value.max is None else f'to {value.max:,}'}"
        )
    if value is True:
        return "yes"
    if isinstance(value, list | tuple):
        return ", ".join(map(_said, value))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, StrEnum):
        return value.value if value.value in ABBREVIATIONS else value.replace("_", " ").lower()
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


def said_day(day: date) -> str:
    """A day in words."""
    return f"{day.day} {day:%B %Y}"


def span(start: date | None, end: date | None) -> str:
    """A period in words."""
    if start is None:
        return "" if end is None else f"to {said_day(end)}"
    return f"{said_day(start)} to {said_day(end) if end else 'today'}"


def window(as_of: date, days: int | None) -> str:
    """A window in words."""
    return f"all history to {said_day(as_of)}" if days is None else f"the {days:,} days to {said_day(as_of)}"
