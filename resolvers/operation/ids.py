"""Ids and cursors as clients see them: opaque, checked when they come back.

They are made with the key of the installation, so that they are the same for ever, also after a restore. A process
serves one store and reads that key when it opens it.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from models.database import Database
from models.revision import installation_key
from resolvers.operation.errors import BadUserInput
from rules.opaque import NotOpaque, OpaqueKeys

OF_CURSOR = "Row"


class RowKey(int):
    """The kind of a cursor's value that is a stored row's key."""


class StoreNotOpened(RuntimeError):
    """An id is wanted before anybody has said with whose key ids are made."""


class _InUse:
    keys: OpaqueKeys | None = None


async def use_ids_of(database: Database) -> None:
    """Make and read ids with the key of this store's installation from now on."""
    async with database.reading() as connection:
        use_ids_by((await connection.execute(installation_key())).scalar_one())


def use_ids_by(key: str) -> None:
    """Make and read ids with an installation's key from now on."""
    _InUse.keys = OpaqueKeys(bytes.fromhex(key))


def global_id(kind: str, key: int) -> str:
    """The public id of the object of this kind with this key."""
    return _keys().text(kind, key)


def read_id(text: str) -> tuple[str, int]:
    """The kind and key of a public id; BadUserInput for what is none."""
    try:
        return _keys().read(text)
    except NotOpaque:
        raise BadUserInput(f'"{text}" is not an id of this API: use an `id` that an answer gave') from None


def key_of(text: str, kind: str) -> int:
    """The key of a public id of one kind; BadUserInput for an id of another."""
    found, key = read_id(text)
    if found != kind:
        raise BadUserInput(f'"{text}" is the id of a {found}, not of a {kind}')
    return key


def digest_of(content: bytes) -> str:
    """A short digest that only this installation can make."""
    return _keys().digest(content)


def cursor(values: Sequence[Any], digest: str, kinds: Sequence[type]) -> str:
    """A position in a list: the order values of a row, and the digest of the arguments that made the list."""
    shown = (global_id(OF_CURSOR, v) if kind is RowKey else v for v, kind in zip(values, kinds, strict=True))
    return urlsafe_b64encode(orjson.dumps([digest, *shown])).rstrip(b"=").decode()


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


def _keys() -> OpaqueKeys:
    if _InUse.keys is None:
        raise StoreNotOpened("use_ids_of was not called")
    return _InUse.keys


def _typed(value: Any, kind: type) -> Any:
    if kind is datetime:
        return _aware(datetime.fromisoformat(value))
    if kind is RowKey:
        return _row_key(_typed(value, str))
    if type(value) is not kind or (kind is int and abs(value) >= 2**63):
        raise ValueError
    return value


def _row_key(text: str) -> int:
    kind, key = _keys().read(text)
    if kind != OF_CURSOR:
        raise NotOpaque(text)
    return key


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _decode(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
