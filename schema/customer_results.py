"""What changes of customers answer."""

from typing import Annotated

import strawberry

from resolvers.payloads import CustomerPayload, UpsertPayload
from schema.of_customer import customer_of
from schema.refusals import Duplicate, IdempotencyConflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from schema.results import before, registered

registered(
    CustomerPayload,
    customer=before("replayed", customer_of("The customer as it is now.")),
)
registered(
    UpsertPayload,
    customer=before("created", customer_of("The customer as it is now.")),
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
