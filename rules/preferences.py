"""Preferences: what a customer likes, by type and key."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from rules.problems import Problems, required_text, short_list
from rules.refusals import InputProblemCode

LONGEST_KEY = 80
LONGEST_PREFERRED = 200
MOST_PREFERENCES = 50
MOST_PREFERRED = 50


class PreferenceType(StrEnum):
    """What a preference is about."""

    COMMUNICATION = "COMMUNICATION"
    SHOPPING = "SHOPPING"
    PAYMENT = "PAYMENT"
    DELIVERY = "DELIVERY"
    MARKETING = "MARKETING"


class PreferenceSaid(NamedTuple):
    """What a customer prefers; the first value is the foremost."""

    type: PreferenceType
    key: str
    values: tuple[str, ...]

    @property
    def name(self) -> tuple[PreferenceType, str]:
        """By what it is told apart: keys are compared case-folded."""
        return self.type, self.key.casefold()


class PreferenceWanted(NamedTuple):
    """Which customers by what they prefer; without a value whatever it is."""

    type: PreferenceType
    key: str
    value: str | None = None

    @property
    def params(self) -> dict[str, str]:
        """The values of a statement: one of the searched values, as a pattern, and the key as it is compared."""
        key = {"preferred_type": self.type, "preferred_key": " ".join(self.key.split()).casefold()}
        if self.value is None:
            return key
        looked_for = "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in self.value.casefold())
        return {**key, "preferred_value": f"%\n{' '.join(looked_for.split())}\n%"}


def searched_values(values: Sequence[str]) -> str:
    """Values as the filter of lists looks for them: case-folded, each between line breaks."""
    return "".join(f"\n{value.casefold()}" for value in values) + "\n" if values else ""


def checked_preferences(
    problems: Problems, name: str, preferences: Sequence[PreferenceSaid] | None
) -> tuple[PreferenceSaid, ...]:
    """Preferences, of each type and key one."""
    few, inside = short_list(problems, name, preferences or (), most=MOST_PREFERENCES), problems.under(name)
    checked: dict[tuple[PreferenceType, str], PreferenceSaid] = {}
    for place, preference in enumerate(few):
        one = _preference(inside.under(place), preference)
        if one.key and one.name in checked:
            message = "There is another value for this key before it: give one."
            inside.add((str(place), "key"), InputProblemCode.NOT_TOGETHER, message)
        checked[one.name] = one
    return tuple(checked.values())


def _preference(problems: Problems, said: PreferenceSaid) -> PreferenceSaid:
    key = " ".join(required_text(problems, "key", said.key, longest=LONGEST_KEY).split())
    few, inside = short_list(problems, "values", said.values, most=MOST_PREFERRED), problems.under("values")
    if not few:
        problems.add("values", InputProblemCode.REQUIRED, "Give at least one value, or delete the preference.")
    values = (_value(inside, str(place), value) for place, value in enumerate(few))
    return PreferenceSaid(said.type, key, tuple(dict.fromkeys(values)))


def _value(problems: Problems, place: str, value: str) -> str:
    """A value of one line: line breaks are what tells values apart in a search."""
    return " ".join(required_text(problems, place, value, longest=LONGEST_PREFERRED).split())


def checked_preference_keys(
    problems: Problems, name: str, keys: Sequence[tuple[PreferenceType, str]] | None
) -> frozenset[tuple[PreferenceType, str]] | None:
    """The types and case-folded keys of preferences, None for all."""
    if keys is None:
        return None
    few, inside = short_list(problems, name, keys, most=MOST_PREFERENCES), problems.under(name)
    return frozenset(
        (type_, required_text(inside.under(place), "key", key, longest=LONGEST_KEY).casefold())
        for place, (type_, key) in enumerate(few)
    )
