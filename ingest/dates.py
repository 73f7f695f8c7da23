"""Dates and times as files write them: which style a column has, and its texts as moments of the business."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from ingest.date_texts import (
    ISO,
    MONTHS,
    DateFormat,
    DateOrder,
    WrittenDate,
    date_format,
    day_of,
    format_of,
    is_numeric,
    matched,
    read_match,
    read_plain_iso,
    tidied,
)
from ingest.identities import is_no_value
from ingest.problems import ImportProblem
from ingest.values import Moment, moment_at
from ingest.zones import zone_of
from rules.days import date_of, day_number
from rules.words import shown

LONGEST_DATE = 100
REMEMBERED = 10_000  # distinct days of a column
CLEARLY = 3  # a majority that is this many times the others
EARLIEST_BIRTH = date(1900, 1, 1)
NUMERIC_ORDERS = (DateOrder.DAY, DateOrder.MONTH)


def _is_year_day_month(text: str) -> bool:
    """Whether a format has the day between year and month."""
    return text.startswith("%Y") and "%m" in text.partition("%d")[2]


@dataclass(frozen=True)
class DateStyle:
    """How the dates of a column are written: in formats that somebody told, or in any known shape and this order."""

    told: tuple[DateFormat, ...] = ()
    order: DateOrder | None = None  # None where no text of the column needs it

    @property
    def has_short_years(self) -> bool:
        """Whether a format told has years of two digits."""
        return any("%y" in told.text for told in self.told)

    @property
    def _contradicts_iso(self) -> bool:
        return any(_is_year_day_month(told.text) for told in self.told)

    def read(self, text: str) -> WrittenDate:
        """What a trimmed text says; ValueError says why it says nothing."""
        if len(text) > LONGEST_DATE:
            raise ValueError("it is too long for a date")
        if self.told:
            return self._by_told_formats(tidied(text))
        return read_plain_iso(text) or self._by_shape(tidied(text))

    def _by_told_formats(self, text: str) -> WrittenDate:
        problem: ValueError | None = None
        for told in self.told:
            match = told.pattern.fullmatch(text)
            try:
                if match:
                    return read_match(match, None)
            except ValueError as error:
                problem = problem or error
        # A spreadsheet's own dates come as ISO whatever the format of its texts.
        iso = None if problem or self._contradicts_iso else ISO.fullmatch(text)
        if iso:
            return read_match(iso, None)
        formats = " or ".join(told.text for told in self.told)
        raise problem or ValueError(_what_it_is(text) or f"it is not written like {formats}")

    def _by_shape(self, text: str) -> WrittenDate:
        match = matched(text)
        if match is None:
            right = "it is no date like 2026-01-31, 2026-01-31 12:50:00 or 31 Jan 2026"
            raise ValueError(_what_it_is(text) or right)
        if len(match["Y"]) == 2:
            if is_numeric(match) and not _readings(match):
                raise ValueError("there is no such day")
            raise ValueError(f"its year has two digits: say {_formats(match, _readings(match))}")
        if self.order or not is_numeric(match):
            return read_match(match, self.order)
        readings = _readings(match)
        if len(set(readings.values())) > 1:
            raise ValueError(f"it can be read in two ways: say {_formats(match, readings)}")
        return read_match(match, next(iter(readings), None))


def _what_it_is(text: str) -> str | None:
    """What a number that is no date probably is."""
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text, re.ASCII):
        return "it is a spreadsheet's number of a day: show the column as a date there and export again"
    if re.fullmatch(r"[0-9]{10}([0-9]{3})?(\.[0-9]+)?", text, re.ASCII):
        return "it is a number of seconds since 1970: export the column as dates like 2026-01-31 12:50:00"
    return None


def _readings(match: re.Match[str]) -> dict[DateOrder, date]:
    """The day that a text of three numbers is in each order in which it is possible."""
    readings: dict[DateOrder, date] = {}
    if is_numeric(match):
        for order in DateOrder if len(match["Y"]) == 2 else NUMERIC_ORDERS:
            with suppress(ValueError):
                readings[order] = day_of(match, order)
    return readings


def _formats(match: re.Match[str], orders: Iterable[DateOrder]) -> str:
    """The options that would say how a text is to be read."""
    formats = dict.fromkeys(format_of(match, order) for order in orders) or [format_of(match, None)]
    return " or ".join(f'--date-format "{format_}"' for format_ in formats)


# ---------------------------------------------------------------- which style a column has


class DateSurvey:
    """Finds the style of a column of dates from all of its texts, in bounded memory."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._settled: dict[DateOrder, int] = dict.fromkeys(NUMERIC_ORDERS, 0)  # how many texts can only be read so
        self._examples: dict[str, re.Match[str]] = {}
        self._long_years = 0
        self._short_years = 0
        self._short_orders = dict.fromkeys(DateOrder, 0)  # how many texts with a short year can be read so

    def add(self, texts: Iterable[str]) -> None:
        """Look at some texts of the column."""
        distinct = set(texts)
        others = [text for text in distinct if not text[:4].isdigit() and len(text) <= LONGEST_DATE]
        self._long_years += len(distinct) - len(others)  # where the year comes first there is no question
        for text in sorted(others):
            day = _day_alone(text)
            if day not in self._seen:
                self._remember(day)
                self._look_at(tidied(text.strip()))

    def _remember(self, day: str) -> None:
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen.add(day)

    def _look_at(self, text: str) -> None:
        match = matched(text)
        if match is None:
            return
        readings = _readings(match)
        if not readings and is_numeric(match):
            return  # 31/31/31 is no day in any order, and tells nothing
        if len(match["Y"]) == 2:
            self._short_years += 1
            self._keep(SHORT, match)
            for order in readings:
                self._short_orders[order] += 1
            return
        self._long_years += 1
        if len(readings) == 1:
            (order,) = readings
            self._settled[order] += 1
            self._keep(order, match)
        elif len(set(readings.values())) > 1:
            self._keep(UNCLEAR, match)

    def _keep(self, kind: str, match: re.Match[str]) -> None:
        self._examples[kind] = min(self._examples.get(kind, match), match, key=lambda example: example.string)

    def decide(self, told: Sequence[str] = ()) -> DateStyle:
        """The style of the column: by the formats told, else found; ImportProblem asks where it can be two."""
        if told:
            return DateStyle(told=tuple(date_format(text) for text in told))
        if self._short_years and self._short_years * CLEARLY > self._long_years:
            raise ImportProblem(self._about_short_years(self._examples[SHORT]))
        return DateStyle(order=self._order())

    def _order(self) -> DateOrder | None:
        less, more = sorted(NUMERIC_ORDERS, key=self._settled.__getitem__)
        if self._settled[more] and self._settled[more] >= CLEARLY * self._settled[less]:
            return more
        if self._settled[more]:
            raise ImportProblem(_about_both_orders({order: self._examples[order] for order in NUMERIC_ORDERS}))
        if UNCLEAR in self._examples:
            raise ImportProblem(_about_order(self._examples[UNCLEAR]))
        return None

    def _about_short_years(self, match: re.Match[str]) -> str:
        most = max(self._short_orders.values())
        readings = _readings(match)
        likely = {order: day for order, day in readings.items() if self._short_orders[order] == most} or readings
        if len(likely) > 1 and match["s"] != "-":  # such a year comes first between dashes only
            likely.pop(DateOrder.YEAR, None)
        days = f" for {_or(likely.values())}" if likely else ""
        return f"years have two digits, like {shown(match.string)}{days}: say {_formats(match, likely)}"


