"""Settings that are changed in part: what is given is checked by column, what is absent stays."""

from collections.abc import Callable, Mapping
from typing import Any

from rules.problems import Problems, whole_number
from rules.refusals import InputProblemCode
from rules.words import in_contract

Bounds = Mapping[str, tuple[int, int]]
Checks = Mapping[str, Callable[[Problems, str, Any], Any]]


def checked_in_part(
    problems: Problems,
    given: Mapping[str, Any],
    *,
    bounds: Bounds,
    checks: Checks,
    may_be_null: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """What was given, by column, as it is kept: a whole number within its bounds, or what its check makes of it."""

    def checked(name: str, value: Any) -> Any:
        told = in_contract(name)
        if value is None:
            if name not in may_be_null:
                message = "This is always set: leave it out to keep what it is."
                problems.add(told, InputProblemCode.REQUIRED, message)
            return None
        if name in bounds:
            lowest, highest = bounds[name]
            return whole_number(problems, told, value, lowest=lowest, highest=highest)
        check = checks.get(name)
        return value if check is None else check(problems, told, value)

    return {name: checked(name, value) for name, value in given.items()}
