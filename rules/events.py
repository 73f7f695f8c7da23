"""What the shop's other systems are told of: each type of event with its description, its schema and an example.

A body is thin: ids, words of ours and figures. `data.id` is the id of what the event is about, `data.customer` that of
the customer whose it is; the event's own id goes beside the body, as `webhook-id`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from rules.consents import ConsentChannel, ConsentStatus

MOST_BYTES = 20_000
CODE_SENT = "contact.code"
TESTED = "webhook.test"
ENDPOINT_DISABLED = "webhook.endpoint.disabled"
DRAFT = "https://json-schema.org/draft/2020-12/schema"

_ID = {"type": "string", "minLength": 1}
_NO_ID = {"type": ["string", "null"]}
_WORD = {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"}
_AMOUNT = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
_COUNT = {"type": "integer"}
_MOMENT = {"type": "string", "format": "date-time"}
_DAY = {"type": "string", "format": "date"}


class Fact(NamedTuple):
    """A part of the data of an event: its JSON Schema, an example, and whether it may be absent."""

    schema: Mapping[str, Any]
    example: Any
    may_lack: bool = False


class EventKind(NamedTuple):
    """A type of event; `of` is the kind of what it is about, whose id is `data.id`.

    A message is sent and forgotten: it has no revision, is in no list and is never sent again.
    """

    name: str
    description: str
    of: str = "Customer"
    facts: Mapping[str, Fact] = {}
    is_message: bool = False
    is_personal: bool = False  # to endpoints that want it `data.profile` is told


_EXAMPLE = "5c1e0f9a7d3b48629e4f1a2b3c4d5e6f"  # what follows the kind in an id


def _id_of(kind: str, *, may_lack: bool = False) -> Fact:
    return Fact(_ID, f"{kind}_{_EXAMPLE[::-1]}", may_lack)


_STATUS = Fact(_WORD, "COMPLETED", may_lack=True)
_TOTAL = Fact(_AMOUNT, "129.90", may_lack=True)
_SALE = _id_of("Sale", may_lack=True)
_POINTS = Fact(_COUNT, 120, may_lack=True)
_BALANCE = Fact(_COUNT, 480, may_lack=True)
_REWARD = _id_of("LoyaltyReward", may_lack=True)

_CONSENT = {
    "channel": Fact({"type": "string", "enum": [one.value for one in ConsentChannel]}, "EMAIL"),
    "status": Fact({"type": "string", "enum": [one.value for one in ConsentStatus]}, "GIVEN"),
}
_OF_SALE = {"status": _STATUS, "total": _TOTAL}
_OF_MONEY = {"sale": _SALE, "amount": Fact(_AMOUNT, "40.00", may_lack=True)}
_OF_POINTS = {"points": _POINTS, "balance": _BALANCE, "type": Fact(_WORD, "EARN", may_lack=True)}
_OF_EXPIRY = {"points": _POINTS, "on": Fact(_DAY, "2026-03-31", may_lack=True)}
_OF_TIER = {
    "tier": _id_of("LoyaltyTier"),
    "before": Fact(_NO_ID, None, may_lack=True),
    "reason": Fact(_WORD, "EARNED", may_lack=True),
}
_OF_REDEMPTION = {"reward": _REWARD, "points": _POINTS}
_OF_SEGMENT = {"segment": _id_of("Segment"), "reason": Fact(_WORD, "FACTS", may_lack=True)}

EVENTS: tuple[EventKind, ...] = (
    EventKind("customer.created", "A customer was made.", is_personal=True),
    EventKind("customer.updated", "What is kept of a customer was changed.", is_personal=True),
    EventKind("customer.verified", "A contact of a customer was verified.", is_personal=True),
    EventKind(
        "customer.merged",
        "Another record was merged into the customer's: what was of it is of the customer now.",
        facts={"merged": _id_of("Customer")},
        is_personal=True,
    ),
    EventKind(
        "customer.unmerged",
        "A record that was merged into the customer's is one of its own again.",
        facts={"unmerged": _id_of("Customer")},
        is_personal=True,
    ),
    EventKind("customer.erased", "All that was personal of a customer is gone: erase it too."),
    EventKind("customer.activated", "The shop serves a customer again.", is_personal=True),
    EventKind("customer.deactivated", "The shop serves a customer no longer.", is_personal=True),
    EventKind("consent.changed", "A consent of a customer was given or withdrawn.", facts=_CONSENT, is_personal=True),
    EventKind("sale.recorded", "A sale was recorded.", "Sale", _OF_SALE, is_personal=True),
    EventKind("sale.completed", "A sale that was pending counts.", "Sale", _OF_SALE, is_personal=True),
    EventKind("sale.voided", "A sale was voided.", "Sale", _OF_SALE, is_personal=True),
    EventKind(
        "sale.assigned", "A sale was given to a customer, or to another one.", "Sale", _OF_SALE, is_personal=True
    ),
    EventKind("payment.recorded", "A payment was recorded.", "Payment", _OF_MONEY, is_personal=True),
    EventKind("refund.recorded", "A refund was recorded.", "Refund", _OF_MONEY, is_personal=True),
    EventKind("loyalty.member.joined", "A customer joined the loyalty program.", is_personal=True),
    EventKind("loyalty.member.left", "A customer left the loyalty program.", is_personal=True),
    EventKind("loyalty.points.changed", "A member's points changed.", facts=_OF_POINTS, is_personal=True),
    EventKind("loyalty.points.expiring", "Points of a member are about to expire.", facts=_OF_EXPIRY, is_personal=True),
    EventKind("loyalty.points.expired", "Points of a member have expired.", facts=_OF_EXPIRY, is_personal=True),
    EventKind("loyalty.tier.changed", "A member is in another tier.", facts=_OF_TIER, is_personal=True),
    *(
        EventKind(f"loyalty.redemption.{ended}", words, "LoyaltyRedemption", _OF_REDEMPTION, is_personal=True)
        for ended, words in (
            ("issued", "A reward was redeemed."),
            ("used", "A redeemed reward was used."),
            ("cancelled", "A redeemed reward was cancelled, and its points given back."),
            ("expired", "A redeemed reward was not used in time."),
        )
    ),
    EventKind("segment.entered", "A customer entered a segment.", facts=_OF_SEGMENT, is_personal=True),
    EventKind("segment.left", "A customer left a segment.", facts=_OF_SEGMENT, is_personal=True),
    EventKind(
        "campaign.member.targeted",
        "A campaign has a place for a customer: send its message.",
        facts={
            "campaign": _id_of("Campaign"),
            "variant": Fact({"type": "string", "maxLength": 80}, "A", may_lack=True),
        },
        is_personal=True,
    ),
    EventKind(
        ENDPOINT_DISABLED,
        "An endpoint is told no more: it answered 410, or nothing for 120 hours.",
        "WebhookEndpoint",
        {"reason": Fact({"type": "string", "maxLength": 500}, "It answered 410, which is: never again.")},
    ),
    EventKind(
        CODE_SENT,
        "A code for somebody at a contact. A message: sent while the code holds, only to endpoints for it alone.",
        "",
        {
            "channel": Fact({"type": "string", "enum": ["EMAIL", "SMS"]}, "SMS"),
            "contact": Fact({"type": "string"}, "+12025550123"),
            "code": Fact({"type": "string"}, "402983"),
            "purpose": Fact({"type": "string", "enum": ["REGISTRATION", "CONTACT", "SIGN_IN"]}, "SIGN_IN"),
            "expiresAt": Fact(_MOMENT, "2026-03-04T10:25:30Z"),
        },
        is_message=True,
    ),
    EventKind(
        TESTED,
        "A test of an endpoint. A message: sent once, when somebody asks for it.",
        "WebhookEndpoint",
        is_message=True,
    ),
)
KINDS: Mapping[str, EventKind] = {kind.name: kind for kind in EVENTS}
STREAMED = tuple(kind.name for kind in EVENTS if not kind.is_message)  # what an endpoint may choose, beside codes

PROFILE: Mapping[str, Any] = {
    "type": "object",
    "description": "The customer as it is at sending; only to endpoints that include personal values, "
    "and absent once it is erased.",
    "properties": {
        "number": {"type": "string"},
        "name": {"type": ["string", "null"]},
        "email": {"type": ["string", "null"]},
        "phone": {"type": ["string", "null"]},
        "externalIds": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"system": {"type": "string"}, "value": {"type": "string"}},
                "required": ["system", "value"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["number", "name", "email", "phone", "externalIds"],
    "additionalProperties": False,
}


# ---------------------------------------------------------------- bodies


def body_of(kind: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an event or a message."""
    return {"type": kind, "timestamp": in_utc(at), "data": dict(data)}


