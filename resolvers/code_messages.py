"""Codes for contacts, handed to the shop's own systems: messages of endpoints that are for nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert

from models.deliveries import code_endpoints
from models.webhooks import DeliveryStatus, delivery
from resolvers.operation.sealing import Sealing
from resolvers.operation.writing import Write
from rules.events import CODE_SENT, body_of, in_utc

OF_MESSAGES = -1  # a queue in which nothing waits for what is before it


@dataclass(frozen=True)
class CodeMessage:
    """A code for somebody at a contact; `channel` is EMAIL or SMS, `customer_id` whose contact it is, if anybody's."""

    channel: str
    contact: str
    code: str
    purpose: str
    expires_at: datetime
    customer_id: int | None = None


async def takes_codes(write: Write) -> bool:
    """Whether the shop has an active endpoint for codes."""
    return bool(await write.rows(code_endpoints()))


async def tell_code(write: Write, sealing: Sealing, message: CodeMessage) -> bool:
    """Hand a code to the endpoints for codes, once this is committed; whether there are any.

    It moves no revision, leaves no audit, and is kept sealed until it is delivered or over.
    """
    endpoints = await write.rows(code_endpoints())
    if not endpoints:
        return False
    data = {
        "channel": message.channel,
        "contact": message.contact,
        "code": message.code,
        "purpose": message.purpose,
        "expiresAt": in_utc(message.expires_at),
    }
    body = orjson.dumps(body_of(CODE_SENT, write.now, data)).decode()
    rows = [_row(write, each, sealing.seal(body), message) for each in endpoints]
    await write.connection.execute(insert(delivery), rows)
    return True


def _row(write: Write, endpoint: Any, sealed: str, message: CodeMessage) -> dict[str, Any]:
    return {
        "business_id": write.business_id,
        "endpoint_id": endpoint.id,
        "queue": OF_MESSAGES,
        "customer_id": message.customer_id,
        "body": sealed,
        "until": message.expires_at,
        "status": DeliveryStatus.PENDING,
        "tries": 0,
        "attempts": "[]",
        "next_at": write.now,
    }
