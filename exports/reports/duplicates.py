"""Customers that may be one person, as a document."""

from collections.abc import AsyncGenerator
from functools import partial

import pyarrow as pa

from exports.customers import Person
from exports.document import BATCH_ROWS, Document, Table, batch_of_objects, number, text
from exports.heading import heading_of
from models.customers import names_of
from resolvers.duplicates import DuplicateCandidate, DuplicatesQuestion, duplicates_in_batches
from resolvers.operation.context import Context

COLUMNS = (
    text("firstNumber", "Number"),
    text("firstName", "Name", wide=True),
    text("secondNumber", "Number, other"),
    text("secondName", "Name, other", wide=True),
    number("score", "Likelihood"),
    text("evidence", "Why", wide=True),
    text("suggestedKeep", "Keep"),
)


async def document(context: Context, asked: DuplicatesQuestion) -> Document:
    """Every pair of a question, the likeliest first."""
    heading = await heading_of(context, asked)
    table = Table("pairs", "Pairs", COLUMNS, partial(_batches, context, asked))
    return heading.document("Duplicates", "as of the last search", [table])


async def _batches(context: Context, asked: DuplicatesQuestion) -> AsyncGenerator[pa.RecordBatch]:
    async for pairs in duplicates_in_batches(context, asked, BATCH_ROWS):
        ids = list({id_ for pair in pairs for id_ in (pair.first_id, pair.second_id)})
        rows = await context.reader.stored(names_of(), {"ids": ids})
        people = {row.id: Person(row.number, row.name) for row in rows}
        yield batch_of_objects(COLUMNS, [_Row(pair, people) for pair in pairs], 0)


class _Row:
    """A pair as its row of a file reads it."""

    def __init__(self, pair: DuplicateCandidate, people: dict[int, Person]) -> None:
        first, second = people[pair.first_id], people[pair.second_id]
        self.first_number, self.first_name = first.number, first.name
        self.second_number, self.second_name = second.number, second.name
        self.score = pair.score
        self.evidence = ", ".join(word.replace("_", " ").lower() for word in pair.evidence)
        self.suggested_keep = people[pair.suggested_id].number
