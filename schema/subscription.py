"""What can be listened to."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any, cast

import strawberry

from schema.arguments import Info, about
from schema.scalars import BigInt


@strawberry.type(description="That the data of the business has changed, and how far.")
class DataChange:
    """A change of the data."""

    data_revision: BigInt = about("The number of the last change.")
    changed_at: datetime = about("When that change was made.")


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
                yield cast(Any, change)
        finally:
            await changes.aclose()
