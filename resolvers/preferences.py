"""What customers prefer: set by key, and deleted by key or all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import orjson

from models.preferences import preference, preference_rows, preferences_of
from resolvers.identities import customer_named, touched
from resolvers.operation.context import Context
from resolvers.operation.loaders import many_each
from resolvers.operation.writing import Write, small
from resolvers.payloads import CustomerPayload
from rules.preferences import (
    PreferenceSaid,
    PreferenceType,
    checked_preference_keys,
    checked_preferences,
    searched_values,
)
from rules.problems import Problems


@dataclass(frozen=True)
class SetPreferences:
    """Preferences to set of a customer; others stay."""

    customer_id: int
    preferences: tuple[PreferenceSaid, ...]

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, preferences=checked_preferences(problems, "preferences", self.preferences))


@dataclass(frozen=True)
class DeletePreferences:
    """Preferences to delete of a customer by type and key; None is all of them."""

    customer_id: int
    keys: Sequence[tuple[PreferenceType, str]] | None

    def checked(self, problems: Problems) -> Self:
        """The same with keys case-folded, every problem told."""
        keys = checked_preference_keys(problems, "preferences", self.keys)
        return replace(self, keys=None if keys is None else sorted(keys))


@small
async def set_preferences(write: Write, asked: SetPreferences) -> CustomerPayload:
    """Set preferences of a customer."""
    row = await customer_named(write, asked.customer_id, ("customer",))
    if await put_preferences(write, row.id, asked.preferences):
        await touched(write, row)
    return CustomerPayload(row.id)


@small
async def delete_preferences(write: Write, asked: DeletePreferences) -> CustomerPayload:
    """Delete preferences of a customer; what is not there is gone already."""
    row = await customer_named(write, asked.customer_id, ("customer",))
    found = await write.rows(preference_rows(), ids=[row.id])
    gone = [one for one in found if asked.keys is None or (one.type, one.folded_key) in asked.keys]
    for one in gone:
        await write.delete(preference, one)
    if gone:
        await touched(write, row)
    return CustomerPayload(row.id)


async def put_preferences(write: Write, customer_id: int, preferences: Sequence[PreferenceSaid]) -> bool:
    """Write preferences that a customer has not yet, or has differently; whether there were any."""
    if not preferences:
        return False
    rows = await write.rows(preference_rows(), ids=[customer_id])
    found = {(row.type, row.folded_key): row for row in rows}
    changed = [await _put(write, customer_id, said, found.get(said.name)) for said in preferences]
    return any(changed)


async def _put(write: Write, customer_id: int, said: PreferenceSaid, row: Any) -> bool:
    values = {"listed": orjson.dumps(said.values).decode(), "searched": searched_values(said.values)}
    if row is None:
        key = {"type": said.type, "key": said.key, "folded_key": said.key.casefold()}
        await write.insert(preference, customer_id=customer_id, updated_at=write.now, **key, **values)
        return True
    if row.listed == values["listed"]:
        return False
    return await write.update(preference, row, updated_at=write.now, **values)


# ---------------------------------------------------------------- read


@dataclass(frozen=True)
class ShownPreference:
    """A preference with its values."""

    global_id: str
    type: PreferenceType
    key: str
    values: list[str]
    updated_at: Any

    @property
    def value(self) -> str:
        """The first of its values."""
        return self.values[0]


async def preferences_by_customer(
    context: Context, ids: Sequence[int], type_: PreferenceType | None
) -> list[list[ShownPreference]]:
    """The preferences of each customer, of one type or of all."""
    rows = await context.reader.rows(preferences_of(), ids=list(ids))
    wanted = [row for row in rows if type_ is None or row.type is type_]
    return many_each(wanted, ids, "customer_id", _shown)


def _shown(row: Any) -> ShownPreference:
    return ShownPreference(row.global_id, row.type, row.key, orjson.loads(row.listed), row.updated_at)
