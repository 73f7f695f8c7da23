"""What customers prefer."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from resolvers.operation.ids import key_of
from resolvers.preferences import DeletePreferences, SetPreferences, delete_preferences, set_preferences
from rules.preferences import PreferenceSaid, PreferenceType, PreferenceWanted
from schema.arguments import Info, about, said
from schema.customer_results import CustomerResult

strawberry.enum(PreferenceType, description="What a preference is about.")


@strawberry.type(description="What a customer prefers.")
class Preference:
    """What a customer prefers."""

    global_id: strawberry.ID = about("The opaque id.", "id")
    type: PreferenceType = about("What it is about.")
    key: str = about("Of what, like a brand, a size or a colour.")
    value: str = about("The first of its values.")
    values: list[str] = about("All of them, the foremost first.")
    updated_at: datetime = about("When it was last changed.")


@strawberry.input(description="What a customer prefers; keys are compared whatever their case.")
class PreferenceInput:
    """What a customer prefers."""

    type: PreferenceType = strawberry.field(description="What it is about.")
    key: str = strawberry.field(description="Of what, like a brand, a size or a colour; 1 to 80 characters.")
    values: list[str] = strawberry.field(description="The values, the foremost first.")

    def plain(self) -> PreferenceSaid:
        """The same as resolvers know it."""
        return PreferenceSaid(self.type, self.key, tuple(self.values))


@strawberry.input(description="Which preference.")
class PreferenceKeyInput:
    """Which preference."""

    type: PreferenceType = strawberry.field(description="What it is about.")
    key: str = strawberry.field(description="Of what, in any case.")


@strawberry.input(description="Whom by what they prefer.")
class PreferenceFilter:
    """Whom by what they prefer."""

    type: PreferenceType = strawberry.field(description="What it is about.")
    key: str = strawberry.field(description="Of what, in any case.")
    value: str | None = strawberry.field(default=None, description="One of the values, in any case; any unless given.")

    def plain(self) -> PreferenceWanted:
        """The same as resolvers know it."""
        return PreferenceWanted(self.type, self.key, self.value)


@strawberry.type
class PreferencesMutations:
    """Setting and deleting preferences."""

    @strawberry.mutation(description="Sets the preferences that are named; others stay.", graphql_type=CustomerResult)
    @staticmethod
    async def set_preferences(
        info: Info,
        customer: Annotated[strawberry.ID, said("Of whom.")],
        preferences: Annotated[list[PreferenceInput], said("What to set.")],
    ) -> Any:
        """Set preferences."""
        asked = SetPreferences(key_of(customer, "Customer"), tuple(one.plain() for one in preferences))
        return await info.context.write(set_preferences, asked)

    @strawberry.mutation(description="Deletes preferences.", graphql_type=CustomerResult)
    @staticmethod
    async def delete_preferences(
        info: Info,
        customer: Annotated[strawberry.ID, said("Of whom.")],
        preferences: Annotated[list[PreferenceKeyInput] | None, said("Which; null deletes all.")] = None,
    ) -> Any:
        """Delete preferences."""
        keys = None if preferences is None else [(one.type, one.key) for one in preferences]
        return await info.context.write(delete_preferences, DeletePreferences(key_of(customer, "Customer"), keys))
