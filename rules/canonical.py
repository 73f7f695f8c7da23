"""What was asked, in the one form that all ways of writing it share: the same key with the same form is a replay."""

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast

PLAIN = (bool, int)


def canonical(value: Any) -> Any:
    """A value as JSON holds it: texts trimmed and NFC, decimals without trailing zeros, instants in UTC.

    Of objects and frozen dataclasses it leaves out what is absent, null or its default, and what does not tell two of
    them apart (`compare=False`: where it stood in a list); the order of a set is none.
    What is given has been checked: texts that stand for words are those words.
    """
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).strip()
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        given = ((f.name, getattr(value, f.name), f.default) for f in fields(value) if f.compare)
        return _object({name: kept for name, kept, default in given if kept != default})
    if isinstance(value, Mapping):
        return _object(cast(Mapping[str, Any], value))
    if isinstance(value, AbstractSet):
        return sorted((canonical(item) for item in cast(AbstractSet[Any], value)), key=repr)
    if isinstance(value, Sequence):
        return [canonical(item) for item in cast(Sequence[Any], value)]
    return value


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if plain == "-0" else plain


def _object(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: canonical(kept) for name, kept in sorted(given.items()) if kept is not None}
