"""Consents: what stands, what was said, and saying more."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from resolvers.consents import ConsentState, SetConsents, set_consents
from resolvers.operation.ids import key_of
from rules.consents import ConsentChannel, ConsentGiven, ConsentSource, ConsentStatus
from schema.arguments import Info, about, said
from schema.connections import Words, connection
from schema.customer_results import CustomerResult
from schema.results import registered

strawberry.enum(ConsentChannel, description="By which way a customer agrees to be written to.")
strawberry.enum(
    ConsentStatus, description="What stands; PENDING waits for a verified contact, UNREACHABLE is a bounce of this one."
)
strawberry.enum(ConsentSource, description="Where a consent was said. A caller may say STAFF, IMPORT or API.")
registered(ConsentState)


@strawberry.type(description="A consent that was given or withdrawn.")
class ConsentEvent:
    """A consent that was given or withdrawn."""

    global_id: strawberry.ID = about("The opaque id.", "id")
    channel: ConsentChannel = about("By which way.")
    status: ConsentStatus = about("GIVEN or WITHDRAWN.")
    at: datetime = about("When it was said.")
    recorded_at: datetime = about("When it was written down here.")
    source: ConsentSource = about("Where it was said.")
    wording: str | None = about("What the customer agreed to, in the words of then.")
    actor: str = about("Who wrote it down.")


ConsentEventConnection = connection(
    ConsentEvent, Words("A page of consents, newest first.", "consent"), is_counted=False
)


@strawberry.input(description="A consent that was given or withdrawn.")
class ConsentInput:
    """A consent that was given or withdrawn."""

    channel: ConsentChannel = strawberry.field(description="By which way.")
    given: bool = strawberry.field(description="Whether it was given; else it was withdrawn.")
    at: datetime | None = strawberry.field(default=None, description="When; now unless given.")
    source: ConsentSource = strawberry.field(default=ConsentSource.API, description="STAFF, IMPORT or API.")
    wording: str | None = strawberry.field(default=None, description="What the customer agreed to.")

    def plain(self) -> ConsentGiven:
        """The same as resolvers know it."""
        return ConsentGiven(self.channel, self.given, self.at, self.source, self.wording)


@strawberry.type
class ConsentsMutations:
    """Saying consents."""

    @strawberry.mutation(
        description="Adds consents to those of a customer; of each channel the latest one stands, by its time.",
        graphql_type=CustomerResult,
    )
    @staticmethod
    async def set_consents(
        info: Info,
        customer: Annotated[strawberry.ID, said("Of whom.")],
        consents: Annotated[list[ConsentInput], said("What was said.")],
    ) -> Any:
        """Add consents."""
        asked = SetConsents(key_of(customer, "Customer"), tuple(consent.plain() for consent in consents))
        return await info.context.write(set_consents, asked)