def in_utc(at: datetime) -> str:
    """A moment as bodies have it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def schema_of(kind: EventKind) -> dict[str, Any]:
    """The JSON Schema of the bodies of a type."""
    properties, required = _properties(kind)
    return {
        "$schema": DRAFT,
        "title": kind.name,
        "description": kind.description,
        "type": "object",
        "properties": {
            "type": {"const": kind.name},
            "timestamp": _MOMENT,
            "data": {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            },
        },
        "required": ["type", "timestamp", "data"],
        "additionalProperties": False,
    }


def example_of(kind: EventKind) -> dict[str, Any]:
    """A body of a type, made up."""
    subject = {"id": f"{kind.of}_{_EXAMPLE}"} if kind.of else {}
    customer = {} if kind.is_message else {"customer": subject["id"] if kind.of == "Customer" else _customer_in(kind)}
    revision = {} if kind.is_message else {"revision": 4711}
    facts = {name: fact.example for name, fact in kind.facts.items()}
    return body_of(
        kind.name, datetime(2026, 3, 4, 10, 15, 30, tzinfo=UTC), {**subject, **customer, **facts, **revision}
    )


def schema_text(value: Any) -> str:
    """A schema or an example as text."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _customer_in(kind: EventKind) -> str | None:
    return None if kind.of == "WebhookEndpoint" else f"Customer_{_EXAMPLE}"


def _properties(kind: EventKind) -> tuple[dict[str, Any], list[str]]:
    """The parts of the data of a type, and those that are always there."""
    parts: dict[str, Any] = {"id": _ID} if kind.of else {}
    if not kind.is_message:
        parts |= {"customer": _ID if kind.of == "Customer" else _NO_ID, "revision": _COUNT}
    parts |= {name: dict(fact.schema) for name, fact in kind.facts.items()}
    required = [name for name in parts if name not in kind.facts or not kind.facts[name].may_lack]
    return (parts | {"profile": PROFILE} if kind.is_personal else parts), required
