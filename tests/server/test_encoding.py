"""Answers as JSON in parts: the same as at once, and none is larger than it may be."""

from typing import Any

import orjson
import pytest

from resolvers.operation.errors import TooCostly
from server.http.encoding import SMALL, in_json

VALUES: list[Any] = [
    None,
    {},
    {"a": None},
    {"a": []},
    {"a": [], "b": {}},
    {"a": [1, 2, "x"], "b": [[], [1], [[2]]]},
    {"a": [{"b": 1}, {"b": [1]}, {"b": 2}, {"b": {"c": [None]}}]},
    {"é": [{"n": i} for i in range(1_001)], "z": 1},
    {"pages": [{"nodes": [{"id": str(i), "tags": ["a", "b"]} for i in range(3)]} for _ in range(300)]},
]


@pytest.mark.parametrize("value", VALUES)
async def test_in_parts_it_is_the_same_as_at_once(value: Any) -> None:
    whole = orjson.dumps(value)

    assert await in_json(value, 0, len(whole)) == whole
    assert await in_json(value, SMALL + 1, len(whole)) == whole


@pytest.mark.parametrize("known", [0, SMALL + 1])
async def test_one_byte_more_than_it_may_have_is_refused(known: int) -> None:
    value = {"nodes": [{"id": str(i)} for i in range(1_000)]}
    size = len(orjson.dumps(value))

    with pytest.raises(TooCostly, match=f"the answer has more than {size - 1:,} bytes"):
        await in_json(value, known, size - 1)