def _day_alone(text: str) -> str:
    """What a text with a time says before its first blank, where that is three numbers; else the text."""
    head = text.partition(" ")[0]
    return head if len(head) >= 6 and head[0].isdigit() and head[-1].isdigit() else text


UNCLEAR, SHORT = "unclear", "short"  # examples beside those of orders


def _about_order(match: re.Match[str]) -> str:
    unclear = f"dates like {shown(match.string)} can be {_or(_readings(match).values())}"
    return f"{unclear}, and no date of the column tells: say {_formats(match, NUMERIC_ORDERS)}"


def _about_both_orders(matches: dict[DateOrder, re.Match[str]]) -> str:
    examples = " and ".join(shown(match.string) for match in matches.values())
    formats = " or ".join(_formats(match, [order]) for order, match in matches.items())
    mixed = f"dates of one column, {examples}, have day and month in different orders"
    return f"{mixed}: say {formats}; what is written otherwise is then rejected"


def _or(days: Iterable[date]) -> str:
    return " or ".join(f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}" for day in dict.fromkeys(days))


# ---------------------------------------------------------------- reading


def moment_reader(  # noqa: PLR0913  what is read, the two clocks, the days that are possible
    what: str, style: DateStyle, zone: ZoneInfo, business_zone: ZoneInfo, *, since: date, until: date
) -> Callable[[str], Moment | None]:
    """Reads a date or time, None where there is none.

    A time that names no zone is of the clock in `zone`; a date alone is a day of the business, at noon without an hour.
    """
    read_both = moment_with_zone_reader(what, style, zone, business_zone, since=since, until=until)
    return lambda text: read_both(text, "")


