"""Two records of one person made one: whose value each field has, and what goes back when they are taken apart."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from rules.contacts import OF_CONTACT
from rules.problems import Problems, known_word, short_list
from rules.refusals import InputProblemCode

UNDONE_WITHIN = timedelta(days=30)
MOST_CHOICES = 50

# The fields of a record as callers name them, with their columns.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "type": ("type",),
    "firstName": ("first_name",),
    "lastName": ("last_name",),
    **OF_CONTACT,
    "birthDate": ("birth_date",),
    "gender": ("gender",),
    "address": ("line1", "line2", "city", "state", "postal_code", "country"),
    "creditLimit": ("credit_limit",),
    "acquisitionSource": ("acquisition_source",),
    "acquisitionCampaign": ("acquisition_campaign",),
    "referrer": ("referrer_id",),
    "notes": ("notes",),
}
JOINED = ("joined_given", "joined_day")
OF_BOTH = {
    "openingBalance": "opening balances add up",
    "joinedOn": "the earlier given day stays",
    "externalIds": "those of both stay",
}


class MergeSide(StrEnum):
    """Whose value it is."""

    KEEP = "KEEP"
    MERGE = "MERGE"


class MergeChoice(NamedTuple):
    """Whose value a field has that both records have."""

    field: str
    take: MergeSide


class DecidedField(NamedTuple):
    """A field that both records have differently, and whose value it has from now on."""

    name: str
    chosen: MergeSide


class MergedProfile(NamedTuple):
    """What of a profile comes from the merged record: fields that were empty, and those that were chosen."""

    filled: tuple[str, ...]
    decided: tuple[DecidedField, ...]

    @property
    def taken(self) -> tuple[str, ...]:
        """The fields that have the merged record's value."""
        return (*self.filled, *(one.name for one in self.decided if one.chosen is MergeSide.MERGE))


def checked_choices(problems: Problems, name: str, choices: Sequence[MergeChoice]) -> tuple[MergeChoice, ...]:
    """Choices of fields that can be chosen, each once."""
    inside, named = problems.under(name), set[str]()
    few = short_list(problems, name, choices, most=MOST_CHOICES)
    for place, choice in enumerate(few):
        _check_choice(inside.under(place), choice, named)
        named.add(choice.field)
    return tuple(few)


def _check_choice(problems: Problems, choice: MergeChoice, named: Collection[str]) -> None:
    if choice.field in OF_BOTH:
        message = f"There is nothing to choose: {OF_BOTH[choice.field]}."
        problems.add("field", InputProblemCode.UNKNOWN_VALUE, message)
    elif known_word(problems, "field", choice.field, FIELDS) in named:
        problems.add("field", InputProblemCode.NOT_TOGETHER, "This field is chosen already: choose once.")


def merged_profile(
    keep: Mapping[str, Any], merge: Mapping[str, Any], choices: Mapping[str, MergeSide]
) -> MergedProfile:
    """Empty fields are filled; where both records have one it is the kept one's, unless it was chosen."""
    filled, decided = list[str](), list[DecidedField]()
    for name in FIELDS:
        kept, other = value_of(name, keep), value_of(name, merge)
        if other is None or other == kept:
            continue
        if kept is None:
            filled.append(name)
        else:
            decided.append(DecidedField(name, choices.get(name, MergeSide.KEEP)))
    return MergedProfile(tuple(filled), tuple(decided))


def value_of(name: str, record: Mapping[str, Any]) -> Hashable:
    """What a record has for a field, None where it is empty; of a contact, itself without what is known of it."""
    columns = FIELDS[name]
    if name != "address":
        return record[columns[0]]
    parts = tuple(record[column] for column in columns)
    return parts if any(parts) else None


def columns_taken(fields: Collection[str], source: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of some fields as a record has them."""
    return {column: source[column] for name in fields for column in FIELDS[name]}


class JoinedOn(NamedTuple):
    """A day of joining, and whether it was given."""

    day: int
    is_given: bool


def earlier_given(keep: JoinedOn, merge: JoinedOn) -> JoinedOn | None:
    """The earlier of the days that were given, None where none was."""
    given = [one for one in (keep, merge) if one.is_given]
    return min(given) if given else None


# ---------------------------------------------------------------- taking them apart


def replaced(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a record that a merge gave another value, and its contacts, which may change hands later."""
    return tuple(
        name
        for name, columns in FIELDS.items()
        if name in OF_CONTACT or any(before[column] != after[column] for column in columns)
    )


def put_back(now: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a kept record that go back, without contacts: of fields that are still what the merge made."""
    return {
        column: before[column]
        for name, columns in FIELDS.items()
        if name not in OF_CONTACT and columns[0] in before and all(now[each] == after[each] for each in columns)
        for column in columns
    }


def contact_back(
    name: str, own: Mapping[str, Any], holders: Sequence[Mapping[str, Any]], taken: Collection[str]
) -> dict[str, Any]:
    """The columns of a contact that a record had of its `own`, known as it is now at whichever of the `holders` has it.

    One that somebody has `taken` since is theirs.
    """
    columns = FIELDS[name]
    value = own[columns[0]]
    if value in taken:
        return {column: False if column.startswith("is_") else None for column in columns}
    has_it = (one for one in holders if value is not None and one[columns[0]] == value)
    source = next(has_it, own)
    return {column: source[column] for column in columns}


# ---------------------------------------------------------------- rows that may be removed by themselves

Row = TypeVar("Row")


def joining_rows(merged: Sequence[Row], kept: Sequence[Row], alike: Sequence[str]) -> list[Row]:
    """The rows of the merged record that move: where some columns make two of them alike, the kept one's stays."""
    if not alike:
        return list(merged)
    theirs = {tuple(getattr(row, name) for name in alike) for row in kept}
    return [row for row in merged if tuple(getattr(row, name) for name in alike) not in theirs]


def returning_rows(kept: Sequence[Row], moved: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows of the kept record that moved there and are as they were."""
    names = tuple(moved[0]) if moved else ()
    known = {tuple(one.values()) for one in moved}
    return [row for row in kept if tuple(getattr(row, name) for name in names) in known]
