"""The types of events: all of them, each with an example that is as its schema says."""

import jsonschema_rs
import pytest

from rules.events import EVENTS, KINDS, STREAMED, EventKind, example_of, schema_of
from tests.telling import VALIDATORS

OF_SPECIFICATION = """customer.created customer.updated customer.verified customer.merged customer.unmerged
    customer.erased customer.activated customer.deactivated consent.changed sale.recorded sale.completed sale.voided
    sale.assigned payment.recorded refund.recorded loyalty.member.joined loyalty.member.left loyalty.points.changed
    loyalty.points.expiring loyalty.points.expired loyalty.tier.changed loyalty.redemption.issued
    loyalty.redemption.used loyalty.redemption.cancelled loyalty.redemption.expired segment.entered segment.left
    campaign.member.targeted webhook.endpoint.disabled"""
MESSAGES = {"webhook.test", "contact.code"}


def test_the_types_are_those_of_the_specification() -> None:
    assert list(STREAMED) == OF_SPECIFICATION.split()
    assert {kind.name for kind in EVENTS} - set(STREAMED) == MESSAGES


@pytest.mark.parametrize("kind", EVENTS, ids=[kind.name for kind in EVENTS])
def test_an_example_is_as_its_schema_says_and_nothing_more_is(kind: EventKind) -> None:
    jsonschema_rs.meta.validate(schema_of(kind))
    example = example_of(kind)
    VALIDATORS[kind.name].validate(example)
    for other in (
        {**example, "type": "other"},
        {**example, "more": 1},
        {**example, "data": {**example["data"], "email": "ann@example.com"}},
        {"type": kind.name, "data": example["data"]},
    ):
        assert not VALIDATORS[kind.name].is_valid(other)


def test_a_profile_is_told_of_who_is_there_alone() -> None:
    profile = {"number": "A-1", "name": "Ann Lee", "email": None, "phone": None, "externalIds": []}
    for name, is_told in (("customer.updated", True), ("customer.erased", False), ("webhook.endpoint.disabled", False)):
        example = example_of(KINDS[name])
        assert VALIDATORS[name].is_valid({**example, "data": {**example["data"], "profile": profile}}) is is_told
