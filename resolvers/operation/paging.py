"""Pages of lists by keyset cursors, which survive ties and inserts: the one pager of all lists."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple, overload

from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import RowKey, cursor, digest_of, read_cursor
from rules.days import day_number

DEFAULT_PAGE = 50
MAX_PAGE = 1_000


@dataclass(frozen=True)
class PageRequest:
    """How many rows from where: forwards after, or backwards before, a position (its order values)."""

    limit: int
    backward: bool = False
    position: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Page:
    """Rows of a list in its order, with a cursor each, and whether there are more on either side.

    `count` answers how many rows the whole list has; it is asked only where a client wants to know.
    """

    nodes: Sequence[Any]
    cursors: Sequence[str]
    has_next_page: bool
    has_previous_page: bool
    count: Callable[[], Awaitable[int]] | None = None
    asked: Any = None  # the question that gives the whole list, where it can be exported

    @property
    def start_cursor(self) -> str | None:
        """The cursor of the first row."""
        return self.cursors[0] if self.cursors else None

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the last row."""
        return self.cursors[-1] if self.cursors else None


def list_digest(*arguments: Any) -> str:
    """A digest of the arguments that make a list; a cursor is of one list only."""
    return digest_of(repr(arguments).encode())


class PageArguments(NamedTuple):
    """The arguments of a connection as a client gives them."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True)
class Keyset:
    """The values that give a row its place in a list; the last of them is no other row's.

    `kinds` are theirs, by the names that a statement has for those of a position; `read` finds them in a row.
    """

    kinds: Mapping[str, type]
    read: Callable[[Any], Sequence[Any]]

    def params(self, request: PageRequest) -> dict[str, Any]:
        """The values of a statement for the rows of a page, and one more: it tells whether there are more."""
        return {"size": request.limit + 1, **dict(zip(self.kinds, request.position or (), strict=False))}


NEWEST_FIRST = Keyset({"at": datetime, "id": RowKey}, attrgetter("occurred_at", "id"))


class Cursors(Sequence[str]):
    """The cursors of rows, each made when somebody wants it: most ask for the last alone."""

    def __init__(self, keyset: Keyset, digest: str, rows: Sequence[Any]) -> None:
        self._keyset = keyset
        self._kinds = tuple(keyset.kinds.values())
        self._digest = digest
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> "Cursors": ...

    def __getitem__(self, index: int | slice) -> "str | Cursors":
        if isinstance(index, slice):
            return Cursors(self._keyset, self._digest, self._rows[index])
        return cursor(self._keyset.read(self._rows[index]), self._digest, self._kinds)


@dataclass(frozen=True)
class Pager:
    """What is asked of a list: its cursors are bound to `digest`, that of the arguments which make it."""

    keyset: Keyset
    digest: str
    request: PageRequest

    @property
    def params(self) -> dict[str, Any]:
        """The values of a statement for its rows."""
        return self.keyset.params(self.request)

    def page(self, rows: Sequence[Any]) -> Page:
        """The page of the rows that a statement gave, which are backwards if the request is."""
        request = self.request
        shown = list(rows[: request.limit])
        more, past = len(rows) > request.limit, request.position is not None
        if request.backward:
            shown.reverse()
        cursors = Cursors(self.keyset, self.digest, shown)
        return Page(shown, cursors, *((past, more) if request.backward else (more, past)))


def pager(asked: PageArguments, digest: str, keyset: Keyset) -> Pager:
    """What the arguments of a connection ask for; BadUserInput says what is wrong with them."""
    first, after, last, before = asked
    if first is not None and last is not None:
        raise BadUserInput("give `first` or `last`, not both")
    if after is not None and before is not None:
        raise BadUserInput("give `after` or `before`, not both")
    backward = last is not None or (before is not None and first is None)
    if (after is not None and backward) or (before is not None and not backward):
        raise BadUserInput("`after` goes with `first`, `before` with `last`")
    limit = checked_limit(last if backward else first, "last" if backward else "first")
    edge = before if backward else after
    position = None if edge is None else read_cursor(edge, digest, tuple(keyset.kinds.values()))
    return Pager(keyset, digest, PageRequest(limit, backward, position))


def pagers_of_each(
    kind: str, owners: Sequence[int], conditions: Hashable, asked: PageArguments, keyset: Keyset = NEWEST_FIRST
) -> list[Pager]:
    """The same page of the list of each owner, newest first; all of it but the digest of their cursors is the same."""
    return [pager(asked, list_digest(kind, owner, conditions), keyset) for owner in owners]


def pages_of_each(pagers: Sequence[Pager], rows: Sequence[Sequence[Any]]) -> list[Page]:
    """The page of each owner, of the rows of each."""
    return [pager.page(own) for pager, own in zip(pagers, rows, strict=True)]


def checked_limit(count: int | None, name: str = "first") -> int:
    """The size of a page: 50 unless given, at most 1,000."""
    if count is None:
        return DEFAULT_PAGE
    if not 0 <= count <= MAX_PAGE:
        raise BadUserInput(f"`{name}` must be from 0 to {MAX_PAGE:,}, not {count:,}")
    return count


def day_range(asked: Any, argument: str, names: tuple[str, str]) -> dict[str, int]:
    """The day numbers of a DateRange (`start`, `end`) under two names; BadUserInput where it ends before it starts."""
    if asked is None:
        return {}
    if asked.start is not None and asked.end is not None and asked.start > asked.end:
        raise BadUserInput(f"`{argument}` starts on {asked.start}, after its end on {asked.end}")
    edges = zip(names, (asked.start, asked.end), strict=True)
    return {name: day_number(edge) for name, edge in edges if edge is not None}
