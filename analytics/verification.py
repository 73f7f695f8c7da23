"""Whether a copy holds exactly what the store holds, told by digests that do not depend on the order of rows.

A digest is, for each bucket of keys, how many rows there are and the sum of their hashes: it takes the same small
memory for any number of rows, and where two differ only the keys of the differing buckets have to be looked at.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, Integer, Numeric, SelectBase, column, text

from analytics.copy.pinned import PinnedView
from analytics.copy.statements import as_kept
from analytics.copy.tables import CopiedTable

BUCKETS = 1024
BUCKETS_LOOKED_AT = 4

Rows = Sequence[Sequence[Any]]
Digest = dict[int, tuple[int, int]]
Hashes = Counter[tuple[int, int]]


async def digest_of_copy(view: PinnedView, copied: CopiedTable) -> Digest:
    """The digest of the rows that a copy has."""
    return _digest(await view.fetch(_digests(copied, _copied(copied)), {}))


async def digest_of_rows(view: PinnedView, copied: CopiedTable, rows: Rows) -> Digest:
    """The digest of some rows of the store, as a copy would keep them."""
    return _digest(await view.fetch(_digests(copied, _arriving(copied)), {}, _table(copied, rows)))


def added(one: Digest, other: Digest) -> Digest:
    """The digest of the rows of both."""
    sums = dict(one)
    for bucket, (rows, total) in other.items():
        rows_before, total_before = sums.get(bucket, (0, 0))
        sums[bucket] = (rows_before + rows, total_before + total)
    return sums


def rows_in(digest: Digest) -> int:
    """How many rows a digest is of."""
    return sum(rows for rows, _ in digest.values())


def differing(one: Digest, other: Digest) -> list[int]:
    """The first few buckets in which two digests differ."""
    return sorted(bucket for bucket in one | other if one.get(bucket) != other.get(bucket))[:BUCKETS_LOOKED_AT]


async def hashes_of_copy(view: PinnedView, copied: CopiedTable, buckets: Sequence[int]) -> Hashes:
    """The keys and hashes of the rows that a copy has in some buckets."""
    return _hashes(await view.fetch(_keys(copied, _copied(copied), tuple(buckets)), {}))


async def hashes_of_rows(view: PinnedView, copied: CopiedTable, rows: Rows, buckets: Sequence[int]) -> Hashes:
    """The same of some rows of the store."""
    statement = _keys(copied, _arriving(copied), tuple(buckets))
    return _hashes(await view.fetch(statement, {}, _table(copied, rows)))


def differing_keys(one: Hashes, other: Hashes) -> list[int]:
    """The keys whose rows differ."""
    return sorted({key for key, _ in ((one - other) | (other - one))})


@cache
def misdated(copied: CopiedTable) -> SelectBase:
    """The ids of rows whose month or weekday is not that of their business day."""
    day = "DATE '1970-01-01' + business_day"
    month = f"year({day}) * 12 + month({day}) - 1"
    wrong = f"weekday <> isodow({day}) OR business_month <> {month}"
    return text(f'SELECT id FROM "{copied.name}" WHERE {wrong} ORDER BY id').columns(column("id", BigInteger))


# ---------------------------------------------------------------- statements


def _copied(copied: CopiedTable) -> str:
    return f'"{copied.name}"'


def _arriving(copied: CopiedTable) -> str:
    return f"({as_kept(copied, 'arriving')})"


@cache
def _digests(copied: CopiedTable, source: str) -> SelectBase:
    made = f'"{copied.key}" % {BUCKETS} AS bucket, count(*) AS rows, sum({_hash(copied)}) AS digest'
    columns = (column("bucket", Integer), column("rows", BigInteger), column("digest", Numeric))
    return text(f"SELECT {made} FROM {source} GROUP BY 1").columns(*columns)


def _keys(copied: CopiedTable, source: str, buckets: tuple[int, ...]) -> SelectBase:
    chosen = f'"{copied.key}" % {BUCKETS} IN ({", ".join(map(str, buckets))})'
    made = f'"{copied.key}" AS key, {_hash(copied)} AS digest'
    columns = (column("key", BigInteger), column("digest", Numeric))
    return text(f"SELECT {made} FROM {source} WHERE {chosen}").columns(*columns)


def _hash(copied: CopiedTable) -> str:
    columns = ", ".join(f'"{name}"' for name in copied.columns)
    return f"hash({columns})"


# ---------------------------------------------------------------- small tables


def _table(copied: CopiedTable, rows: Rows) -> dict[str, pa.Table]:
    columns = [pa.array(values) for values in zip(*rows, strict=True)]
    return {"arriving": pa.Table.from_arrays(columns, list(copied.columns))}


def _digest(result: pa.Table) -> Digest:
    return {row["bucket"]: (row["rows"], int(row["digest"])) for row in result.to_pylist()}


def _hashes(result: pa.Table) -> Hashes:
    return Counter((row["key"], int(row["digest"])) for row in result.to_pylist())
