"""Ranges as a client gives them: an edge that is missing is open."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


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
class DaysRange:
    """Numbers of days from `min` to `max`, both inside."""

    min: int | None = None
    max: int | None = None
