"""Every event that a test makes happen, and every body that is sent, is held to the schema of its type."""

from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import orjson

from resolvers import deliveries, webhooks
from resolvers.events import event_body
from resolvers.operation.sending import Parcel
from resolvers.operation.writing import Write
from rules.events import KINDS, schema_of

OF_TESTS = frozenset(("storefront.opened",))  # of operations that only tests have
VALIDATORS = {name: jsonschema_rs.validator_for(schema_of(kind)) for name, kind in KINDS.items()}
_tell = Write.tell


def tell_as_declared(self: Write, kind: str, customer_id: int | None = None, **data: Any) -> None:
    """Tell of an event whose body is as its type says."""
    if kind not in OF_TESTS:
        kept = orjson.dumps({**data, "revision": self.revision}).decode()
        row: Any = SimpleNamespace(type=kind, occurred_at=self.now, customer_id=customer_id, data=kept)
        held(orjson.loads(orjson.dumps(event_body(row))))
    _tell(self, kind, customer_id, **data)


def parcel_as_declared(id_: str, url: str, body: str, secrets: tuple[str, ...]) -> Parcel:
    """A body to be sent that is as its type says, with the profile of whom it is about and all."""
    read = orjson.loads(body)
    if read["type"] not in OF_TESTS:
        held(read)
    return Parcel(id_, url, body, secrets)


def hold_what_is_told_and_sent() -> None:
    """Hold all events that operations tell, and all bodies that are made to be sent, from now on."""
    Write.tell = tell_as_declared
    for module in (deliveries, webhooks):
        module.Parcel = parcel_as_declared  # pyright: ignore[reportAttributeAccessIssue]


def held(body: dict[str, Any]) -> None:
    """Hold a body to the schema of its type; what is wrong with it is raised."""
    VALIDATORS[body["type"]].validate(body)
