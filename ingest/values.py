"""How one cell of text is read: numbers, moments, words and contacts; a ValueError says why one cannot be."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rules.contacts import email_of, phone_of
from rules.days import BusinessMoment, business_moment, day_number, instant_of, noon_of
from rules.words import did_you_mean, shown

MILLION_DIGITS = 6
BIGGEST = 2**63 - 1  # what a column of the store holds
REMEMBERED = 20_000
NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?", re.ASCII)
TIME_DIRECTIVES = ("%H", "%I", "%M", "%c", "%X", "%s")
YES = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}


class Unreadable(NamedTuple):
    """In the place of a value: why its text could not be read."""

    reason: str


class Moment(NamedTuple):
    """When something happened, and where that falls in the calendar of the business."""

    instant: datetime  # in UTC
    business_day: int
    business_month: int
    weekday: int
    hour: int | None  # null where the source has no time of day


class Reading(dict[str, Any]):
    """What texts of one column mean, remembered: the same few texts come back in most columns.

    Gives `Unreadable` for a text that cannot be read, and `failed` says that there has been one.
    """

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read
        self.failed = False

    def __missing__(self, text: str) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        try:
            value = self.read(text.strip())
        except ValueError as error:
            value, self.failed = Unreadable(str(error)), True
        self[text] = value
        return value


def text_reader(what: str, length: int) -> Callable[[str], str | None]:
    """Reads a text of at most `length` characters, None where there is none."""

    def read(text: str) -> str | None:
        if "\0" in text:
            raise ValueError(f"{what} contains a NUL character")
        if len(text) > length:
            raise ValueError(f"{what} {shown(text)} is longer than {length} characters")
        return text or None

    return read


def number_reader(what: str, *, negative: bool = True) -> Callable[[str], int | None]:
    """Reads a number of at most six decimals as millionths, None where there is none."""

    def read(text: str) -> int | None:
        if not text:
            return None
        value = _millionths(what, text)
        if value < 0 and not negative:
            raise ValueError(f"{what} {shown(text)} is negative")
        return value

    return read


def _millionths(what: str, text: str) -> int:
    match = NUMBER.fullmatch(text)
    sign, whole, decimals = match.groups(default="") if match else ("", "", "")
    if not whole and not decimals:
        raise ValueError(f"{what} {shown(text)} is not a number like 12 or 12.50")
    decimals = decimals.rstrip("0")
    if len(decimals) > MILLION_DIGITS:
        raise ValueError(f"{what} {shown(text)} has more than six decimals")
    if len(whole) > 20:
        raise ValueError(f"{what} {shown(text)} is too large")
    value = int((whole or "0") + decimals.ljust(MILLION_DIGITS, "0"))
    if value > BIGGEST:
        raise ValueError(f"{what} {shown(text)} is too large")
    return -value if sign == "-" else value


def word_reader(what: str, words: type[StrEnum]) -> Callable[[str], StrEnum | None]:
    """Reads one of a few words in any case, None where there is none."""

    def read(text: str) -> StrEnum | None:
        if not text:
            return None
        try:
            return words(text.upper().replace(" ", "_").replace("-", "_"))
        except ValueError:
            names = [word.value for word in words]
            raise ValueError(f"{what} {shown(text)} is none of {', '.join(names)}{did_you_mean(text, names)}") from None

    return read


def yes_or_no(what: str) -> Callable[[str], bool | None]:
    """Reads yes/no, true/false or 1/0, None where there is none."""

    def read(text: str) -> bool | None:
        if not text:
            return None
        if text.lower() not in YES:
            raise ValueError(f"{what} {shown(text)} is neither yes nor no")
        return YES[text.lower()]

    return read


def moment_reader(what: str, zone: ZoneInfo, date_format: str | None) -> Callable[[str], Moment | None]:
    """Reads a date or a time: ISO 8601, or `date_format` (strptime) first.

    A time with an offset is an instant, one without is the business's wall clock, and a date alone is written at
    noon without an hour.
    """
    dates_only = date_format is not None and not any(mark in date_format for mark in TIME_DIRECTIVES)

    def read(text: str) -> Moment | None:
        if not text:
            return None
        try:
            value = _formatted(text, date_format, dates_only) or _iso(text)
            return moment_at(value, zone)
        except (ValueError, OverflowError):
            right = f"in the format {date_format}" if date_format else "like 2011-12-09 or 2011-12-09T12:50:00"
            raise ValueError(f"{what} {shown(text)} is not a possible date {right}") from None

    return read


def _formatted(text: str, date_format: str | None, dates_only: bool) -> date | datetime | None:
    if date_format is None:
        return None
    try:
        value = datetime.strptime(text, date_format)
    except ValueError:
        return None  # a spreadsheet's own dates come as ISO whatever the format of its texts
    return value.date() if dates_only else value


def _iso(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)


def moment_at(value: date | datetime, zone: ZoneInfo) -> Moment:
    """A date, a wall-clock time or an instant as a moment of the business."""
    if not isinstance(value, datetime):
        instant = instant_of(noon_of(value), zone)
        return Moment(instant.astimezone(UTC), *business_moment(instant, zone)[:3], None)
    instant = value if value.tzinfo else instant_of(value, zone)
    calendar: BusinessMoment = business_moment(instant.astimezone(UTC), zone)
    return Moment(instant.astimezone(UTC), *calendar)


def day_reader(what: str, zone: ZoneInfo, date_format: str | None) -> Callable[[str], int | None]:
    """Reads a business day, None where there is none."""
    read_moment = moment_reader(what, zone, date_format)

    def read(text: str) -> int | None:
        moment = read_moment(text)
        return None if moment is None else moment.business_day

    return read


def birth_date_reader(what: str, date_format: str | None) -> Callable[[str], int | None]:
    """Reads a calendar day that lies in no time zone, None where there is none."""

    def read(text: str) -> int | None:
        if not text:
            return None
        try:
            value = _formatted(text, date_format, True) or _iso(text)
        except ValueError:
            raise ValueError(f"{what} {shown(text)} is not a possible date like 1990-05-21") from None
        return day_number(value)

    return read


class Contacts:
    """Reads e-mail addresses and phone numbers; one that is impossible is left out and counted, and rejects no row."""

    def __init__(self, region: str | None) -> None:
        self.region = region
        self.dropped = 0

    def email(self, text: str) -> str | None:
        """A case-folded address, None where there is none or it is impossible."""
        return self._counted(text, email_of(text))

    def phone(self, text: str) -> str | None:
        """A number in E.164, one without country code being of the business's region; None where it is impossible."""
        return self._counted(text, phone_of(text, self.region))

    def _counted(self, text: str, contact: str | None) -> str | None:
        self.dropped += bool(text) and contact is None
        return contact


def first_unreadable(values: Iterable[Any]) -> Unreadable | None:
    """The first of some read values that could not be read."""
    return next((value for value in values if type(value) is Unreadable), None)
