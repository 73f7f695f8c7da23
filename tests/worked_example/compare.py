"""Compare an answer with what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isclose


def differences(expected: object, answer: object, path: str = "") -> list[str]:
    """Where an answer differs; keys that are not expected are not looked at.

    Money may come as Decimal or as text, floats are compared to 12 digits, lists in their order.
    """
    if isinstance(expected, Mapping):
        if not isinstance(answer, Mapping):
            return [f"{path}: {answer!r} is not an object"]
        return [
            found
            for key, value in expected.items()
            for found in (
                differences(value, answer[key], f"{path}.{key}") if key in answer else [f"{path}.{key} is missing"]
            )
        ]
    if isinstance(expected, list):
        if not isinstance(answer, list) or len(answer) != len(expected):
            return [f"{path}: {len(expected)} entries expected, not {answer!r:.200}"]
        pairs = enumerate(zip(expected, answer, strict=True))
        return [found for index, (one, other) in pairs for found in differences(one, other, f"{path}[{index}]")]
    return [] if is_same(expected, answer) else [f"{path}: {expected!r} expected, not {answer!r}"]


def is_same(expected: object, answer: object) -> bool:
    """Whether two plain values are equal."""
    if expected is None or answer is None:
        return expected is answer
    if isinstance(expected, Decimal):
        return Decimal(str(answer)) == expected
    if isinstance(expected, float):
        return isinstance(answer, int | float) and isclose(expected, answer, rel_tol=1e-12, abs_tol=1e-12)
    return expected == answer
