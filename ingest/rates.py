"""Rates between currencies by day, from a file of a user: currency, day, and what one unit is worth here."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from ingest.problems import ImportProblem
from ingest.readers import open_source
from rules.days import day_number

COLUMNS = ("currency", "day", "rate")
PLAIN_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?")
DAYS_HELD = 7  # a rate holds over a week-end and holidays, no longer


@dataclass(frozen=True)
class CurrencyRates:
    """For each currency its days in order, and what one unit was worth from each of them."""

    days: dict[str, list[int]]
    worth: dict[str, list[Fraction]]

    def rate(self, currency: str, day: int) -> Fraction | None:
        """What one unit of a currency was worth on a day: by that day's rate or one of the week before it."""
        days = self.days.get(currency, [])
        place = bisect_right(days, day) - 1
        return self.worth[currency][place] if place >= 0 and day - days[place] < DAYS_HELD else None


def read_rates(path: Path) -> CurrencyRates:
    """The rates of a file with the columns currency, day (like 2026-01-31) and rate (with a decimal point)."""
    found: dict[str, dict[int, Fraction]] = {}
    with open_source(path) as source:
        missing = [name for name in COLUMNS if name not in source.header]
        if missing:
            raise ImportProblem(f"{path.name} lacks {', '.join(missing)}: rates are currency, day and rate")
        places = [source.header.index(name) for name in COLUMNS]
        for chunk in source.chunks:
            for index, (line, row) in enumerate(zip(chunk.lines, chunk.rows, strict=True)):
                if index in chunk.problems:
                    raise ImportProblem(f"{path.name}, line {line}: {chunk.problems[index]}")
                currency, day, rate = (row[place].strip() for place in places)
                days = found.setdefault(currency.upper(), {})
                worth = _rate(path, line, rate)
                if days.setdefault(_day(path, line, day), worth) != worth:
                    raise ImportProblem(f"{path.name}, line {line}: another rate for {currency} on {day} stands above")
    ordered = {currency: dict(sorted(rates.items())) for currency, rates in found.items()}
    return CurrencyRates(
        {currency: list(rates) for currency, rates in ordered.items()},
        {currency: list(rates.values()) for currency, rates in ordered.items()},
    )


def _day(path: Path, line: int, text: str) -> int:
    try:
        return day_number(date.fromisoformat(text))
    except ValueError:
        raise ImportProblem(f'{path.name}, line {line}: "{text}" is no day like 2026-01-31') from None


def _rate(path: Path, line: int, text: str) -> Fraction:
    rate = Fraction(text) if PLAIN_RATE.fullmatch(text) else Fraction(0)
    if rate <= 0:
        raise ImportProblem(f'{path.name}, line {line}: "{text}" is no rate like 1.0842')
    return rate
