"""What writes of customers answer."""

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True)
class CustomerPayload:
    """The customer as it is now."""

    customer_id: int
    replayed: Annotated[bool, "Whether the key was used before, and nothing was done now."] = False


@dataclass(frozen=True)
class UpsertPayload:
    """The customer that was found or made."""

    customer_id: int
    created: Annotated[bool, "Whether it was made."]


@dataclass(frozen=True)
class MovedCount:
    """How many there are of a kind."""

    kind: Annotated[str, "What they are, like `sale`."]
    count: Annotated[int, "How many."]


@dataclass(frozen=True)
class Deleted:
    """What is gone."""

    id: str
