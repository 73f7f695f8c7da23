"""What changes of customers answer."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers.customers import customer_by_id
from resolvers.payloads import CustomerPayload, UpsertPayload
from schema.execution.lookups import looked_up
from schema.refusals import Duplicate, IdempotencyConflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from schema.results import before, registered

if TYPE_CHECKING:
    from schema.customers import Customer

_CUSTOMER = Annotated["Customer", strawberry.lazy("schema.customers")]

registered(
    CustomerPayload,
    customer=before("replayed", looked_up(customer_by_id, _CUSTOMER, "The customer as it is now.", key="customer_id")),
)
registered(
    UpsertPayload,
    customer=before("created", looked_up(customer_by_id, _CUSTOMER, "The customer as it is now.", key="customer_id")),
)
CustomerResult = Annotated[
    CustomerPayload | NotFound | Duplicate | InvalidInput | StaleVersion | NotAllowed,
    strawberry.union("CustomerResult", description="The customer, or why nothing was changed."),
]
CreateCustomerResult = Annotated[
    CustomerPayload | Duplicate | InvalidInput | NotFound | NotAllowed | IdempotencyConflict,
    strawberry.union("CreateCustomerResult", description="The customer that was made, or why none was."),
]
UpsertCustomerResult = Annotated[
    UpsertPayload | Duplicate | InvalidInput | NotAllowed,
    strawberry.union("UpsertCustomerResult", description="The customer that was found or made, or why nothing was."),
]
