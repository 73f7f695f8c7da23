"""What can be listened to."""

from collections.abc import AsyncGenerator

import strawberry

from resolvers.operation.changes import DataChange
from schema.arguments import Info, about
from schema.results import before, registered
from schema.scalars import BigInt

registered(
    DataChange,
    data_revision=before("changed_at", about("The number of the last change.", type_=BigInt)),
)


@strawberry.type(description="What can be listened to, over a WebSocket with the protocol graphql-transport-ws.")
class Subscription:
    """What can be listened to."""

    @strawberry.subscription(
        description="The last change at once, then each later one; of several within a second the newest."
    )
    @staticmethod
    async def data_changed(info: Info) -> AsyncGenerator[DataChange]:
        """The changes of the viewer's business, whoever makes them."""
        changes = info.context.services.changes.of(info.context.viewer.business_id)
        try:
            async for change in changes:
                yield change
        finally:
            await changes.aclose()
