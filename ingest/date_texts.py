"""What the text of a date says, by a format that somebody told or by the shapes that dates are known to have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from typing import NamedTuple

from ingest.problems import ImportProblem
from ingest.zones import zone_of
from rules.words import shown

LAST_CENTURY_FROM = 69  # of two digits, as strptime has it
FLAGS = re.IGNORECASE | re.ASCII


class DateOrder(StrEnum):
    """What stands first in a date of three numbers."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class WrittenDate(NamedTuple):
    """What a text says, wherever its clock was."""

    day: date
    time: time | None  # None of a date alone
    zone: tzinfo | None  # None where the text names none


# ---------------------------------------------------------------- shapes

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH_NUMBERS = {name: number for number, full in enumerate(MONTHS, 1) for name in (full, full[:3])} | {"sept": 9}
MONTH = rf"(?P<b>{'|'.join(sorted(MONTH_NUMBERS, key=len, reverse=True))})"
WEEKDAY = r"(?P<a>(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?)"
HALF = r"(?P<p>[ap]\.? ?m\b\.?)"
OFFSET = r"z\b|[+-][0-9]{2}(?::?[0-9]{2})?"
ZONE_NAME = r"[a-z(].*"

# A group is named as the directive of strptime that would read it; Y and f have as many digits as there are.
YEAR, LONG_YEAR, DAY = r"(?P<Y>[0-9]{4}|[0-9]{2})", r"(?P<Y>[0-9]{4})", r"(?P<d>[0-9]{1,2})"
SECONDS = r"(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?"
TIME = (
    rf"(?:(?:t|,? (?:at )?)(?P<H>[0-9]{{1,2}}):(?P<M>[0-9]{{2}})(?::{SECONDS})?(?: ?{HALF})?"
    rf"(?: ?(?P<z>{OFFSET})| (?P<Z>{ZONE_NAME}))?)?"
)
COMPACT_TIME = rf"(?:t(?P<H>[0-9]{{2}})(?P<M>[0-9]{{2}})(?:{SECONDS})?(?P<z>{OFFSET})?)?"

ISO = re.compile(rf"{LONG_YEAR}-(?P<m>[0-9]{{1,2}})-{DAY}{TIME}", FLAGS)
PLAIN_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")
YEAR_FIRST = (
    ISO,
    re.compile(rf"{LONG_YEAR}(?P<s>[/.])(?P<m>[0-9]{{1,2}})(?P=s){DAY}{TIME}", FLAGS),
    re.compile(rf"{LONG_YEAR}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}}){COMPACT_TIME}", FLAGS),
    re.compile(rf"{LONG_YEAR}[-/. ]{MONTH}[-/. ]{DAY}{TIME}", FLAGS),
)
NUMERIC = re.compile(rf"(?P<first>[0-9]{{1,2}})(?P<s>[-/.])(?P<second>[0-9]{{1,2}})(?P=s){YEAR}{TIME}", FLAGS)
OTHERS = (
    NUMERIC,
    re.compile(rf"(?:{WEEKDAY}\.?,? )?{DAY}[-/. ]?{MONTH}\.?(?:[-/. ]|, )?{YEAR}{TIME}", FLAGS),
    re.compile(rf"(?:{WEEKDAY}\.?,? )?{MONTH}[-/. ]{{0,2}}{DAY}(?:[-/. ]|, ?){YEAR}{TIME}", FLAGS),
)
BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " "))


def tidied(text: str) -> str:
    """A text with single plain blanks."""
    if text.isascii() and "  " not in text:
        return text
    return " ".join(filter(None, text.translate(BLANKS).split(" ")))


def matched(text: str) -> re.Match[str] | None:
    """A tidied text taken apart by the shape that it has, None where it has none."""
    shapes = YEAR_FIRST if text[:4].isdigit() else OTHERS
    for shape in shapes:
        match = shape.fullmatch(text)
        if match:
            return match
    return None


def is_numeric(match: re.Match[str]) -> bool:
    """Whether the order of day and month has to be known."""
    return match.re is NUMERIC


def read_plain_iso(text: str) -> WrittenDate | None:
    """What most texts of most files say, read at once; None for any other text."""
    if not PLAIN_ISO.fullmatch(text):
        return None
    try:
        written = datetime.fromisoformat(text)
    except ValueError:  # told in words by the long way
        return None
    return WrittenDate(written.date(), written.time() if len(text) > 10 else None, None)


def read_match(match: re.Match[str], order: DateOrder | None) -> WrittenDate:
    """What a text says that was taken apart; ValueError in words where it is impossible."""
    parts = match.groupdict()
    zone = parts.get("z") or parts.get("Z")
    return WrittenDate(_day(parts, order), _time(parts), zone_of(zone) if zone else None)


def day_of(match: re.Match[str], order: DateOrder | None) -> date:
    """The day that a text says which was taken apart; ValueError where there is none."""
    return _day(match.groupdict(), order)


def _day(parts: dict[str, str | None], order: DateOrder | None) -> date:
    first = parts.get("first")
    if first:
        texts = (first, parts["second"], parts["Y"])
        year, month, day = (texts[place] for place in PLACES[order or DateOrder.DAY])
    else:
        year, month, day = parts["Y"], parts.get("m"), parts["d"]
    try:
        number = int(month) if month else MONTH_NUMBERS[(parts["b"] or "").lower()]
        return date(_full_year(year or ""), number, int(day or ""))
    except ValueError:
        hint = f" with the {order} first" if order and first else ""
        raise ValueError(f"there is no such day{hint}") from None


