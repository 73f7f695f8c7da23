"""What a log line never shows: what a caller sent, tokens, signatures, contacts, and the query strings of addresses."""

import re
from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from structlog.typing import EventDict, WrappedLogger

HIDDEN = "…"
SHORTEST_HIDDEN = 4
LONGEST_KNOWN = 100
UNTOUCHED = frozenset(("level", "timestamp", "request_id", "id", "logger"))
PRIVATE_KEYS = re.compile(
    r"authorization|body|contact|cookie|e_?mail|headers|params|parameters|password|phone|query|secret|signature|token"
    r"|variables",
    re.IGNORECASE,
)
PATTERNS = (
    (re.compile(r"\b(Bearer|Basic)\s+[^\s'\"]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[\w-]*\.[\w-]+(\.[\w-]*)?"), HIDDEN),  # a JWT
    (re.compile(r"(?<=[\w/])\?[\w.~%-]+=[^\s'\"<>]*"), f"?{HIDDEN}"),  # a query string
    (re.compile(r"\b(sig|signature|token|secret|password|key)=[^\s&'\"]+", re.IGNORECASE), rf"\1={HIDDEN}"),
    (re.compile(r"(?<=\)=)\(.*?\)"), f"({HIDDEN})"),  # PostgreSQL: Key (email)=(…) already exists
    (re.compile(r"(?<=://)([^/\s:@]+):[^/\s@]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), HIDDEN),  # an e-mail
    (re.compile(r"(?<![\w.:-])\+\d[\d ()/-]{6,}\d"), HIDDEN),  # a phone number
)
LITERAL = re.compile(r'"""(.*?)"""|"((?:[^"\\]|\\.)*)"', re.DOTALL)

_asked: ContextVar[tuple[str, Any] | None] = ContextVar("asked", default=None)


def keep_private(document: str, variables: Any) -> None:
    """Hide what this request says, its texts in the document and in variables, from all lines logged for it."""
    _asked.set((document, variables))


def redacted(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The event without what is private; a structlog processor."""
    said = sorted(_said(), key=len, reverse=True)
    for name, value in event.items():
        if name not in UNTOUCHED:
            event[name] = _without(name, value, said)
    return event


def _without(name: str, value: Any, said: list[str]) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if _is_private(name):
        return HIDDEN
    if isinstance(value, list | tuple):
        return [_without(name, part, said) for part in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {key: _without(str(key), part, said) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return _hidden(str(value), said)


@lru_cache(1_000)
def _is_private(name: str) -> bool:
    return PRIVATE_KEYS.search(name) is not None


def _hidden(text: str, said: list[str]) -> str:
    for private in said:
        text = text.replace(private, HIDDEN)
    return _by_patterns(text) if len(text) > LONGEST_KNOWN else _by_patterns_again(text)


@lru_cache(4_000)
def _by_patterns_again(text: str) -> str:
    """Most lines say what many lines say: the name of an operation, its kind, a role."""
    return _by_patterns(text)


def _by_patterns(text: str) -> str:
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _said() -> set[str]:
    """The texts of the request that is being answered."""
    asked = _asked.get()
    if asked is None:
        return set()
    document, variables = asked
    literals = {text for pair in LITERAL.findall(document) for text in pair}
    texts = {*literals, *_texts(variables)}
    return {text for text in texts if len(text) >= SHORTEST_HIDDEN}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(part)
