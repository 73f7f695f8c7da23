"""What can be wrong with a file or a mapping as a whole; a single bad row is a reject and never raises."""

from collections.abc import Iterable
from difflib import get_close_matches

from rules.failures import Failure


class ImportProblem(Failure):
    """The file cannot be imported as asked; the message says what is wrong and what would be right."""


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """` (did you mean "…"?)` for the known name nearest to `name`, or nothing."""
    known = {candidate.casefold(): candidate for candidate in names}
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    return f' (did you mean "{known[near[0]]}"?)' if near else ""