def moment_with_zone_reader(  # noqa: PLR0913  as above
    what: str, style: DateStyle, zone: ZoneInfo, business_zone: ZoneInfo, *, since: date, until: date
) -> Callable[[str, str], Moment | None]:
    """Reads a date or time and the word for its zone that stands beside it, which may be blank."""
    days = range(day_number(since), day_number(until) + 1)

    def read(text: str, word: str) -> Moment | None:
        text = text.strip()
        if is_no_value(text):
            return None
        try:
            written = style.read(text)
            clock = written.zone or (zone if written.time is None else _zone_beside(word.strip(), zone))
        except ValueError as error:
            raise ValueError(f"{what} {shown(text)}: {error}") from None
        moment = _moment(written, clock, business_zone)
        if moment is None or moment.business_day not in days:
            day = written.day if moment is None else date_of(moment.business_day)
            raise ValueError(f"{what} {_outside(day, since, until)}")
        return moment

    return read


def _zone_beside(word: str, zone: ZoneInfo) -> tzinfo:
    return zone if is_no_value(word) else zone_of(word)


def _moment(written: WrittenDate, clock: tzinfo, business_zone: ZoneInfo) -> Moment | None:
    """What was written as a moment of the business, None at the two ends of the years that there are."""
    try:
        if written.time is None:
            return moment_at(written.day, business_zone)
        # As instant_of has it: what happened twice is the first, what was skipped as before the clocks moved.
        return moment_at(datetime.combine(written.day, written.time, clock), business_zone)
    except OverflowError:
        return None


def _outside(day: date, since: date, until: date) -> str:
    if day < since:
        return f"{day} is before {since}: is its year right? If it is, say --since with the first day that counts"
    if day > until:
        return f"{day} is after {until}: the day has not come yet"
    return f"{day} is at the end of the calendar: is its year right?"


def day_reader(  # noqa: PLR0913  as above
    what: str,
    style: DateStyle,
    business_zone: ZoneInfo,
    *,
    zone: ZoneInfo | None = None,
    since: date = date.min,
    until: date = date.max,
) -> Callable[[str], int | None]:
    """Reads a business day, None where there is none; a time is of the clock in `zone`, else of the business's."""
    read_moment = moment_reader(what, style, zone or business_zone, business_zone, since=since, until=until)

    def read(text: str) -> int | None:
        moment = read_moment(text)
        return None if moment is None else moment.business_day

    return read


def birth_date_reader(what: str, style: DateStyle, *, until: date = date.max) -> Callable[[str], int | None]:
    """Reads a calendar day that lies in no time zone, None where there is none.

    A year of two digits is the last one with them that is not after `until`.
    """

    def read(text: str) -> int | None:
        text = text.strip()
        if is_no_value(text):
            return None
        try:
            day = style.read(text).day
        except ValueError as error:
            raise ValueError(f"{what} {shown(text)}: {error}") from None
        if day > until and style.has_short_years:
            day = _a_century_before(day)
        if day < EARLIEST_BIRTH:
            raise ValueError(f"{what} {day} is before {EARLIEST_BIRTH}: nobody alive was born then")
        if day > until:
            raise ValueError(f"{what} {day} is after {until}: the day has not come yet")
        return day_number(day)

    return read


def _a_century_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 100)
    except ValueError:  # 29 February 2000 has none in 1900
        return day
