"""What every report has: parts that are computed once and only where they are asked for, how, and how fresh it is."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import pyarrow as pa
from sqlalchemy import SelectBase

from analytics.copy.engine import as_shown
from analytics.copy.pinned import PinnedView
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.meter import pace

BYTES_OF_A_ROW = 200

V = TypeVar("V")


@dataclass(frozen=True)
class Freshness:
    """How fresh a computed value is."""

    computed_at: Annotated[datetime, "When it was computed."]
    data_revision: int
    from_cache: Annotated[bool, "Whether it was kept from an earlier question at the same state of the facts."]
    duration_ms: Annotated[float, "How long the computation took, in milliseconds."]
    engine: Annotated[str, "What computed it."]


def freshness_of(computed: Computed[Any], from_cache: bool) -> Freshness:
    """How fresh something is that the report cache gave."""
    return Freshness(computed.computed_at, computed.seen.data_revision, from_cache, computed.duration_ms, "duckdb")


@dataclass(frozen=True)
class HowComputed:
    """What the number is, in words, and the statement that computed it."""

    definition: Annotated[str, "In plain words."]
    statement: Annotated[str, "As it ran, with its values."]


def statements_shown(statements: Sequence[SelectBase], params: dict[str, Any]) -> str:
    """The statements of a report as they run, with their values, in the order of its parts."""
    return "\n\n".join(as_shown(statement, params) for statement in statements)


@dataclass(frozen=True)
class Kept(Generic[V]):
    """A part of a report with the bytes that it holds, as the report cache wants to know them."""

    value: V
    nbytes: int


def kept(value: V, rows: int = 1) -> Kept[V]:
    """A small part, as many rows as it has."""
    return Kept(value, BYTES_OF_A_ROW * (rows + 1))


def kept_columns(value: V, columns: pa.Table) -> Kept[V]:
    """A part that holds columns of a row per customer."""
    return Kept(value, columns.nbytes + BYTES_OF_A_ROW)


@dataclass(frozen=True)
class Parts:
    """The parts of one report: each is computed once for the same arguments at the same state of the facts."""

    context: Context
    report: str
    arguments: Hashable

    async def get(
        self,
        part: str,
        compute: Callable[[PinnedView], Awaitable[Kept[V]]],
        need: frozenset[str] = frozenset(),
        *more: Hashable,
    ) -> V:
        """The value of a part; `more` are arguments that only it depends on, `need` the tables beside the usual."""
        return (await self.computed(part, compute, need, *more))[0].value

    async def computed(
        self,
        part: str,
        compute: Callable[[PinnedView], Awaitable[Kept[V]]],
        need: frozenset[str] = frozenset(),
        *more: Hashable,
    ) -> tuple[Computed[V], bool]:
        """The same with when it was computed, and whether it was kept from before."""
        arguments = (self.arguments, *more)
        found, is_kept = await self.context.report(f"{self.report} {part}", arguments, compute, need)
        if self.context.meter.is_large:  # others waited for the same, and go on in the same turn of the loop
            await pace().breathe()
        return Computed(found.value.value, found.computed_at, found.duration_ms, found.seen), is_kept
