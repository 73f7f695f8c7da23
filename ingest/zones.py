"""The time zone that a word in a file means: of IANA, an offset, an abbreviation, a name of Windows or of Rails."""

import re
import tomllib
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from rules.days import time_zones
from rules.words import did_you_mean, shown

NAMES = Path(__file__).with_name("zone_names.toml")
LONGEST_WORD = 100
OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", re.IGNORECASE)
WIDEST_OFFSET = timedelta(hours=14)
SHOWN_OFFSET = re.compile(r"\((?:utc|gmt)[^()]*+\) ?(?=\S)", re.IGNORECASE)  # as in (GMT-05:00) Eastern Time
ZULU = frozenset({"utc", "gmt", "z", "(utc)", "(gmt)"})

# Hours from UTC. An abbreviation says which of the two clocks of a year it was, so that it is an offset, no region.
ABBREVIATIONS = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "akst": -9, "akdt": -8, "hst": -10,
    "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13,
}  # fmt: skip

# What is written for clocks of several regions, or for both clocks of one.
AMBIGUOUS = {
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "ast": ("America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"),
    "adt": ("America/Halifax", "Asia/Baghdad"),
    "gst": ("Asia/Dubai", "Atlantic/South_Georgia", "Pacific/Guam"),
    "sst": ("Pacific/Pago_Pago", "Asia/Singapore"),
    "amt": ("America/Manaus", "Asia/Yerevan"),
    "pkt": ("Asia/Karachi",),
    "wst": ("Pacific/Apia", "Australia/Perth"),
    "ect": ("America/Guayaquil", "Europe/Paris"),
    "wat": ("Africa/Lagos",),
    "cat": ("Africa/Maputo",),
    "eat": ("Africa/Nairobi",),
    "et": ("America/New_York",),
    "ct": ("America/Chicago", "Asia/Shanghai"),
    "mt": ("America/Denver",),
    "pt": ("America/Los_Angeles", "Europe/Lisbon"),
}


@lru_cache(maxsize=1000)
def zone_of(word: str) -> tzinfo:
    """The zone that a word means; a ValueError says what would be right."""
    name = SHOWN_OFFSET.sub("", " ".join(word.split())).casefold()
    if len(name) > LONGEST_WORD:
        raise ValueError(f"{shown(word)} is no time zone")
    if name in ZULU:
        return UTC
    if name in ABBREVIATIONS:
        return timezone(timedelta(hours=ABBREVIATIONS[name]))
    if name in AMBIGUOUS:
        raise ValueError(f"time zone {shown(word)} means more than one clock: say {' or '.join(AMBIGUOUS[name])}")
    offset = OFFSET.fullmatch(name)
    if offset:
        return _fixed(word, *offset.groups(default="00"))
    if name not in _names():
        right = "say one like America/New_York, +02:00 or UTC"
        raise ValueError(f"{shown(word)} is no time zone{_meant(word)}: {right}")
    return ZoneInfo(_names()[name])


def _fixed(word: str, sign: str, hours: str, minutes: str) -> tzinfo:
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) >= 60 or offset > WIDEST_OFFSET:
        raise ValueError(f"{shown(word)} is no possible offset: they go from -14:00 to +14:00")
    return timezone(-offset if sign == "-" else offset)


@cache
def _names() -> dict[str, str]:
    """Zones of IANA by their case-folded names and by those of other systems."""
    with NAMES.open("rb") as file:
        tables = tomllib.load(file)
    others = {name.casefold(): zone for table in tables.values() for name, zone in table.items()}
    known = time_zones() - {"Factory", "localtime"}
    return others | {name.casefold(): name for name in known}


@lru_cache(maxsize=1000)  # looking for a likeness is slow, and a file has the same wrong word in every row
def _meant(word: str) -> str:
    return did_you_mean(word, sorted(set(_names().values())))
