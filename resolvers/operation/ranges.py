"""Ranges as a client gives them: an edge that is missing is open."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.errors import BadUserInput
from rules.days import instant_of


@dataclass(frozen=True)
class DateRange:
    """Calendar days from `start` to `end`, both inside."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class AmountRange:
    """Amounts from `min` to `max`, both inside."""

    min: Decimal | None = None
    max: Decimal | None = None


@dataclass(frozen=True)
class IntRange:
    """Whole numbers from `min` to `max`, both inside."""

    min: int | None = None
    max: int | None = None


def money_range(asked: AmountRange | None, argument: str, business: BusinessCalendar) -> dict[str, int]:
    """The edges `min` and `max` that are given, in minor units; BadUserInput where they are none or upside down."""
    if asked is None:
        return {}
    refuse_upside_down(argument, asked.min, asked.max)
    edges = (("min", asked.min), ("max", asked.max))
    return {name: business.minor(edge, argument) for name, edge in edges if edge is not None}


def refuse_upside_down(argument: str, least: Any, most: Any) -> None:
    """BadUserInput where a range ends before it begins."""
    if least is not None and most is not None and least > most:
        raise BadUserInput(f"`{argument}` has min {least} above max {most}")


def instants_within(business: BusinessCalendar, asked: DateRange | None, argument: str) -> dict[str, datetime]:
    """The first moment of a period (`start`) and the first after it (`end`), as far as they are given."""
    start, end = (None, None) if asked is None else (asked.start, asked.end)
    if start is not None and end is not None and start > end:
        raise BadUserInput(f"`{argument}` starts on {start}, after its end on {end}")
    edges = {"start": start, "end": None if end is None or end == date.max else end + timedelta(days=1)}
    return {
        name: instant_of(datetime.combine(day, time.min), business.zone)
        for name, day in edges.items()
        if day is not None
    }
