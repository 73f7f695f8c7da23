"""Answers to queries, kept and given again as long as nothing that they depend on has changed.

What that is stands in one place, `Ingredients`: an answer is found by their digest alone, which is also its ETag.
Nothing is invalidated; the time to live and the budget of bytes only bound memory.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from cachetools import LRUCache, TTLCache
from strawberry import Schema

from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.changes import Revisions
from resolvers.operation.errors import BadUserInput, Forbidden
from resolvers.operation.viewer import Viewer
from rules.days import business_today
from schema.document.keeping import Keeping, keeping_of
from schema.document.prepared import Prepared
from server.http.errors import Told
from server.watching.metrics import count_response

ROOT = Path(__file__).parents[2]
ROOMS = ("rules", "models", "analytics", "resolvers", "schema", "exports", "server")
NOT_KEPT = Keeping(is_allowed=False, is_of_bearer=False)
OPERATIONS_KNOWN = 4_096
LONGEST_KNOWN = 20_000
BYTES_OF_ENTRY = 1_000  # beside the answer's own
SETTLED = frozenset((BadUserInput.code, Forbidden.code))  # errors that asking again does not change


@dataclass(frozen=True)
class ResponseLimits:
    """How many bytes kept answers may hold, 0 for none at all, and how long they are kept."""

    max_bytes: int = 64 * 1024**2
    ttl_seconds: float = 600


@dataclass(frozen=True)
class ResponseQuestion:
    """A query as a viewer asks it, at a moment."""

    prepared: Prepared
    operation_name: str | None
    variables: dict[str, Any] | None
    viewer: Viewer
    now: datetime


@dataclass(frozen=True)
class Ingredients:
    """All that an answer depends on. `edition` is the code and the schema, `bearer` None where it does not matter."""

    edition: str
    epoch: str
    business: int
    revision: int
    day: date
    role: str
    customer: int | None
    pii: bool
    bearer: str | None
    document: str
    operation_name: str | None
    variables: dict[str, Any]

    def key(self) -> str:
        """The digest that stands for all of them."""
        try:
            text = orjson.dumps(self, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # a whole number beyond 64 bits, half a character
            text = json.dumps(asdict(self), sort_keys=True, default=str).encode()
        return sha256(text).hexdigest()[:40]


@dataclass(frozen=True)
class KeptResponse:
    """An answer: its data as JSON, and its errors."""

    key: str
    data: bytes
    told: Told
    nbytes: int


@dataclass(frozen=True)
class Found:
    """What is known of a question before it is executed: its key where it may have one, the answer where it is kept."""

    key: str | None = None
    kept: KeptResponse | None = None


class Responses:
    """The kept answers of a process."""

    def __init__(self, schema: Schema, revisions: Revisions, limits: ResponseLimits | None = None) -> None:
        limits = limits or ResponseLimits()
        self._schema = schema._schema  # pyright: ignore[reportPrivateUsage]
        self._revisions = revisions
        self._edition = edition_of(schema.as_str())
        self._is_on = limits.max_bytes > 0
        self._kept = TTLCache[str, KeptResponse, float](limits.max_bytes, limits.ttl_seconds, getsizeof=_size_of)
        self._erased: dict[int, int] = {}
        self._known = LRUCache[tuple[str, str | None], Keeping](OPERATIONS_KNOWN)

    @property
    def nbytes(self) -> int:
        """The bytes of all kept answers."""
        return int(self._kept.currsize)

    def forget(self, business_id: int, erased_revision: int) -> None:
        """Let go of every answer, and keep none of a business that is of before this revision."""
        self._erased[business_id] = erased_revision
        self._kept.clear()
        self._known.clear()

    async def find(self, question: ResponseQuestion) -> Found:
        """What is known of a valid query at the present revision."""
        keeping = self._keeping(question)
        row = await self._revisions.of(question.viewer.business_id) if keeping.is_allowed else None
        if row is None:
            return Found()
        key = self._key(question, keeping, row, business_today(question.now, ZoneInfo(row.timezone)))
        kept = self._kept.get(key)
        count_response(hit=kept is not None)
        return Found(key, kept)

    def keep(
        self, question: ResponseQuestion, seen: BusinessCalendar | None, shown: bytes, told: Told
    ) -> KeptResponse | None:
        """Keep the answer to a query, its data as JSON, as of the state that it saw; None where that may not be."""
        keeping = self._keeping(question)
        if seen is None or not keeping.is_allowed or not told.codes <= SETTLED:
            return None
        if seen.row.erased_revision < self._erased.get(question.viewer.business_id, 0):
            return None
        key = self._key(question, keeping, seen.row, seen.today)
        kept = KeptResponse(key, shown, told, len(shown) + len(orjson.dumps(told.errors)) + BYTES_OF_ENTRY)
        if kept.nbytes <= self._kept.maxsize:
            self._kept[key] = kept
        return kept

    def _keeping(self, question: ResponseQuestion) -> Keeping:
        text, name, document = question.prepared.text, question.operation_name, question.prepared.document
        if not self._is_on or document is None:
            return NOT_KEPT
        known = self._known.get((text, name))
        if known is None:
            known = keeping_of(self._schema, document, name)
            if len(text) <= LONGEST_KNOWN:
                self._known[text, name] = known
        return known

    def _key(self, question: ResponseQuestion, keeping: Keeping, row: Any, today: date) -> str:
        viewer = question.viewer
        return Ingredients(
            edition=self._edition,
            epoch=row.epoch,
            business=viewer.business_id,
            revision=row.revision,
            day=today,
            role=viewer.role.value,
            customer=viewer.customer_id,
            pii=viewer.pii,
            bearer=viewer.subject if keeping.is_of_bearer else None,
            document=question.prepared.text,
            operation_name=question.operation_name,
            variables=question.variables or {},
        ).key()


def etag_of(key: str) -> str:
    """The ETag of an answer; weak, as the bytes also depend on compression and on the cost that is told in it."""
    return f'W/"{key}"'


def is_named(key: str | None, if_none_match: str | None) -> bool:
    """Whether an If-None-Match header names the answer with this key; ETags are compared weakly there."""
    return bool(key and if_none_match) and any(
        tag.strip().removeprefix("W/") == f'"{key}"' for tag in (if_none_match or "").split(",")
    )


def edition_of(sdl: str) -> str:
    """The code and the schema in short: any other of either may answer otherwise."""
    return sha256(f"{_code()} {sdl}".encode()).hexdigest()


@cache
def _code() -> str:
    digest = sha256()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            digest.update(f"{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _size_of(kept: KeptResponse) -> int:
    return kept.nbytes
