"""Idempotency: a key that was used before answers what was made then, and does nothing again."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from hmac import new as hmac
from typing import Any, get_type_hints

import orjson

from models.idempotency import use_of_key, used_key
from models.rows_in_bulk import NewRows
from models.transaction import OpenTransaction
from resolvers.operation.actor import Actor, UsedFor
from rules.canonical import canonical
from rules.refusals import IdempotencyConflict

KEPT = (int, str, list, type(None))
REPLAYED = "replayed"


class UsedKeys:
    """The keys under which a business was written to, in an open transaction of it."""

    def __init__(self, transaction: OpenTransaction, business: Any, actor: Actor, now: datetime) -> None:
        self._transaction = transaction
        self._business = business
        self._actor = actor
        self._now = now

    async def made(self, operation: Callable[..., Any], action: str, asked: Any, used: UsedFor) -> Any:
        """What the operation made when its key was used before, marked as replayed; None where it was not.

        IdempotencyConflict where the key was used for another operation or another input.
        """
        bound = {"business": self._business.id, "digest": self._digest_of(used)}
        rows = await self._transaction.rows(use_of_key(), bound)
        if not rows:
            return None
        found = rows[0]
        is_blanked = not found.input_digest  # of somebody erased: any retry replays, nameless
        if not is_blanked and found.input_digest != self._input_digest(action, asked):
            raise IdempotencyConflict(used.key)
        return replace(_result_of(operation)(**orjson.loads(found.made)), replayed=True)

    def remembering(self, action: str, asked: Any, used: UsedFor, done: Any) -> NewRows:
        """The row that keeps what was made under a key: never the key, never the answer."""
        made = _made(done)
        row = {
            "business_id": self._business.id,
            "kind": used.kind,
            "digest": self._digest_of(used),
            "input_digest": self._input_digest(action, asked),
            "made": orjson.dumps(made).decode(),
            "customer_id": made.get("customer_id", self._actor.customer_id),
            "used_at": self._now,
        }
        return NewRows.of(used_key, [row])

    def _digest_of(self, used: UsedFor) -> str:
        return self.digest([self._business.id, used.kind, self._actor.customer_id, used.key])

    def _input_digest(self, action: str, asked: Any) -> str:
        return self.digest([action, self._actor.customer_id, canonical(asked)])

    def digest(self, content: Any) -> str:
        """The HMAC of something that is not kept itself."""
        return hmac(bytes.fromhex(self._business.digest_key), orjson.dumps(content), sha256).hexdigest()


@cache
def _result_of(operation: Callable[..., Any]) -> Callable[..., Any]:
    return get_type_hints(operation)["return"]


def _made(done: Any) -> dict[str, Any]:
    """What an operation answered, as a replay can give it back: keys, words and lists of them."""
    made: dict[str, Any] = {field.name: getattr(done, field.name) for field in fields(done) if field.name != REPLAYED}
    if not all(isinstance(value, KEPT) for value in made.values()):
        raise TypeError(f"{type(done).__name__} holds more than keys and words: a replay could not give it back")
    return made
