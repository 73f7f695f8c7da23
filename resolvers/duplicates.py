"""Customers that may be one person: shown, and said to be two. resolvers/duplicate_search.py looks for them."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from models.customers import customer_rows
from models.duplicates import (
    candidate_count,
    candidate_page,
    candidates_of,
    dismissed_duplicate,
    dismissed_of,
    duplicate_candidate,
    namesakes_of,
    pair_with,
    standing_of_pairs,
)
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput, Forbidden
from resolvers.operation.ids import RowKey, global_id
from resolvers.operation.paging import Keyset, Page, PageArguments, list_digest, pager
from resolvers.operation.viewer import Role
from resolvers.operation.writing import Write
from resolvers.payloads import Deleted
from rules.currency import MILLION
from rules.duplicates import (
    HALF_KEY,
    LARGEST_BLOCK,
    SHOWN_SCORE,
    DuplicateEvidence,
    LikelyPair,
    ids_of_pair,
    likely_pairs,
    pair_key,
    traits_of,
)
from rules.refusals import NotFound

KIND = "DuplicateCandidate"
MOST_OF_ONE = 20
BY_SCORE = Keyset(
    {"score": int, "first_id": RowKey, "second_id": RowKey}, attrgetter("millionths", "first_id", "second_id")
)


# ---------------------------------------------------------------- dismissed


@dataclass(frozen=True)
class DismissDuplicate:
    """A pair that is two persons, by its number."""

    pair: int


async def dismiss_duplicate(write: Write, asked: DismissDuplicate) -> Deleted:
    """Say that a pair is two persons: no search finds it again."""
    first_id, second_id = ids_of_pair(asked.pair)
    pair = {"first_id": first_id, "second_id": second_id}
    if len(await write.rows(customer_rows(), ids=[first_id, second_id])) != len(pair):
        raise NotFound("There is no such pair of customers.", ("id",))
    for row in await write.rows(pair_with(duplicate_candidate), **pair):
        await write.delete(duplicate_candidate, row)
    if not await write.rows(pair_with(dismissed_duplicate), **pair):
        await write.insert(dismissed_duplicate, **pair, actor=write.actor.name, dismissed_at=write.now)
    return Deleted(global_id(KIND, asked.pair))


# ---------------------------------------------------------------- shown


@dataclass(frozen=True)
class DuplicatesQuestion:
    """The arguments of the list of pairs."""

    min_score: float = SHOWN_SCORE


class DuplicateCandidate(NamedTuple):
    """A pair of customers that may be one person."""

    first_id: int
    second_id: int
    millionths: int
    evidence: tuple[DuplicateEvidence, ...]
    suggested_id: int

    @property
    def global_id(self) -> str:
        """The id of the pair, whoever found it."""
        return global_id(KIND, pair_key(self.first_id, self.second_id))

    @property
    def score(self) -> float:
        """How likely they are one person, from 0 to 1."""
        return self.millionths / MILLION


async def list_duplicates(context: Context, asked: DuplicatesQuestion, arguments: PageArguments) -> Page:
    """A page of the pairs that the last search found, the likeliest first."""
    least = _least(asked)
    page = pager(arguments, list_digest("duplicates", least), BY_SCORE)
    statement = candidate_page(position=page.request.position is not None)
    rows = await context.reader.rows(statement, least=least, **page.params)
    return replace(
        page.page(await _shown(context, rows)), asked=asked, count=partial(count_of_duplicates, context, asked)
    )


async def count_of_duplicates(context: Context, asked: DuplicatesQuestion) -> int:
    """How many pairs the last search found."""
    return (await context.reader.rows(candidate_count(), least=_least(asked)))[0].count


async def duplicates_in_batches(
    context: Context, asked: DuplicatesQuestion, size: int
) -> AsyncGenerator[Sequence[DuplicateCandidate]]:
    """All pairs of a question, the likeliest first, up to so many at a time."""
    least = _least(asked)
    rows = await context.reader.rows(candidate_page(position=False), least=least, size=size)
    while rows:
        yield await _shown(context, rows)
        last = {name: getattr(rows[-1], name) for name in ("score", "first_id", "second_id")}
        rows = await context.reader.rows(candidate_page(position=True), least=least, size=size, **last)


async def duplicates_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[list[DuplicateCandidate]]:
    """The pairs in which each customer is, at most 20, the likeliest first: found by the search, or by a namesake."""
    pairs = {
        (row.first_id, row.second_id): LikelyPair(
            row.first_id, row.second_id, row.score / MILLION, tuple(map(DuplicateEvidence, row.evidence.split()))
        )
        for row in await context.reader.rows(candidates_of(), ids=list(ids))
        if row.score >= round(SHOWN_SCORE * MILLION)
    }
    pairs = {(pair.first_id, pair.second_id): pair for pair in await _namesakes(context, ids)} | pairs
    for row in await context.reader.rows(dismissed_of(), ids=list(ids)):
        pairs.pop((row.first_id, row.second_id), None)
    likeliest = sorted(pairs.values(), key=lambda pair: (-pair.score, pair.first_id, pair.second_id))
    of_each = {id_: [p for p in likeliest if id_ in (p.first_id, p.second_id)][:MOST_OF_ONE] for id_ in ids}
    every = dict.fromkeys(pair for own in of_each.values() for pair in own)
    told = dict(zip(every, await _suggested(context, list(every)), strict=True))
    return [[told[pair] for pair in of_each[id_]] for id_ in ids]


async def _namesakes(context: Context, ids: Sequence[int]) -> list[LikelyPair]:
    rows = await context.reader.stored(namesakes_of(), {"ids": list(ids), "most": LARGEST_BLOCK})
    people = {row.id: traits_of(row.id, *row[2:9]) for row in rows if row.id < 1 << HALF_KEY}
    wanted = set(ids)
    found = likely_pairs(people.values(), SHOWN_SCORE)
    return [pair for pair in found if wanted & {pair.first_id, pair.second_id}]


async def _shown(context: Context, rows: Sequence[Any]) -> list[DuplicateCandidate]:
    evidence = (tuple(map(DuplicateEvidence, row.evidence.split())) for row in rows)
    pairs = [
        LikelyPair(row.first_id, row.second_id, row.score / MILLION, words)
        for row, words in zip(rows, evidence, strict=True)
    ]
    return await _suggested(context, pairs)


async def _suggested(context: Context, pairs: Sequence[LikelyPair]) -> list[DuplicateCandidate]:
    ids = list({id_ for pair in pairs for id_ in (pair.first_id, pair.second_id)})
    found = await context.reader.rows(standing_of_pairs(), ids=ids) if ids else []
    rank = {row.id: (-row.sales, row.created_at, row.id) for row in found}
    return [
        DuplicateCandidate(
            pair.first_id,
            pair.second_id,
            round(pair.score * MILLION),
            pair.evidence,
            min((pair.first_id, pair.second_id), key=rank.__getitem__),
        )
        for pair in pairs
    ]


def refuse_duplicates(context: Context) -> None:
    """Forbidden to whoever may not change customers: pairs are theirs to look at."""
    if context.viewer.role.rank < Role.STAFF.rank:
        raise Forbidden(f"Customer.duplicates needs the role {Role.STAFF.value}")


def _least(asked: DuplicatesQuestion) -> int:
    if not 0 <= asked.min_score <= 1:
        raise BadUserInput(f"`minScore` must be from 0 to 1, not {asked.min_score}")
    return round(asked.min_score * MILLION)
