"""Erasing a person, at once or as it was asked for, and giving all that is kept about one."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.erasure import ErasureStatus
from resolvers.erasure import (
    CancelErasure,
    EraseCustomer,
    ErasePlan,
    ErasureRequestPayload,
    RequestErasure,
    cancel_erasure,
    erase_customer,
    erasure_request_by_id,
    erasure_requests,
    request_erasure,
)
from resolvers.operation.ids import key_of
from resolvers.payloads import MovedCount
from resolvers.person_export import begin_person_export
from rules.refusals import NotAllowedReason
from schema.arguments import Info, about, said
from schema.execution.lookups import looked_up
from schema.jobs import JobResult
from schema.nodes import Node
from schema.of_customer import customer_of
from schema.refusals import InvalidInput, NotAllowed, NotFound
from schema.results import before, registered

strawberry.enum(ErasureStatus, description="What became of a request to erase a customer.")


@strawberry.type(
    description="Somebody asked that a customer be erased. It is tried every night from `eraseOn` on; `blockedBy` says "
    "why it could not be done yet."
)
class ErasureRequest(Node):
    """Somebody asked that a customer be erased."""

    customer: Any = customer_of("Whom to erase.")
    requested_at: datetime = about("When it was asked for.")
    requested_by: str = about("Who asked: a subject of staff, or `customer`.")
    erase_on: date = about("The first business day in whose night it is tried.")
    status: ErasureStatus = about("What became of it.")
    blocked_by: NotAllowedReason | None = about("Why it could not be done yet.")
    reason: str | None = about("Why it was asked for; gone once it is done.")


registered(MovedCount)
registered(ErasePlan, customer=before("erased", customer_of("The customer.")))
registered(
    ErasureRequestPayload,
    request=looked_up(erasure_request_by_id, ErasureRequest, "The request as it is now.", key="request_id"),
)
EraseResult = Annotated[
    ErasePlan | NotFound | NotAllowed,
    strawberry.union("EraseResult", description="What is blanked and what is kept, or why nothing is."),
]
ErasureResult = Annotated[
    ErasureRequestPayload | NotFound | InvalidInput | NotAllowed,
    strawberry.union("ErasureResult", description="The request, or why nothing was changed."),
]


@strawberry.type
class ErasureQueries:
    """Who is to be erased."""

    @strawberry.field(
        description="Requests to erase customers, the newest 1,000, newest first.", graphql_type=list[ErasureRequest]
    )
    @staticmethod
    async def erasure_requests(
        info: Info, status: Annotated[ErasureStatus | None, said("Only those of which this became.")] = None
    ) -> Any:
        """Requests to erase customers."""
        return await erasure_requests(info.context, status)


@strawberry.type
class ErasureMutations:
    """Erasing a person."""

    @strawberry.mutation(
        description="Blanks every personal value of a customer, at once, with every record that was merged into it.",
        graphql_type=EraseResult,
    )
    @staticmethod
    async def erase_customer(
        info: Info,
        id: Annotated[strawberry.ID, said("Which customer.")],
        dry_run: Annotated[bool, said("Say what would be erased, and erase nothing.")] = False,
    ) -> Any:
        """Erase a customer."""
        asked = EraseCustomer(key_of(id, "Customer"), dry_run)
        return await (info.context.forecast if dry_run else info.context.write)(erase_customer, asked)

    @strawberry.mutation(
        description="Asks that a customer be erased after BusinessSettings.eraseAfterDays, unless that is cancelled; "
        "where it is asked already, answers that request.",
        graphql_type=ErasureResult,
    )
    @staticmethod
    async def request_erasure(
        info: Info,
        customer: Annotated[strawberry.ID, said("Which customer.")],
        reason: Annotated[str | None, said("Why.")] = None,
    ) -> Any:
        """Ask that a customer be erased."""
        return await info.context.write(request_erasure, RequestErasure(key_of(customer, "Customer"), reason))

    @strawberry.mutation(
        description="Cancels a request; who asked for it may, and an administrator.", graphql_type=ErasureResult
    )
    @staticmethod
    async def cancel_erasure(info: Info, id: Annotated[strawberry.ID, said("Which request.")]) -> Any:
        """Cancel a request."""
        return await info.context.write(cancel_erasure, CancelErasure(key_of(id, "ErasureRequest")))

    @strawberry.mutation(
        description="Gathers all that is kept about a customer, as a zip of JSON and CSV behind the job's resultUrl.",
        graphql_type=JobResult,
    )
    @staticmethod
    async def export_customer(info: Info, id: Annotated[strawberry.ID, said("Which customer.")]) -> Any:
        """Give all that is kept about a customer."""
        return await begin_person_export(info.context, key_of(id, "Customer"))
