"""What a log line never shows: what a caller sent, tokens, signatures, contacts, and the query strings of addresses."""

import re
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cached_property, lru_cache
from typing import Any, cast

from graphql import DocumentNode, Token, TokenKind
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
    (re.compile(r"\beyJ[\w-]*+(\.[\w-]*+){0,2}"), HIDDEN),  # a JWT
    (re.compile(r"(?<=[\w/])\?[\w.~%-]+=[^\s'\"<>]*"), f"?{HIDDEN}"),  # a query string
    (re.compile(r"\b(sig|signature|token|secret|password|key)=[^\s&'\"]+", re.IGNORECASE), rf"\1={HIDDEN}"),
    (re.compile(r"(?<=\)=)\(.*?\)"), f"({HIDDEN})"),  # PostgreSQL: Key (email)=(…) already exists
    (re.compile(r"(?<=://)([^/\s:@]+):[^/\s@]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(\.[\w-]++)+"), HIDDEN),  # an e-mail
    (re.compile(r"(?<![\w.:-])\+\d[\d ()/-]{6,}\d"), HIDDEN),  # a phone number
)
LITERALS = (TokenKind.STRING, TokenKind.BLOCK_STRING)

_asked: ContextVar["Said | None"] = ContextVar("asked", default=None)


class Said:
    """The texts of a request, looked for only where a line is logged, and in time that grows with what is searched."""

    def __init__(self, text: str, document: DocumentNode | None, variables: Any) -> None:
        self._text = text
        self._document = document
        self._variables = variables

    def without(self, line: str) -> str:
        """The line with these texts hidden, also where they overlap."""
        parts: list[str] = []
        shown = 0
        for start in self._beginnings(line):
            length = self._longest_at(line, start)
            if length and (start > shown or not parts):
                parts.extend((line[shown:start], HIDDEN))
            shown = max(shown, start + length if length else 0)
        return "".join((*parts, line[shown:]))

    def _beginnings(self, line: str) -> list[int]:
        known, size = self._by_beginning, SHORTEST_HIDDEN
        return [at for at in range(len(line) - size + 1) if line[at : at + size] in known] if known else []

    def _longest_at(self, line: str, start: int) -> int:
        ways = self._by_beginning[line[start : start + SHORTEST_HIDDEN]]
        return max((length for length, texts in ways.items() if line[start : start + length] in texts), default=0)

    @cached_property
    def _by_beginning(self) -> dict[str, dict[int, set[str]]]:
        """The texts by how they begin and how long they are: a request may hold a hundred thousand."""
        ways: dict[str, dict[int, set[str]]] = {}
        for text in (*_literals(self._text, self._document), *_texts(self._variables)):
            if len(text) >= SHORTEST_HIDDEN:
                ways.setdefault(text[:SHORTEST_HIDDEN], {}).setdefault(len(text), set()).add(text)
        return ways


def keep_private(text: str, document: DocumentNode | None, variables: Any) -> None:
    """Hide what this request says, its texts in the document and in variables, from all lines logged for it."""
    _asked.set(Said(text, document, variables))


def redacted(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The event without what is private; a structlog processor."""
    said = _asked.get()
    for name, value in event.items():
        if name not in UNTOUCHED:
            event[name] = _without(name, value, said)
    return event


def _without(name: str, value: Any, said: Said | None) -> Any:
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


def _hidden(text: str, said: Said | None) -> str:
    text = said.without(text) if said else text
    return _by_patterns(text) if len(text) > LONGEST_KNOWN else _by_patterns_again(text)


@lru_cache(4_000)
def _by_patterns_again(text: str) -> str:
    """Most lines say what many lines say: the name of an operation, its kind, a role."""
    return _by_patterns(text)


def _by_patterns(text: str) -> str:
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _literals(text: str, document: DocumentNode | None) -> Iterator[str]:
    """The texts in a document, as they are written and as they are meant; all between quotes in one that is none."""
    if document is None or document.loc is None:
        yield from text.split('"')
        return
    token: Token | None = document.loc.start_token
    while token is not None:
        if token.kind in LITERALS:
            yield text[token.start : token.end].strip('"')
            yield token.value or ""
        token = token.next


def _texts(value: Any) -> Iterator[str]:
    """The texts of variables. A loop, for each level of a recursion would hand on all that is below it."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            left.extend(cast(dict[str, Any], part).values())
        elif isinstance(part, list):
            left.extend(cast(list[Any], part))
