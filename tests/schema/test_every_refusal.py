"""Each refusal that a mutation of customers, of many at once, of jobs and settings can give, given; nothing changes.

Those of sales, points and endpoints are given beside their mutations.
"""

from typing import Any, NamedTuple, cast

import pytest
from graphql import get_named_type

from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from schema.schema import schema
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id, request_id
from tests.schema.mutations import some_ticket
from tests.schema.registering import open_registration
from tests.schema.writing import everything


class Given(NamedTuple):
    """A call that is refused, the calls that come before it, and as whom it is asked."""

    call: str
    before: str = ""
    role: Role = Role.ADMIN
    subject: str = "stan"


class Never(str):
    """Why a member of a shared union is never given by this mutation."""

    __slots__ = ()


NO_VERSION = Never("no version is sent along")
NOT_UNIQUE = Never("nothing that has to be unique is set")
NOT_MANAGED = Never("only a manager comes to it: who is not is FORBIDDEN, and what stops one customer stops no other")
NO_INPUT = Never("an id that is none is BAD_USER_INPUT, and there is nothing else to be wrong")

NOBODY = f'"{global_id("Customer", 10**6)}"'
CONSENT, OF_FUTURE = "{channel: PUSH, given: false}", '{channel: PUSH, given: true, at: "2999-01-01T00:00:00Z"}'
LONG = f'"{"x" * 600}"'
NO_SEGMENT = f'target: {{segment: "{global_id("Segment", 1)}"}}'
CRITERIA = 'target: {criteria: "orders > 1"}'


