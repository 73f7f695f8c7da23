"""Idempotency: a key that was used before answers what was made then, and does nothing again."""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache
from hashlib import sha256
from hmac import new as hmac
from typing import TYPE_CHECKING, Any, get_type_hints

import orjson
from sqlalchemy import insert

from models.database import table
from models.idempotency import UsedKey, use_of_key
from rules.canonical import canonical
from rules.refusals import IdempotencyConflict

if TYPE_CHECKING:
    from resolvers.operation.writing import UsedFor, Write


async def made_by(write: "Write", operation: Callable[..., Any], action: str, asked: Any, used: "UsedFor") -> Any:
    """What the operation made when its key was used before, marked as replayed; None where it was not.

    IdempotencyConflict where the key was used for another operation or another input.
    """
    found = await write.rows(use_of_key(), digest=_key_digest(write, used))
    if not found:
        return None
    if found[0].input_digest != _input_digest(write, action, asked):
        raise IdempotencyConflict(used.key)
    return replace(_result_of(operation)(**orjson.loads(found[0].made)), replayed=True)


async def remember(write: "Write", action: str, asked: Any, used: "UsedFor", done: Any) -> None:
    """Keep what was made under a key: never the key, never the answer."""
    made = {name: value for name, value in asdict(done).items() if name != "replayed"}
    row = {
        "business_id": write.business_id,
        "kind": used.kind,
        "digest": _key_digest(write, used),
        "input_digest": _input_digest(write, action, asked),
        "made": orjson.dumps(made).decode(),
        "customer_id": made.get("customer_id", write.actor.customer_id),
        "used_at": write.now,
    }
    await write.connection.execute(insert(table(UsedKey)).values(row))


def _key_digest(write: "Write", used: "UsedFor") -> str:
    return _digest(write, [write.business_id, used.kind, write.actor.customer_id, used.key])


def _input_digest(write: "Write", action: str, asked: Any) -> str:
    return _digest(write, [action, write.actor.customer_id, canonical(asked)])


def _digest(write: "Write", content: Any) -> str:
    return hmac(bytes.fromhex(write.business.digest_key), orjson.dumps(content), sha256).hexdigest()


@cache
def _result_of(operation: Callable[..., Any]) -> Callable[..., Any]:
    return get_type_hints(operation)["return"]
