"""Receivables as a document: what is owed by age, and who owes."""

from exports.charts import bars
from exports.customers import amount, customer_table
from exports.document import Document, money, percent, text
from exports.heading import heading_of, said_day
from resolvers.listing import all_members
from resolvers.operation.context import Context
from resolvers.receivables import ReceivablesQuestion, receivables_aging

AGING = (
    text("age", "Age of the sale", lambda row: row[0], wide=True),
    money("amount", "Owed", lambda row: row[1]),
    percent("percentage", "Share", lambda row: row[2]),
)


async def document(context: Context, asked: ReceivablesQuestion) -> Document:
    """What is owed on sales at the end of a day."""
    found, heading = await receivables_aging(context, asked), await heading_of(context, asked)
    ages = (
        ("current", found.current),
        ("1 to 30 days", found.days1_to30),
        ("31 to 60 days", found.days31_to60),
        ("61 to 90 days", found.days61_to90),
        ("over 90 days", found.over90),
        ("total", found.total),
    )
    rows = [(age, owed, float(100 * owed / found.total) if found.total else None) for age, owed in ages]
    ids, owed = await all_members(context, found.members())
    return heading.document(
        "Receivables by age",
        f"at the end of {said_day(found.as_of)}",
        [
            heading.table("aging", "Owed by age", AGING, rows),
            customer_table(context, "Who owes", ids, [amount("revenue", "Owed", owed)]),
        ],
        notices=tuple(found.notices),
        definition=found.how_computed.definition,
        charts=(bars("aging", "Owed by age", [(age, float(o), f"{o:,}") for age, o in ages[:-1]]),),
    )