def refused(shop: Shop) -> dict[str, dict[str, Given | Never]]:
    """By mutation and member: what gives it."""
    ann, ben, noname, gone, old = (f'"{customer_id(shop, name)}"' for name in ("ANN", "BEN", "NONAME", "GONE", "OLD"))
    everybody = "target: {filter: {}}"
    preference = '{type: SHOPPING, key: "Brand", values: ["Nike"]}'
    ticket = some_ticket(shop)
    anna = '"anna.marker@example.com"'
    of_anna = '{externalIds: [{system: "shopify", value: "g-1"}]'
    return {
        "createCustomer": {
            "Duplicate": Given(f"createCustomer(input: {{email: {anna}}})"),
            "InvalidInput": Given('createCustomer(input: {email: "no"})'),
            "NotFound": Given(f"createCustomer(input: {{referrer: {NOBODY}}})"),
            "NotAllowed": Given('createCustomer(input: {creditLimit: "5"})', role=Role.STAFF),
            "IdempotencyConflict": Given(
                'createCustomer(input: {firstName: "B", idempotencyKey: "k"})',
                before='createCustomer(input: {firstName: "A", idempotencyKey: "k"})',
            ),
        },
        "upsertCustomers": {
            "Duplicate": Given(f'upsertCustomers(inputs: [{of_anna}, number: "BEN"}}])'),
            "InvalidInput": Given("upsertCustomers(inputs: [{}])"),
            "NotAllowed": Given('upsertCustomers(inputs: [{number: "ANN", creditLimit: "5"}])', role=Role.STAFF),
        },
        "updateCustomer": {
            "NotFound": Given(f"updateCustomer(id: {NOBODY}, input: {{}})"),
            "Duplicate": Given(f"updateCustomer(id: {noname}, input: {{email: {anna}}})"),
            "InvalidInput": Given(f'updateCustomer(id: {ann}, input: {{email: "no"}})'),
            "StaleVersion": Given(f'updateCustomer(id: {ann}, input: {{version: 7, firstName: "A"}})'),
            "NotAllowed": Given(f'updateCustomer(id: {gone}, input: {{firstName: "A"}})'),
        },
        "verifyCustomer": {
            "NotFound": Given(f"verifyCustomer(id: {NOBODY}, email: true)"),
            "Duplicate": NOT_UNIQUE,
            "InvalidInput": Given(f"verifyCustomer(id: {noname}, email: true)"),
            "StaleVersion": NO_VERSION,
            "NotAllowed": Given(f"verifyCustomer(id: {gone}, email: true)"),
        },
        "linkCustomer": {
            "NotFound": Given(f'linkCustomer(id: {NOBODY}, subject: "s")'),
            "Duplicate": Given(
                f'linkCustomer(id: {ann}, subject: "s")', before=f'linkCustomer(id: {ben}, subject: "s")'
            ),
            "InvalidInput": Given(f"linkCustomer(id: {ann}, subject: {LONG})"),
            "StaleVersion": NO_VERSION,
            "NotAllowed": Given(f'linkCustomer(id: {gone}, subject: "s")'),
        },
        "setConsents": {
            "NotFound": Given(f"setConsents(customer: {NOBODY}, consents: [{CONSENT}])"),
            "Duplicate": NOT_UNIQUE,
            "InvalidInput": Given(f"setConsents(customer: {ann}, consents: [{OF_FUTURE}])"),
            "StaleVersion": NO_VERSION,
            "NotAllowed": Given(f"setConsents(customer: {gone}, consents: [{CONSENT}])"),
        },
        "setPreferences": {
            "NotFound": Given(f"setPreferences(customer: {NOBODY}, preferences: [{preference}])"),
            "Duplicate": NOT_UNIQUE,
            "InvalidInput": Given(f"setPreferences(customer: {ann}, preferences: [{preference}, {preference}])"),
            "StaleVersion": NO_VERSION,
            "NotAllowed": Given(f"setPreferences(customer: {old}, preferences: [{preference}])"),
        },
        "deletePreferences": {
            "NotFound": Given(f"deletePreferences(customer: {NOBODY})"),
            "Duplicate": NOT_UNIQUE,
            "InvalidInput": Given(f'deletePreferences(customer: {ann}, preferences: [{{type: SHOPPING, key: ""}}])'),
            "StaleVersion": NO_VERSION,
            "NotAllowed": Given(f"deletePreferences(customer: {gone})"),
        },
        "setCustomersActive": {
            "NotFound": Given(f"setCustomersActive({NO_SEGMENT}, isActive: false)"),
            "InvalidInput": Never("isActive is true or false, and a target that is none is BAD_USER_INPUT"),
            "InvalidCriteria": Given(f"setCustomersActive({CRITERIA}, isActive: false)"),
            "NotAllowed": NOT_MANAGED,
        },
        "setCustomersTags": {
            "NotFound": Given(f'setCustomersTags({NO_SEGMENT}, add: ["x"])'),
            "InvalidInput": Given(f"setCustomersTags({everybody}, add: [{LONG}])"),
            "InvalidCriteria": Given(f'setCustomersTags({CRITERIA}, add: ["x"])'),
            "NotAllowed": Given(f'setCustomersTags({everybody}, add: ["x"])', role=Role.STAFF),
        },
        "setCustomersConsent": {
            "NotFound": Given(f"setCustomersConsent({NO_SEGMENT}, consent: {CONSENT})"),
            "InvalidInput": Given(f"setCustomersConsent({everybody}, consent: {OF_FUTURE})"),
            "InvalidCriteria": Given(f"setCustomersConsent({CRITERIA}, consent: {CONSENT})"),
            "NotAllowed": NOT_MANAGED,
        },
        "registerCustomer": {
            "InvalidInput": Given(
                f'registerCustomer(input: {{business: "{global_id("Business", shop.id)}", firstName: "", email: "no"}})'
            ),
        },
        "resendConfirmation": {"InvalidInput": Given(f'resendConfirmation(ticket: "{ticket}")')},
        "confirmContact": {
            "InvalidInput": Given(f'confirmContact(ticket: "{ticket}", code: "23456789")'),
            "Duplicate": Never("given with a code in tests/schema/test_confirming.py"),
        },
        "mergeCustomers": {
            "NotFound": Given(f"mergeCustomers(keep: {ann}, merge: {NOBODY})"),
            "AlreadyMerged": Given(f"mergeCustomers(keep: {ben}, merge: {old})"),
            "InvalidInput": Given(f"mergeCustomers(keep: {ann}, merge: {ann})"),
            "NotAllowed": Given(f"mergeCustomers(keep: {ann}, merge: {gone})"),
            "StaleVersion": Given(f"mergeCustomers(keep: {ann}, merge: {ben}, keepVersion: 7)"),
        },
        "unmergeCustomers": {
            "NotFound": Given(f"unmergeCustomers(merged: {NOBODY})"),
            "AlreadyMerged": Never("who is merged is what it is about"),
            "InvalidInput": NO_INPUT,
            "NotAllowed": Given(f"unmergeCustomers(merged: {ben})"),
            "StaleVersion": NO_VERSION,
        },
        "dismissDuplicate": {
            "NotFound": Given(f'dismissDuplicate(id: "{global_id("DuplicateCandidate", 5)}")'),
            "NotAllowed": NOT_MANAGED,
        },
        "runMaintenance": {
            "NotFound": Given("runMaintenance"),
            "InvalidInput": Never("it has no arguments"),
            "NotAllowed": Never("only ADMIN comes to it"),
        },
        "cancelJob": {
            "NotFound": Given(f'cancelJob(id: "{global_id("Job", 99)}")'),
            "InvalidInput": NO_INPUT,
            "NotAllowed": Given(
                f'cancelJob(id: "{global_id("Job", 1)}")',
                before=f"exportCustomer(id: {ann})",
                role=Role.MANAGER,
                subject="mona",
            ),
        },
        "eraseCustomer": {
            "NotFound": Given(f"eraseCustomer(id: {NOBODY})"),
            "NotAllowed": Given(f"eraseCustomer(id: {ann})"),
        },
        "requestErasure": {
            "NotFound": Given(f"requestErasure(customer: {NOBODY})"),
            "InvalidInput": Given(f"requestErasure(customer: {ann}, reason: {LONG})"),
            "NotAllowed": Given(f"requestErasure(customer: {gone})"),
        },
        "cancelErasure": {
            "NotFound": Given(f'cancelErasure(id: "{global_id("ErasureRequest", 99)}")'),
            "InvalidInput": NO_INPUT,
            "NotAllowed": Given(f'cancelErasure(id: "{request_id(shop)}")', role=Role.MANAGER, subject="mona"),
        },
        "exportCustomer": {
            "NotFound": Given(f"exportCustomer(id: {NOBODY})"),
            "InvalidInput": NO_INPUT,
            "NotAllowed": Given(f"exportCustomer(id: {gone})"),
        },
        "updateBusinessSettings": {
            "InvalidInput": Given('updateBusinessSettings(input: {version: 1, region: "ZZ"})'),
            "StaleVersion": Given('updateBusinessSettings(input: {version: 7, region: "DE"})'),
            "NotAllowed": Given("updateBusinessSettings(input: {version: 1, selfRegistration: true})"),
        },
    }


