"""Every event that a test makes happen is held to the schema of its type."""

from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import orjson

from resolvers.events import event_body
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


def held(body: dict[str, Any]) -> None:
    """Hold a body to the schema of its type; what is wrong with it is raised."""
    VALIDATORS[body["type"]].validate(body)