IN_ORDER = {
    DateOrder.DAY: ("d", "m", "Y"),
    DateOrder.MONTH: ("m", "d", "Y"),
    DateOrder.YEAR: ("Y", "m", "d"),
}
PLACES = {order: [names.index(name) for name in ("Y", "m", "d")] for order, names in IN_ORDER.items()}


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) != 2:
        return year if len(digits) == 4 else 0
    return year + (1900 if year >= LAST_CENTURY_FROM else 2000)


def _time(parts: dict[str, str | None]) -> time | None:
    text = parts.get("H")
    if not text:
        return None
    hour, half = int(text), parts.get("p")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} is no hour of a 12-hour clock")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour == 24:
        raise ValueError("there is no 24:00: midnight is 00:00 of the next day")
    fraction = parts.get("f")
    try:
        microseconds = int(fraction[:6].ljust(6, "0")) if fraction else 0
        return time(hour, int(parts.get("M") or 0), int(parts.get("S") or 0), microseconds)
    except ValueError:
        raise ValueError("there is no such time of day") from None


def format_of(match: re.Match[str], order: DateOrder | None) -> str:
    """The format, strptime's, in which a text that was taken apart is written."""
    names: dict[str, str] = {}
    if order and is_numeric(match):
        names.update(zip(("first", "second", "Y"), IN_ORDER[order], strict=True))
    spans = sorted((*match.span(name), name) for name, text in match.groupdict().items() if text and name != "s")
    written, at = "", 0
    for start, end, name in spans:
        directive = _directive(names.get(name, name), match[name], has_half=bool(match["p"]) if name == "H" else False)
        written, at = written + match.string[at:start] + directive, end
    return written + match.string[at:]


def _directive(name: str, text: str, *, has_half: bool) -> str:
    if name == "Y":
        return "%Y" if len(text) == 4 else "%y"
    if name == "H":
        return "%I" if has_half else "%H"
    if name in ("a", "b") and len(text) > 4:
        return f"%{name.upper()}"
    return f"%{name}"


# ---------------------------------------------------------------- formats that somebody told


@dataclass(frozen=True)
class DateFormat:
    """A format of strptime, which here knows English months on every machine and reads zone words with %Z."""

    text: str
    pattern: re.Pattern[str]


TWO = "[0-9]{1,2}"
DIRECTIVES = {
    "Y": LONG_YEAR, "y": r"(?P<Y>[0-9]{2})", "m": rf"(?P<m>{TWO})", "d": DAY, "b": MONTH, "B": MONTH, "h": MONTH,
    "a": WEEKDAY, "A": WEEKDAY, "H": rf"(?P<H>{TWO})", "I": rf"(?P<H>{TWO})", "M": rf"(?P<M>{TWO})",
    "S": rf"(?P<S>{TWO})", "f": r"(?P<f>[0-9]{1,9})", "p": f" ?{HALF}", "z": rf"(?P<z>{OFFSET})",
    "Z": rf"(?P<Z>{ZONE_NAME}|{OFFSET})", "%": "%",
}  # fmt: skip
SLOTS = {"y": "Y", "B": "b", "h": "b", "A": "a", "I": "H", "b": "m"}  # what else says the same as another
DIGITS = frozenset("YymdHIMSf")
TOKENS = re.compile(r"%[-#]?(.?)| |[^%]", re.DOTALL)
ZONE_AT_END = re.compile(r"(?<=[SMfp])( ?)(?:UTC|GMT|Z)$")  # as letters, which would leave the time without a zone


def _as_directive(match: re.Match[str]) -> str:
    return f"{match[1]}%Z"


def date_format(text: str) -> DateFormat:
    """A format that dates can be read by; ImportProblem says what is wrong with it."""
    tidy = ZONE_AT_END.sub(_as_directive, tidied(text))
    tokens = list(TOKENS.finditer(tidy))
    letters = [token[1] if token[0].startswith("%") else None for token in tokens]
    _check(text, [letter for letter in letters if letter is not None])
    pattern = ""
    for at, (token, letter) in enumerate(zip(tokens, letters, strict=True)):
        neighbours = {*letters[max(at - 1, 0) : at], *letters[at + 1 : at + 2]}
        if letter is None:
            pattern += " ?" if token[0] == " " and neighbours & {"p", "z", "Z"} else re.escape(token[0])
        elif letter in DIGITS and neighbours & DIGITS:
            pattern += DIRECTIVES[letter].replace(TWO, "[0-9]{2}")
        else:
            pattern += DIRECTIVES[letter]
    return DateFormat(text, re.compile(pattern, FLAGS))


def _check(text: str, letters: Iterable[str]) -> None:
    where = f"date format {shown(text)}"
    slots: list[str] = []
    for letter in letters:
        if letter not in DIRECTIVES:
            known = " ".join(f"%{name}" for name in DIRECTIVES)
            raise ImportProblem(f"{where} has %{letter}, which is none of {known}")
        slot = SLOTS.get(letter, letter)
        if SLOTS.get(slot, slot) in slots and letter != "%":
            raise ImportProblem(f"{where} says twice what %{letter} stands for")
        slots.append(SLOTS.get(slot, slot))
    for slot, name in (("Y", "year, %Y"), ("m", "month, %m or %b"), ("d", "day, %d")):
        if slot not in slots:
            raise ImportProblem(f"{where} has no {name}")
    if "H" not in slots and set(slots) & set("MSfp"):
        raise ImportProblem(f"{where} has a time without its hour, %H or %I")
    if "I" in letters and "p" not in slots:
        raise ImportProblem(f"{where} has %I without %p: a clock of 24 hours is %H")
