"""Collects what is wrong with an input, and the checks that every write shares.

    problems = Problems(("input",))
    name = required_text(problems, "name", name, longest=80)
    problems.raise_if_any()

A check adds what it finds and returns the cleaned value, so that all problems are told at once.
"""

import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from rules.refusals import InputProblem, InputProblemCode, InvalidInput
from rules.words import did_you_mean, shown

WORDS_TOLD = 20
LONGEST_IDEMPOTENCY_KEY = 200
FIRST_YEAR = 1900
Whole = TypeVar("Whole", bound=int | None)
Value = TypeVar("Value")


class Problems:
    """The problems of an input so far; `under` gives a collector of the same ones with a longer path."""

    def __init__(self, path: tuple[str, ...] = ()) -> None:
        self.path = path
        self._found: list[InputProblem] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, path: str | tuple[str, ...], code: InputProblemCode, message: str) -> None:
        """Tell of a problem with a part, or with a part of a part, or with () of the whole."""
        below = (path,) if isinstance(path, str) else path
        self._found.append(InputProblem((*self.path, *below), code, message))

    def under(self, *parts: str | int) -> "Problems":
        """A collector for what is wrong with a part, with an item of a list, or with a part of a part."""
        deeper = Problems((*self.path, *map(str, parts)))
        deeper._found = self._found
        return deeper

    def raise_if_any(self) -> None:
        """Refuse the input with all of its problems."""
        if self._found:
            raise InvalidInput(tuple(self._found))


# ---------------------------------------------------------------- checks


def optional_text(problems: Problems, name: str, text: str | None, *, longest: int) -> str | None:
    """A text in NFC without blanks around it, None where nothing is left."""
    cleaned = unicodedata.normalize("NFC", text or "").strip()
    if not _can_be_stored(cleaned):
        problems.add(name, InputProblemCode.INVALID_FORMAT, "Leave out NUL and half characters.")
    if len(cleaned) > longest:
        message = f"Give at most {longest:,} characters; this has {len(cleaned):,}."
        problems.add(name, InputProblemCode.TOO_LONG, message)
    return cleaned or None


def required_text(problems: Problems, name: str, text: str | None, *, longest: int) -> str:
    """The same of a text that has to be given."""
    cleaned = optional_text(problems, name, text, longest=longest)
    if cleaned is None:
        problems.add(name, InputProblemCode.REQUIRED, "This has to be given, and not blank.")
    return cleaned or ""


def idempotency_key(problems: Problems, path: tuple[str, ...], key: str) -> None:
    """A key of 1 to 200 visible ASCII characters."""
    if not key.strip() or not all("!" <= letter <= "~" for letter in key):
        message = "Give a key of letters, digits and signs, without blanks, such as a UUID."
        problems.add(path, InputProblemCode.INVALID_FORMAT, message)
    elif len(key) > LONGEST_IDEMPOTENCY_KEY:
        message = f"Give at most {LONGEST_IDEMPOTENCY_KEY} characters; this has {len(key):,}."
        problems.add(path, InputProblemCode.TOO_LONG, message)


def check_moment(problems: Problems, name: str, at: datetime | None) -> None:
    """Tell of a moment without its time zone, and of one of a century before anything was recorded."""
    if at is not None and at.tzinfo is None:
        problems.add(name, InputProblemCode.INVALID_FORMAT, "Say the time zone, like 2026-03-05T12:00:00Z.")
    elif at is not None and at.year < FIRST_YEAR:
        problems.add(name, InputProblemCode.OUT_OF_RANGE, f"Give a time from the year {FIRST_YEAR} on.")


def _can_be_stored(text: str) -> bool:
    """Whether a store takes it: none takes half of a surrogate pair, and PostgreSQL no NUL."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def whole_number(
    problems: Problems, name: str, number: Whole, *, lowest: int | None = None, highest: int | None = None
) -> Whole:
    """A whole number within its bounds, both included."""
    if number is not None and not _is_within(number, lowest, highest):
        message = f"Give a whole number {_bounds(lowest, highest)}, not {number:,}."
        problems.add(name, InputProblemCode.OUT_OF_RANGE, message)
    return number


def _is_within(number: int, lowest: int | None, highest: int | None) -> bool:
    return (lowest is None or lowest <= number) and (highest is None or number <= highest)


def _bounds(lowest: int | None, highest: int | None) -> str:
    if lowest is None:
        return f"up to {highest:,}"
    return f"of at least {lowest:,}" if highest is None else f"from {lowest:,} to {highest:,}"


def short_list(problems: Problems, name: str, values: Sequence[Value], *, most: int) -> Sequence[Value]:
    """A list of at most so many values; of a longer one only those, so that no check walks the others."""
    if len(values) > most:
        problems.add(name, InputProblemCode.TOO_MANY, f"Give at most {most:,}; these are {len(values):,}.")
    return values[:most]


def known_word(problems: Problems, name: str, word: str, known: Collection[str]) -> str:
    """A word that is one of those that are known there."""
    if word not in known:
        others = f"is none of {', '.join(known)}" if len(known) <= WORDS_TOLD else "is not known here"
        message = f"{shown(word)} {others}{did_you_mean(word, known)}."
        problems.add(name, InputProblemCode.UNKNOWN_VALUE, message)
    return word
