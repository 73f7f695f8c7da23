"""The settings of a business: which there are, and within which bounds."""

from collections.abc import Callable, Mapping
from typing import Any

from rules.currency import MILLION
from rules.partial import checked_in_part
from rules.problems import Problems, short_list
from rules.refusals import InputProblemCode
from rules.regions import known_regions
from rules.words import shown

MOST_CODE_REGIONS = 50
MOST_CONTROL_PERCENT = 50
BOUNDS = {
    "segment_days": (1, 9_999),
    "codes_per_day": (0, 1_000_000),
    "erase_after_days": (0, 30),
    "contacts_per_week": (1, 1_000),
    "keep_events_days": (7, 3_650),
    "keep_audit_months": (6, 1_200),
}
MAY_BE_NULL = frozenset(("segment_days", "contacts_per_week", "keep_audit_months"))


def checked_settings(problems: Problems, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given, by column, as they are kept; null is for those alone that may be without."""
    return checked_in_part(problems, given, bounds=BOUNDS, checks=CHECKS, may_be_null=MAY_BE_NULL)


def _region(problems: Problems, name: str, value: str) -> str:
    code = value.strip().upper()
    if code not in known_regions():
        message = f"{shown(value)} is no country: give its ISO 3166 code, like GB or DE."
        problems.add(name, InputProblemCode.UNKNOWN_VALUE, message)
    return code


def _code_regions(problems: Problems, name: str, values: list[str]) -> str:
    few = short_list(problems, name, values, most=MOST_CODE_REGIONS)
    inside = problems.under(name)
    return " ".join(dict.fromkeys(_region(inside, str(place), value) for place, value in enumerate(few)))


def _percent(problems: Problems, name: str, value: float) -> int:
    """A percentage in millionths."""
    if not 0 <= value <= MOST_CONTROL_PERCENT:
        message = f"Give a percentage from 0 to {MOST_CONTROL_PERCENT}, not {value:g}."
        problems.add(name, InputProblemCode.OUT_OF_RANGE, message)
        return 0
    return round(value * MILLION)


CHECKS: Mapping[str, Callable[[Problems, str, Any], Any]] = {
    "region": _region,
    "code_regions": _code_regions,
    "global_control_percent": _percent,
}
