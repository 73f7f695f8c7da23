"""Customers as other systems know them: found by the first identifier that is given, or made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from models.customers import customer_rows, customer_tag, tags_of
from resolvers.consents import check_fitting, say_consents
from resolvers.editing import CreateCustomer, made_customer
from resolvers.identities import (
    Holder,
    add_external_ids,
    holder_of,
    holder_of_external,
    refuse_taken,
    refuse_taken_external,
    touched,
)
from resolvers.loyalty.joining import join_at_registration
from resolvers.operation.writing import Write, small
from resolvers.payloads import UpsertPayload
from resolvers.preferences import put_preferences
from resolvers.profiles import (
    CONTACTS,
    change_profile,
    columns_of,
    contacts_taken,
    joining,
    refuse_what_is_a_managers,
)
from rules.consents import ConsentGiven, checked_consents
from rules.customers import MOST_TAGS, checked_profile, checked_tags
from rules.identities import LONGEST_NUMBER, ExternalIdPair, checked_external_ids
from rules.preferences import PreferenceSaid, checked_preferences
from rules.problems import Problems, optional_text
from rules.refusals import Duplicate, InputProblemCode


@dataclass(frozen=True)
class UpsertCustomer:
    """A customer to find or make; `place` is where it is among the inputs."""

    place: int
    given: Mapping[str, Any]
    number: str | None = None
    external_ids: tuple[ExternalIdPair, ...] = ()
    consents: tuple[ConsentGiven, ...] = ()
    preferences: tuple[PreferenceSaid, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, str]:
        """Where it is in the arguments."""
        return "inputs", str(self.place)

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under("inputs").under(self.place)
        checked = replace(
            self,
            external_ids=checked_external_ids(inside, "externalIds", self.external_ids),
            number=optional_text(inside, "number", self.number, longest=LONGEST_NUMBER),
            given=checked_profile(inside, self.given),
            consents=checked_consents(inside, "consents", self.consents),
            preferences=checked_preferences(inside, "preferences", self.preferences),
            tags=checked_tags(inside, "addTags", self.tags),
        )
        said = (self.external_ids, checked.number, *(self.given.get(name) for name in CONTACTS))
        if not any(said):
            message = "Say who it is: by an external id, a number, an e-mail or a phone."
            inside.add("externalIds", InputProblemCode.REQUIRED, message)
        return checked


@small
async def upsert_customer(write: Write, asked: UpsertCustomer) -> UpsertPayload:
    """Bring a customer to what is said of it, or make it."""
    refuse_what_is_a_managers(write, asked.given)
    problems = Problems(asked.path)
    columns = await columns_of(write, problems, asked.given)
    found = await _found(write, asked, columns)
    if found is None:
        return await _make(write, asked, columns, problems)
    (row,) = await write.rows(customer_rows(), ids=[found.finds])
    if found.id != found.finds:  # through a merged record: the kept one's contacts stay
        columns = {name: value for name, value in columns.items() if name not in (*CONTACTS, "email_as_typed")}
    await _bring(write, asked, row, columns, problems)
    return UpsertPayload(row.id, created=False)


async def _found(write: Write, asked: UpsertCustomer, columns: Mapping[str, Any]) -> Holder | None:
    """Who is found by the first identifier; Duplicate where another of them finds somebody else."""
    named = [("number", asked.number), *((name, columns.get(name)) for name in CONTACTS)]
    by_kind: list[tuple[str, str, Holder | None]] = [
        ("externalIds", pair[1], await holder_of_external(write, pair)) for pair in asked.external_ids
    ]
    by_kind += [(name, value, await holder_of(write, name, value)) for name, value in named if value is not None]
    if not by_kind:
        return None
    first_kind = by_kind[0][0]
    found = next((holder for kind, _, holder in by_kind if kind == first_kind and holder is not None), None)
    for kind, value, holder in by_kind:
        if found is not None and holder is not None and holder.finds != found.finds:
            raise Duplicate(kind, value, holder.shown)
    return found


async def _make(write: Write, asked: UpsertCustomer, columns: dict[str, Any], problems: Problems) -> UpsertPayload:
    given = {name: value for name, value in columns.items() if value is not None}
    await refuse_taken(write, "number", asked.number)
    for name in CONTACTS:
        await refuse_taken(write, name, given.get(name))
    await refuse_taken_external(write, asked.external_ids)
    check_fitting(problems.under("consents"), asked.consents, given, write)
    problems.raise_if_any()
    made = CreateCustomer(
        {"joined_on": asked.given.get("joined_on")},
        number=asked.number,
        external_ids=asked.external_ids,
        consents=asked.consents,
        preferences=asked.preferences,
        tags=asked.tags,
    )
    id_ = await made_customer(write, made, given, raises=False)
    await join_at_registration(write, id_)
    return UpsertPayload(id_, created=True)


async def _bring(write: Write, asked: UpsertCustomer, row: Any, columns: Mapping[str, Any], problems: Problems) -> None:
    taken = await contacts_taken(write, row, columns)
    await refuse_taken_external(write, asked.external_ids, but=row.id)
    tags = await _missing_tags(write, row.id, asked.tags, problems)
    check_fitting(problems.under("consents"), asked.consents, {**row._mapping, **columns}, write)
    problems.raise_if_any()
    is_changed = await change_profile(write, row, {**columns, **await joining(write, asked.given, row)}, taken)
    has_more = await add_external_ids(write, row.id, asked.external_ids)
    has_more |= await put_preferences(write, row.id, asked.preferences)
    for tag in tags:
        await write.insert(customer_tag, customer_id=row.id, tag=tag)
    if has_more or is_changed:
        write.tell("customer.updated", row.id)
    if has_more and not is_changed:
        await touched(write, row)
    (row,) = await write.rows(customer_rows(), ids=[row.id])
    await say_consents(write, row, asked.consents, raises=False)


async def _missing_tags(write: Write, id_: int, tags: tuple[str, ...], problems: Problems) -> list[str]:
    if not tags:
        return []
    has = {row.tag for row in await write.rows(tags_of(), ids=[id_])}
    missing = [tag for tag in tags if tag not in has]
    if len(has) + len(missing) > MOST_TAGS:
        message = f"The customer would have {len(has) + len(missing)} tags; {MOST_TAGS} are the most."
        problems.add("addTags", InputProblemCode.TOO_MANY, message)
    return missing
