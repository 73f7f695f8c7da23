"""Words as messages show them: quoted, and the known one that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

LONGEST_SHOWN = 60


def shown(text: str) -> str:
    """A text as a message quotes it."""
    return f'"{text[:LONGEST_SHOWN]}…"' if len(text) > LONGEST_SHOWN else f'"{text}"'


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """` (did you mean "…"?)` for the known name nearest to `name`, or nothing."""
    known = {candidate.casefold(): candidate for candidate in names}
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    return f' (did you mean "{known[near[0]]}"?)' if near else ""


@lru_cache(2_000)
def in_contract(name: str) -> str:
    """A name of ours as the contract writes it: `segment_days` is `segmentDays`."""
    first, *others = name.strip("_").split("_")
    return first + "".join(word.capitalize() for word in others)
