"""Arguments and inputs that several fields share."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Protocol, runtime_checkable

import strawberry
from strawberry.types.unset import UNSET

from analytics.customers import RevenueBasis
from analytics.segmentation import RFMScheme, SegmentationMethod
from models.businesses import Weekday
from models.customers import CustomerType
from resolvers.operation import ranges
from resolvers.operation.context import Context
from resolvers.periods import Comparison

# A type must be registered before it is used; these are of several domains.
strawberry.enum(Comparison, description="What a period is compared with.")
strawberry.enum(Weekday, description="A day of the week.")
strawberry.enum(CustomerType, description="Who buys: people for themselves, or businesses that sell on.")
strawberry.enum(RevenueBasis, description="What revenue is: sale totals, totals less refunds, or known profit.")
strawberry.enum(RFMScheme, description="Which table of segments names the score triples.")
strawberry.enum(SegmentationMethod, description="By what customers are put into segments.")

Info = strawberry.Info[Context, None]


def said(text: str) -> Any:
    """The description of an argument."""
    return strawberry.argument(description=text)


def about(text: str, name: str | None = None, type_: Any = None) -> Any:
    """A plain field: the attribute of this name with its description, and its type where no annotation tells it."""
    return strawberry.field(description=text, name=name, graphql_type=type_)


First = Annotated[int | None, said("How many from the start; 50 unless given, at most 1,000.")]
After = Annotated[str | None, said("Begin after this cursor.")]
Last = Annotated[int | None, said("How many from the end, at most 1,000; not together with `first`.")]
Before = Annotated[str | None, said("End before this cursor; goes with `last`.")]
AsOf = Annotated[
    date | None, said("The calendar day to answer for, inclusive; today unless given, and a later one means today.")
]
Days = Annotated[int | None, said("The days of the window that ends at `asOf`, 1 to 9,999; null is all history.")]
DaysToEach = Annotated[
    int | None, said("The days of the window that ends at each day, 1 to 9,999; null is all history.")
]
FromDay = Annotated[date, strawberry.argument(name="from", description="The first day.")]
ToDay = Annotated[date, said("The last day; a later one than today means today.")]
Method = Annotated[SegmentationMethod, said("By what customers are put into segments.")]
DatedMethod = Annotated[
    SegmentationMethod, said("By what customers are put into segments; not CREDIT, which has no days.")
]
Scheme = Annotated[RFMScheme, said("Which table of segments names the scores; of method RFM only.")]
IncludeInactive = Annotated[bool, said("Whether customers that are not active are scored too.")]
Basis = Annotated[RevenueBasis, said("What revenue is: sale totals, totals less refunds, or profit.")]
CompareTo = Annotated[
    Comparison | None, said("Also answer for the period of equal length before, or for a year earlier.")
]
StorefrontArg = Annotated[strawberry.ID | None, said("As if only this storefront's sales existed.")]
CustomerTypeArg = Annotated[CustomerType | None, said("Only customers of this type, with all that they did.")]


@strawberry.input(description="Calendar days from `start` to `end`, both inside.")
class DateRange:
    """A period. Without start it begins with the first fact, without end it ends today."""

    start: date | None = strawberry.field(default=None, description="The first day; the first fact unless given.")
    end: date | None = strawberry.field(default=None, description="The last day; today unless given.")

    def plain(self) -> ranges.DateRange:
        """The same as resolvers know it."""
        return ranges.DateRange(self.start, self.end)


@strawberry.input(description="Amounts from `min` to `max`, both inside.")
class DecimalRange:
    """A range of amounts, open where an edge is missing."""

    min: Decimal | None = strawberry.field(default=None, description="The least amount.")
    max: Decimal | None = strawberry.field(default=None, description="The greatest amount.")

    def plain(self) -> ranges.AmountRange:
        """The same as resolvers know it."""
        return ranges.AmountRange(self.min, self.max)


@strawberry.input(description="Numbers of days from `min` to `max`, both inside.")
class DayRange:
    """A range of numbers of days, open where an edge is missing."""

    min: int | None = strawberry.field(default=None, description="The fewest days.")
    max: int | None = strawberry.field(default=None, description="The most days.")

    def plain(self) -> ranges.IntRange:
        """The same as resolvers know it."""
        return ranges.IntRange(self.min, self.max)


@strawberry.input(description="Whole numbers from `min` to `max`, both inside.")
class IntRange:
    """A range of whole numbers, open where an edge is missing."""

    min: int | None = strawberry.field(default=None, description="The least.")
    max: int | None = strawberry.field(default=None, description="The greatest.")

    def plain(self) -> ranges.IntRange:
        """The same as resolvers know it."""
        return ranges.IntRange(self.min, self.max)


@strawberry.input(description="The same customer's identifier in another system.")
class ExternalIdInput:
    """An identifier in another system."""

    system: str = strawberry.field(description="The other system.")
    value: str = strawberry.field(description="The identifier there.")

    def plain(self) -> tuple[str, str]:
        """The same as resolvers know it."""
        return self.system, self.value


PeriodArg = Annotated[DateRange | None, said("Only facts of this period.")]


def given(value: object) -> dict[str, Any]:
    """The fields of an input that were given a value."""
    if value is None:
        return {}
    held: dict[str, Any] = vars(value)
    return {name: plain(kept) for name, kept in held.items() if kept is not None and kept is not UNSET}


@runtime_checkable
class HasPlain(Protocol):
    """An input that says itself what it is to resolvers."""

    def plain(self) -> Any:
        """The same as resolvers know it."""
        ...


def plain(value: Any) -> Any:
    """A value as resolvers know it: a range of an input is one of theirs."""
    return value.plain() if isinstance(value, HasPlain) else value


def to_change(description: str) -> Any:
    """A field of an input that changes something: absent it leaves what is, null clears it."""
    return strawberry.field(default=UNSET, description=description)


def changes_in(value: object, *others: str) -> dict[str, Any]:
    """The fields of such an input that were given, null ones too, but for some `others` of it."""
    held: dict[str, Any] = vars(value)
    return {name: kept for name, kept in held.items() if kept is not UNSET and name not in others}
