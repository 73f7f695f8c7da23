"""The timeline of a customer."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from resolvers.timeline import subjects_by_key
from rules.timeline import TimelineKind
from schema.arguments import about
from schema.connections import Words, connection
from schema.execution.lookups import looked_up
from schema.nodes import Node
from schema.scalars import BigInt

strawberry.enum(TimelineKind, description="What kind of event it was.")


@strawberry.type(description="Something that happened to a customer.")
class TimelineEvent:
    """Something that happened to a customer."""

    global_id: strawberry.ID = about("The opaque id.", "id")
    at: datetime = about("When it was.")
    kind: TimelineKind = about("What kind of event it was.")
    title: str = about("What it was, in words of a shop.")
    actor: str | None = about("Who did it, where somebody of the shop did; null to a customer.")
    amount: Decimal | None = about("The amount of a sale, a payment or a refund.")
    points: BigInt | None = about("The points that it moved.")
    subject: Any = looked_up(
        subjects_by_key,
        Node | None,
        "The sale, refund, contact or other object that it is about; null where there is none that one may see.",
        key="subject_key",
    )


TimelineConnection = connection(
    TimelineEvent, Words("A page of a timeline, newest first.", "event"), name="Timeline", is_counted=False
)
