"""Answers as JSON: large ones in parts, so that others are served meanwhile and none becomes larger than it may."""

from collections.abc import Generator, Iterable, Iterator
from itertools import groupby
from typing import Any, cast

import orjson

from resolvers.operation.meter import PIECE, pace, too_large

SMALL = 50_000  # bytes that an answer is known to have at least, up to which it is written at once


async def in_json(data: Any, known_bytes: int, most_bytes: int) -> bytes:
    """The data of an answer that has at least the known bytes; TooCostly where it has more than it may."""
    if known_bytes <= SMALL:
        written = orjson.dumps(data)
        if len(written) > most_bytes:
            raise too_large(most_bytes)
        return written
    parts, size, turns = list[bytes](), 0, pace()
    for part in _parts(data):
        size += len(part)
        if size > most_bytes:
            raise too_large(most_bytes)
        parts.append(part)
        await turns.breathe()
    return b"".join(parts)


def _parts(value: Any) -> Generator[bytes]:
    """The JSON of a value in short parts: what holds nothing large is one."""
    if isinstance(value, dict) and not _is_flat(cast(dict[str, Any], value)):
        yield from _of_object(cast(dict[str, Any], value))
    elif isinstance(value, list):
        yield from _of_list(cast(list[Any], value))
    else:
        yield orjson.dumps(value)


def _of_object(value: dict[str, Any]) -> Generator[bytes]:
    before = b"{"
    for name, inner in value.items():
        yield before + orjson.dumps(name) + b":"
        yield from _parts(inner)
        before = b","
    yield b"}"


def _of_list(value: list[Any]) -> Generator[bytes]:
    before = b"["
    for is_small, run in groupby(value, _is_small):
        for part in _runs(run) if is_small else map(_parts, run):
            yield before
            yield from part
            before = b","
    yield b"]" if value else b"[]"


def _runs(items: Iterator[Any]) -> Iterable[Iterable[bytes]]:
    """The items of a list that hold nothing large, many at once and without the brackets around them."""
    left = list(items)
    return ((orjson.dumps(left[at : at + PIECE])[1:-1],) for at in range(0, len(left), PIECE))


def _is_small(value: Any) -> bool:
    return _is_flat(cast(dict[str, Any], value)) if isinstance(value, dict) else not isinstance(value, list)


def _is_flat(value: dict[str, Any]) -> bool:
    return not any(isinstance(inner, dict | list) for inner in value.values())
