"""What is gone: the result of every mutation that deletes something."""

from typing import Annotated

import strawberry

from resolvers.payloads import Deleted
from schema.refusals import NotAllowed, NotFound
from schema.results import registered

registered(Deleted, id=strawberry.field(description="The id of what is gone.", graphql_type=strawberry.ID))
DeleteResult = Annotated[
    Deleted | NotFound | NotAllowed,
    strawberry.union("DeleteResult", description="What is gone, or why nothing was changed."),
]
