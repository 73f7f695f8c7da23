"""Customers without sales, from a file: each is made, or brought to what the file says."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ingest.customers import Buyers
from ingest.drafts import PersonDraft
from ingest.rows import Group
from ingest.sale_terms import lines_of
from ingest.sales import Counts
from ingest.values import Moment
from resolvers.operation.writing import Write
from rules.days import business_moment


def person_of(group: Group, now: datetime, zone: ZoneInfo) -> PersonDraft | None:
    """What the rows of one number say of a customer, later rows over earlier ones; None without a row to read."""
    rows = group.rows
    if not rows:
        return None
    profile = tuple(
        next((value for value in reversed(values) if value is not None), None)
        for values in zip(*(row.profile for row in rows), strict=True)
    )
    moment = Moment(now, *business_moment(now, zone))
    return PersonDraft(rows[0].key, lines_of(rows), moment, rows[0].customer, profile)


async def write_people(write: Write, people: Sequence[PersonDraft], profile: Sequence[str]) -> Counts:
    """Make customers that are not there, and change those of which the file says something else."""
    buyers = Buyers(write, profile, people)
    await buyers.resolve()
    made = set(buyers.made_numbers)
    await buyers.settle(set(buyers.ids.values()))
    counts = Counts(customers=buyers.made, contacts_dropped=buyers.dropped)
    for person in people:
        if person.number in made:
            counts.written += len(person.lines)
        elif buyers.ids[person.number] in buyers.changed:
            counts.updated += len(person.lines)
        else:
            counts.unchanged += len(person.lines)
    return counts
