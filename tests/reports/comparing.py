"""An answer of GraphQL held against the oracle's."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

PEOPLE = "customers(first: 1000) { totalCount nodes { number } }"


def differences(answer: Any, expected: Any, path: str = "") -> list[str]:
    """Where an answer is not what the oracle says; what it leaves out was not asked for."""
    return list(_differences(answer, expected, path))


def _differences(answer: Any, expected: Any, path: str) -> Iterator[str]:
    if isinstance(answer, dict):
        for key, value in answer.items():
            if key == "customers" and isinstance(value, dict) and "nodes" in value:
                yield from _people(value, expected, path)
            elif expected is None or key not in expected:
                yield f"{path}.{key}: {value!r}, the oracle has none"
            else:
                yield from _differences(value, expected[key], f"{path}.{key}")
    elif isinstance(answer, list):
        if not isinstance(expected, list) or len(answer) != len(expected):
            yield f"{path}: {answer!r:.300}, the oracle says {expected!r:.300}"
            return
        for i, (value, wanted) in enumerate(zip(answer, expected, strict=True)):
            yield from _differences(value, wanted, f"{path}[{i}]")
    elif not _is_same(answer, expected):
        yield f"{path}: {answer!r}, the oracle says {expected!r}"


def _people(connection: Any, expected: Any, path: str) -> Iterator[str]:
    numbers = sorted(node["number"] for node in connection["nodes"])
    wanted = sorted(expected["customerIds"])
    if numbers != wanted or connection["totalCount"] != len(wanted):
        yield f"{path}.customers: {connection['totalCount']} {numbers!r:.300}, the oracle says {wanted!r:.300}"


def _is_same(answer: Any, expected: Any) -> bool:
    if answer is None or expected is None:
        return answer is expected
    if isinstance(expected, Decimal):
        return Decimal(answer) == expected
    if isinstance(expected, float) or isinstance(answer, float):
        return float(answer) == pytest.approx(float(expected), rel=1e-9, abs=1e-12)
    return answer == expected
