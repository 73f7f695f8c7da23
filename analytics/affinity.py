"""Which categories are bought together: support, confidence and lift of pairs, and what they recommend.

The categories of a sale are a set of bits, and equal sets are counted together: so a scan of the lines leaves a small
table. Where there are more categories than bits, the lines of each sale are paired instead.
"""

import asyncio
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil, prod
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    SelectBase,
    Subquery,
    Text,
    case,
    column,
    func,
    select,
)
from sqlalchemy import table as named_table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from analytics.copy.engine import Engine, as_rows, as_shown
from analytics.patterns.buyers import Buyer, Form, PatternScope, counted, sold
from analytics.patterns.shares import category_of_line
from analytics.scope import sale
from analytics.segmentation.methods import UNCATEGORISED
from models.naming import statement
from models.sales import sale_item

Ints = NDArray[np.int64]

BITS = 62  # of a word that is never negative, nor is a sum of some of its bits
MOST_WORDS = 4
SETS_AT_ONCE = 16_384

LEAST_SUPPORT_TO_RECOMMEND = Fraction(1, 1000)
MOST_CATEGORIES = 1_000  # that are paired, those of most lines: a square of more takes gigabytes
NEAR = 1e-9  # of two floats that may stand for the same fraction

# The categories that are counted, given along with a statement: each is a bit of a word, and has a number.
coded_category = named_table(
    "coded_category",
    column("category", Text),
    column("number", Integer),
    column("word", Integer),
    column("bit", BigInteger),
)


class union_of_bits(FunctionElement[int]):
    """The bits that are set in at least one row; each row has one bit or none."""

    type = BigInteger()
    inherit_cache = True


@compiles(union_of_bits)
def _sum_of_distinct(element: union_of_bits, compiler: SQLCompiler, **options: Any) -> str:
    return f"sum(DISTINCT {compiler.process(element.clauses, **options)})"


@compiles(union_of_bits, "postgresql")
def _bit_or(element: union_of_bits, compiler: SQLCompiler, **options: Any) -> str:
    """The same twice as fast, where an engine has it."""
    return f"bit_or({compiler.process(element.clauses, **options)})"


# ---------------------------------------------------------------- statements


@statement
def transactions_in_all(form: Form) -> SelectBase:
    """How many counted sales there are."""
    return select(func.count().label("transactions")).select_from(sold(form)).where(*counted(form))


@statement
def categories_by_lines() -> SelectBase:
    """Every category with the number of its lines, whosever and whenever: its sales are no more."""
    category = category_of_line()
    return select(category.label("category"), func.count().label("lines")).group_by(category)


def _lines(form: Form) -> Subquery:
    """The lines of counted sales; apart, since a given table would be joined first, with all lines of all sales."""
    return (
        select(sale_item.c.sale_id, category_of_line().label("category"))
        .select_from(sold(form).join(sale_item, sale_item.c.sale_id == sale.c.id))
        .where(*counted(form))
        .subquery("lines")
    )


@statement
def sales_by_categories(form: Form, words: int) -> SelectBase:
    """How many sales have each set of categories, as the bits of `words` words."""
    lines = _lines(form)
    sets = (
        select(*(union_of_bits(_bit_of(word, words)).label(f"word_{word}") for word in range(words)))
        .join_from(lines, coded_category, coded_category.c.category == lines.c.category)
        .group_by(lines.c.sale_id)
        .subquery("sets")
    )
    return select(*sets.c, func.count().label("transactions")).group_by(*sets.c)


def _bit_of(word: int, words: int) -> ColumnElement[Any]:
    bit = coded_category.c.bit
    return bit if words == 1 else case((coded_category.c.word == word, bit), else_=0)


@statement
def sales_by_pair(form: Form) -> SelectBase:
    """How many sales have both categories of each pair, and each category by itself (a pair of the same)."""
    lines = _lines(form)
    coded = (
        select(lines.c.sale_id, coded_category.c.number)
        .distinct()
        .join_from(lines, coded_category, coded_category.c.category == lines.c.category)
        .cte("coded")
    )
    one, other = coded.alias("one"), coded.alias("other")
    return (
        select(one.c.number, other.c.number.label("other"), func.count().label("transactions"))
        .join_from(one, other, (other.c.sale_id == one.c.sale_id) & (other.c.number >= one.c.number))
        .group_by(one.c.number, other.c.number)
    )


@statement
def categories_of_customers() -> SelectBase:
    """The categories that each of the customers :ids bought in the period; for the store."""
    form = Form(buyer=Buyer.EACH, stored=True)
    return (
        select(sale.c.customer_id, category_of_line().label("category"))
        .distinct()
        .select_from(sold(form).join(sale_item, sale_item.c.sale_id == sale.c.id))
        .where(*counted(form))
    )


# ---------------------------------------------------------------- counting


