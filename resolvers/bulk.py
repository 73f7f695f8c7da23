"""Many customers changed at once: the operations on a batch of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from sqlalchemy import delete

from models.consents import consent_event
from models.customers import customer, customer_rows, customer_tag, tags_of
from models.database import TextList, any_of
from resolvers.consents import (
    consent_column,
    consents_of,
    consents_to_add,
    contacts_of,
    event_row,
    flags_of,
    tell_changes,
    withdrawn_before,
)
from resolvers.operation.writing import Write
from rules.bulk import RefusedCustomer
from rules.consents import CONTACTS, ConsentGiven, ConsentSource, checked_consent
from rules.customers import MOST_TAGS, checked_tags
from rules.problems import Problems
from rules.refusals import InputProblemCode


@dataclass(frozen=True)
class BatchDone:
    """What came of a batch: how many there were, how many changed, and who could not be changed."""

    matched: int = 0
    updated: int = 0
    refused: tuple[RefusedCustomer, ...] = ()

    def __add__(self, other: "BatchDone") -> "BatchDone":
        return BatchDone(self.matched + other.matched, self.updated + other.updated, (*self.refused, *other.refused))

    @property
    def unchanged(self) -> int:
        """Who was so already."""
        return self.matched - self.updated - len(self.refused)


@dataclass(frozen=True)
class BulkChange:
    """What to change of each customer of a batch; `ids` are those of the batch."""

    name: ClassVar[str]
    ids: Sequence[int] = ()

    def of(self, ids: Sequence[int]) -> Self:
        """The same of these customers."""
        return replace(self, ids=tuple(ids))


@dataclass(frozen=True)
class ActiveChange(BulkChange):
    """Whether the shop serves them."""

    name: ClassVar[str] = "setCustomersActive"
    is_active: bool = True


@dataclass(frozen=True)
class TagsChange(BulkChange):
    """Tags to put on and to take off."""

    name: ClassVar[str] = "setCustomersTags"
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def checked(self, problems: Problems) -> Self:
        """The same as they are kept, every problem told."""
        add, remove = checked_tags(problems, "add", self.add), checked_tags(problems, "remove", self.remove)
        if not self.add and not self.remove:
            problems.add("add", InputProblemCode.REQUIRED, "Say which tags to add or to remove.")
        for place, tag in enumerate(remove):
            if tag in add:
                message = "This is to be added too: say one of both."
                problems.add(("remove", str(place)), InputProblemCode.NOT_TOGETHER, message)
        return replace(self, add=add, remove=remove)


@dataclass(frozen=True)
class ConsentChange(BulkChange):
    """A consent that they gave or withdrew."""

    name: ClassVar[str] = "setCustomersConsent"
    consent: ConsentGiven | None = None

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        if self.consent is None:
            return self
        return replace(self, consent=checked_consent(problems.under("consent"), self.consent))


# ---------------------------------------------------------------- the operations


async def set_customers_active(write: Write, asked: ActiveChange) -> BatchDone:
    """Serve customers again, or no longer."""
    rows = await _meant(write, asked.ids)
    changed = [row for row in rows if row.is_active != asked.is_active]
    await write.update_many(customer, changed, {"is_active": asked.is_active}, ("access_version",))
    for row in changed:
        write.tell("customer.activated" if asked.is_active else "customer.deactivated", row.id)
    return BatchDone(len(rows), len(changed))


async def set_customers_tags(write: Write, asked: TagsChange) -> BatchDone:
    """Put tags on customers and take others off; one who would have too many is refused."""
    rows = await _meant(write, asked.ids)
    tags: dict[int, set[str]] = {row.id: set() for row in rows}
    for tagged in await write.rows(tags_of(), ids=list(tags)):
        tags[tagged.customer_id].add(tagged.tag)
    wanted = {id_: (has | set(asked.add)) - set(asked.remove) for id_, has in tags.items()}
    too_many = [id_ for id_, tags_after in wanted.items() if len(tags_after) > MOST_TAGS]
    changed = [id_ for id_ in tags if id_ not in too_many and wanted[id_] != tags[id_]]
    await _take_off(write, [(id_, tag) for id_ in changed for tag in sorted(tags[id_] - wanted[id_])])
    added = [(id_, tag) for id_ in changed for tag in sorted(wanted[id_] - tags[id_])]
    await write.insert_each(customer_tag, [{"customer_id": id_, "tag": tag} for id_, tag in added])
    message = f"The customer would have more than {MOST_TAGS} tags."
    return BatchDone(len(rows), len(changed), tuple(RefusedCustomer(id_, message) for id_ in too_many))


async def _take_off(write: Write, pairs: Sequence[tuple[int, str]]) -> None:
    if not pairs:
        return
    gone = [{"customer_id": id_, "tag": tag} for id_, tag in pairs]
    mine = (any_of(customer_tag.c.customer_id, "ids"), any_of(customer_tag.c.tag, "tags", TextList))
    ids, tags = ([*dict.fromkeys(part)] for part in zip(*pairs, strict=True))
    await write.run(
        delete(customer_tag).where(customer_tag.c.business_id == write.business_id, *mine), [{"ids": ids, "tags": tags}]
    )
    for row in gone:
        write.note_row(customer_tag, row, row, dict.fromkeys(row))
    await write.move_owners(customer_tag, gone)


async def set_customers_consent(write: Write, asked: ConsentChange) -> BatchDone:
    """Add a consent to those of customers; one who has no contact for its channel is refused."""
    consent = asked.consent
    rows = await _meant(write, asked.ids)
    if consent is None:
        return BatchDone(len(rows))
    contact = CONTACTS.get(consent.channel)
    without = [row for row in rows if consent.given and contact is not None and getattr(row, contact) is None]
    reached = [row for row in rows if row not in without]
    changed = await _say_to_all(write, reached, consent)
    message = f"A consent to {consent.channel} needs a contact, which the customer does not have."
    refused = tuple(RefusedCustomer(row.id, message) for row in without)
    return BatchDone(len(rows), changed, refused)


async def _say_to_all(write: Write, rows: Sequence[Any], consent: ConsentGiven) -> int:
    said = await consents_of(write, [row.id for row in rows])
    of_before = (contact for row in rows for contact in contacts_of(row._mapping, (consent,)))
    withdrawn = await withdrawn_before(write, of_before if consent.source is ConsentSource.IMPORT else ())
    events, by_flag = list[dict[str, Any]](), dict[bool, list[Any]]()
    column = consent_column(consent.channel)
    for row in rows:
        new = consents_to_add(said[row.id], row._mapping, (consent,), withdrawn, write.now, raises=True)
        if new:
            events.append(event_row(write, row.id, new[0]))
            by_flag.setdefault(flags_of(said[row.id])[column], []).append(row)
            tell_changes(write, row, {consent.channel: said[row.id][consent.channel]})
    await write.insert_each(consent_event, events)
    for flag, those in by_flag.items():
        await write.update_many(customer, those, {column: flag})
    return len(events)


async def _meant(write: Write, ids: Sequence[int]) -> Sequence[Any]:
    """The rows of those who are there and neither erased nor merged."""
    rows = await write.rows(customer_rows(), ids=list(ids))
    return [row for row in rows if not row.is_erased and row.merged_into_id is None]
