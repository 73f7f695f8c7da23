"""Ids and cursors as clients see them: opaque, checked when they come back."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from resolvers.operation.errors import BadUserInput


def global_id(kind: str, key: int) -> str:
    """The public id of the object of this kind with this key."""
    return _encode(f"{kind}:{key}".encode())


def read_id(text: str) -> tuple[str, int]:
    """The kind and key of a public id; BadUserInput for what is none."""
    kind, _, key = _decode(text).decode("ascii", "replace").partition(":")
    if not kind.isalpha() or not key.isdecimal() or len(key) > 18:
        raise BadUserInput(f'"{text}" is not an id of this API: use an `id` that an answer gave')
    return kind, int(key)


def key_of(text: str, kind: str) -> int:
    """The key of a public id of one kind; BadUserInput for an id of another."""
    found, key = read_id(text)
    if found != kind:
        raise BadUserInput(f'"{text}" is the id of a {found}, not of a {kind}')
    return key


def cursor(values: Sequence[Any], digest: str) -> str:
    """A position in a list: the order values of a row, and the digest of the arguments that made the list."""
    return _encode(orjson.dumps([digest, *values]))


def read_cursor(text: str, digest: str, kinds: Sequence[type]) -> tuple[Any, ...]:
    """The order values of a cursor of the same list, of these kinds; BadUserInput for any other cursor."""
    try:
        kept, *values = orjson.loads(_decode(text))
        typed = tuple(_typed(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, OverflowError) as error:
        raise BadUserInput(f'"{text}" is not a cursor of this API: use one that `pageInfo` or an edge gave') from error
    if kept != digest:
        raise BadUserInput("this cursor is of a list with other arguments: begin again without it")
    return typed


def _typed(value: Any, kind: type) -> Any:
    if kind is datetime:
        return _aware(datetime.fromisoformat(value))
    if type(value) is not kind or (kind is int and abs(value) >= 2**63):
        raise ValueError
    return value


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
