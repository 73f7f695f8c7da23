"""The customer that something is of, as a field of it."""

from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from resolvers.customers import customer_by_id
from schema.execution.lookups import looked_up

if TYPE_CHECKING:
    from schema.customers import Customer

_CUSTOMER = Annotated["Customer", strawberry.lazy("schema.customers")]


def customer_of(description: str, *, key: str = "customer_id", may_be_null: bool = False) -> Any:
    """A field with the customer whose key is the attribute `key`."""
    shown = Optional[_CUSTOMER] if may_be_null else _CUSTOMER  # noqa: UP045  a lazy type has no |
    return looked_up(customer_by_id, shown, description, key=key)