@dataclass(frozen=True)
class Together:
    """How often categories, by name, were bought together.

    `both` is a square of the sales with both of two categories, on its diagonal with the one; `transactions` are all
    sales, `statement` is how it was counted. `left_out` categories would have been paired too, but are too many.
    """

    categories: list[str]
    both: Ints
    transactions: int
    statement: str
    left_out: int = 0

    @property
    def nbytes(self) -> int:
        """The bytes that it holds, with the strengths."""
        return 2 * self.both.nbytes + 200 * len(self.categories) + 1024

    def pairs(self, min_support: Fraction, first: int) -> list["Pair"]:
        """The `first` ordered pairs with at least this support, by lift, support and names."""
        enough = self.both >= least_of(min_support, self.transactions)
        np.fill_diagonal(enough, val=False)
        ones, others = np.nonzero(enough)
        both, own = self.both[ones, others], np.diag(self.both)
        place = places_of(Ratio((both,), (own[ones], own[others])))
        if len(place) > first:
            likely = place >= np.partition(place, -first)[-first]
            ones, others, both, place = ones[likely], others[likely], both[likely], place[likely]
        by_name = np.argsort(np.argsort(np.asarray(self.categories, object)))
        chosen = np.lexsort((by_name[others], by_name[ones], -both, -place))[:first]
        return [
            self._pair(one, other) for one, other in zip(ones[chosen].tolist(), others[chosen].tolist(), strict=True)
        ]

    def _pair(self, one: int, other: int) -> "Pair":
        both = self.both
        return Pair(
            first=self.categories[one],
            second=self.categories[other],
            both=int(both[one, other]),
            with_first=int(both[one, one]),
            with_second=int(both[other, other]),
            transactions=self.transactions,
        )

    @cached_property
    def strengths(self) -> Ints:
        """The place of each ordered pair by lift times confidence, equal ones together; 0 for what is no pair.

        The strongest has the highest place.
        """
        both, own = self.both, np.diag(self.both)
        enough = both >= least_of(LEAST_SUPPORT_TO_RECOMMEND, self.transactions)
        np.fill_diagonal(enough, val=False)
        ones, others = np.nonzero(enough)
        found = both[ones, others]
        strengths = np.zeros_like(both)
        # Of both² · transactions / (one² · other) the part in which pairs differ.
        strengths[ones, others] = places_of(Ratio((found, found), (own[ones], own[ones], own[others])))
        return strengths

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The number of each category."""
        return {name: i for i, name in enumerate(self.categories)}

    def recommended(self, bought: Sequence[str], first: int) -> list["Recommended"]:
        """What goes with what somebody bought and was not bought: the `first`, the strongest first, then by name."""
        known = [self.number_of[name] for name in {*bought, UNCATEGORISED} if name in self.number_of]
        causes = sorted(i for i in known if self.categories[i] != UNCATEGORISED)
        new: list[int] = np.setdiff1d(np.arange(len(self.categories)), known).tolist()
        if not causes or not new:
            return []
        strengths = self.strengths[np.ix_(causes, new)]
        best = strengths.max(axis=0)
        cause_of: list[int] = strengths.argmax(axis=0).tolist()  # the first by name of equal ones
        places: list[int] = np.sort(best[best > 0]).tolist()
        strongest_first: list[int] = np.argsort(-best, kind="stable")[: min(first, len(places))].tolist()
        return [
            Recommended(
                self.categories[new[i]],
                self.categories[causes[cause_of[i]]],
                bisect(places, int(best[i])) / len(places),
            )
            for i in strongest_first
        ]


@dataclass(frozen=True)
class Ratio:
    """Fractions: products of columns over products of columns, all of them above zero."""

    over: tuple[Ints, ...]
    under: tuple[Ints, ...]

    @property
    def columns(self) -> tuple[Ints, ...]:
        """All of them."""
        return *self.over, *self.under

    def at(self, rows: Ints) -> "Ratio":
        """Those of some rows."""
        return Ratio(tuple(of[rows] for of in self.over), tuple(of[rows] for of in self.under))

    @property
    def floats(self) -> NDArray[np.float64]:
        """What they are, nearly."""
        over, under = (np.prod([of.astype(np.float64) for of in part], axis=0) for part in (self.over, self.under))
        return over / under

    def exactly(self, row: int) -> Fraction:
        """One of them."""
        return Fraction(prod(int(of[row]) for of in self.over), prod(int(of[row]) for of in self.under))


def places_of(ratio: Ratio) -> Ints:
    """The place of each fraction among all different ones, 1 for the least: floats tell most of them apart.

    Equal rows are looked at once, and fractions are made only of those that floats cannot tell apart.
    """
    if not len(ratio.over[0]):
        return np.empty(0, np.int64)
    _, rows, inverse = np.unique(_coded_rows(ratio.columns), return_index=True, return_inverse=True)
    different = ratio.at(rows)
    floats = different.floats
    order = np.argsort(floats, kind="stable")
    ascending = floats[order]
    starts = np.flatnonzero(np.concatenate(([True], np.diff(ascending) > NEAR * ascending[1:])))
    is_next = np.zeros(len(order), np.int64)
    is_next[starts] = 1
    ends = np.append(starts[1:], len(order))
    for start, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
        exact = sorted((different.exactly(row), row) for row in order[start:end].tolist())
        order[start:end] = [row for _, row in exact]
        is_next[start + 1 : end] = [one[0] != other[0] for one, other in pairwise(exact)]
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(is_next)
    return place[inverse]


def _coded_rows(columns: Sequence[Ints]) -> Ints:
    """A number for each row, equal for equal rows."""
    code = np.zeros(len(columns[0]), np.int64)
    for column_ in columns:
        different, codes = np.unique(column_, return_inverse=True)
        _, code = np.unique(code * len(different) + codes, return_inverse=True)
    return code


@dataclass(frozen=True)
class Pair:
    """Two categories, the sales with both and with each of them, and all sales."""

    first: str
    second: str
    both: int
    with_first: int
    with_second: int
    transactions: int

    @property
    def support(self) -> float:
        """The share of all sales with both, 0..1."""
        return self.both / self.transactions

    @property
    def confidence(self) -> float:
        """The share of the sales with the first that have the second too, 0..1."""
        return self.both / self.with_first

    @property
    def lift(self) -> float:
        """How many times as often as if they had nothing to do with each other."""
        return self.both * self.transactions / (self.with_first * self.with_second)


@dataclass(frozen=True)
class Recommended:
    """A category that goes best with one that was bought; `score` is the share of candidates no stronger, 0..1."""

    category: str
    because_of: str
    score: float


def least_of(min_support: Fraction, transactions: int) -> int:
    """The fewest sales that are at least this share of all, and at least one."""
    return max(1, ceil(min_support * transactions))


async def lines_of_categories(engine: Engine) -> dict[str, int]:
    """Every category with the number of its lines; needs ITEMS."""
    return {row.category: row.lines for row in as_rows(await engine.fetch(categories_by_lines(), {}))}


async def bought_together(
    engine: Engine, scope: PatternScope, min_support: Fraction, lines: Mapping[str, int]
) -> Together:
    """How often categories with at least this support were bought together; needs ITEMS.

    `lines` are those of all categories: one with too few of them has too few sales. Where they are too many, those of
    most lines are counted, of equal ones the first by name.
    """
    params, in_all = scope.params(), transactions_in_all(scope.form)
    transactions = int((await engine.fetch(in_all, params)).column(0)[0].as_py())
    least = least_of(min_support, transactions)
    enough = [name for name, count in lines.items() if count >= least] if transactions else []
    names = sorted(sorted(enough, key=lambda name: (-lines[name], name))[:MOST_CATEGORIES])
    words = ceil(len(names) / BITS)
    is_in_sets = words <= MOST_WORDS
    counting = sales_by_categories(scope.form, max(words, 1)) if is_in_sets else sales_by_pair(scope.form)
    rows = await engine.fetch(counting, params, {"coded_category": _coded(names)})
    both = await asyncio.to_thread(_of_sets if is_in_sets else _of_pairs, rows, len(names))
    shown = "\n\n".join(as_shown(asked, params) for asked in (categories_by_lines(), in_all, counting))
    return Together(names, both, transactions, shown, len(enough) - len(names))


def _coded(names: Sequence[str]) -> pa.Table:
    numbers = np.arange(len(names))
    return pa.table(
        {
            "category": pa.array(names, pa.string()),
            "number": pa.array(numbers, pa.int32()),
            "word": pa.array(numbers // BITS, pa.int32()),
            "bit": pa.array(np.left_shift(np.int64(1), numbers % BITS), pa.int64()),
        }
    )


def _of_sets(rows: pa.Table, size: int) -> Ints:
    """The square of pairs from sets of bits; sums of floats are exact here, and many times as fast."""
    words = np.stack([column.to_numpy().astype(np.int64) for column in rows.columns[:-1]], axis=1)
    sales = rows.column("transactions").to_numpy().astype(np.float64)
    both = np.zeros((size, size))
    for start in range(0, len(words), SETS_AT_ONCE):
        part = words[start : start + SETS_AT_ONCE, :, np.newaxis]
        sets = ((part >> np.arange(BITS)) & 1).reshape(len(part), -1)[:, :size].astype(np.float64)
        both += (sets * sales[start : start + SETS_AT_ONCE, np.newaxis]).T @ sets
    return both.astype(np.int64)


def _of_pairs(rows: pa.Table, size: int) -> Ints:
    """The square of pairs from a row for each."""
    one, other, sales = (rows.column(name).to_numpy() for name in ("number", "other", "transactions"))
    both = np.zeros((size, size), np.int64)
    both[one, other] = both[other, one] = sales
    return both