NAMES = """cancelErasure cancelJob confirmContact createCustomer deletePreferences dismissDuplicate eraseCustomer
    exportCustomer linkCustomer mergeCustomers registerCustomer requestErasure resendConfirmation runMaintenance
    setConsents setCustomersActive setCustomersConsent setCustomersTags setPreferences unmergeCustomers
    updateBusinessSettings updateCustomer upsertCustomers verifyCustomer"""
MUTATIONS = NAMES.split()


def members_of(mutation: str) -> set[str]:
    """The refusals among what a mutation may answer."""
    types = cast(Any, schema)._schema.type_map
    union = cast(Any, get_named_type(types["Mutation"].fields[mutation].type))
    return {member.name for member in union.types if "Refusal" in {one.name for one in member.interfaces}}


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_each_refusal_is_given_and_changes_nothing(ask: Asker, shop: Shop, mutation: str) -> None:
    members = refused(shop)[mutation]
    assert set(members) == members_of(mutation)
    for member, given in members.items():
        if isinstance(given, Never):
            continue
        admin = ask.being(Role.ADMIN)
        if mutation in ("registerCustomer", "resendConfirmation", "confirmContact"):
            await open_registration(shop)
            ask.services.sends_mail = True
        if given.before:
            await admin(f"mutation {{ {given.before} {{ __typename }} }}")
        before = await everything(shop.database)
        answer = await ask.being(given.role, subject=given.subject)(f"mutation {{ {given.call} {{ __typename }} }}")
        (found,) = answer.values()
        assert (found[0] if isinstance(found, list) else found) == {"__typename": member}, given
        assert await everything(shop.database) == before, given


def test_the_table_has_every_mutation_of_the_record(shop: Shop) -> None:
    assert sorted(refused(shop)) == MUTATIONS
