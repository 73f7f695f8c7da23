"""The settings of a business: who may read and change them, what is refused, and what a change leaves."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from resolvers.operation.viewer import Role
from schema.document.roles import LEAST_ROLE
from schema.schema import schema
from tests.builders import Shop
from tests.schema.conftest import Asker
from tests.schema.mutations import ROLES

FIELDS = """version region weekStart segmentScheme segmentDays selfRegistration confirmedOptIn portalSignIn codeRegions
    codesPerDay codesSentToday eraseAfterDays contactsPerWeek globalControlPercent keepEventsDays keepAuditMonths"""
UPDATE = f"""mutation ($input: BusinessSettingsInput!) {{ updateBusinessSettings(input: $input) {{ __typename
    ... on BusinessSettingsPayload {{ settings {{ {FIELDS} }} }}
    ... on Refusal {{ message }}
    ... on InvalidInput {{ problems {{ path code message }} }}
    ... on StaleVersion {{ expected actual }}
    ... on NotAllowed {{ reason }} }} }}"""
AT_FIRST: dict[str, Any] = {
    "version": 1, "region": "GB", "weekStart": "MONDAY", "segmentScheme": "RETAIL", "segmentDays": None,
    "selfRegistration": False, "confirmedOptIn": False, "portalSignIn": "OFF", "codeRegions": [], "codesPerDay": 500,
    "codesSentToday": 0, "eraseAfterDays": 7, "contactsPerWeek": None, "globalControlPercent": 0.0,
    "keepEventsDays": 30, "keepAuditMonths": 24,
}  # fmt: skip
OTHERS: dict[str, Any] = {
    "region": "DE", "weekStart": "SUNDAY", "segmentScheme": "POS", "segmentDays": 365, "confirmedOptIn": True,
    "portalSignIn": "OIDC", "codeRegions": ["AT", "CH"], "codesPerDay": 0, "eraseAfterDays": 0, "contactsPerWeek": 3,
    "globalControlPercent": 12.5, "keepEventsDays": 7, "keepAuditMonths": None,
}  # fmt: skip
# The version counts, what was sent is told, and registration cannot be switched on yet: a test of its own.
NOT_CHANGED_HERE = {"version", "codesSentToday", "selfRegistration"}
MAY_BE_NULL = {"segmentDays", "contactsPerWeek", "keepAuditMonths"}


async def update(ask: Asker, **given: Any) -> Any:
    """What the mutation answers to ADMIN."""
    answered = await ask.being(Role.ADMIN)(UPDATE, input={"version": 1, **given})
    return answered["updateBusinessSettings"]


async def settings(ask: Asker) -> Any:
    return (await ask.being(Role.MANAGER)(f"{{ businessSettings {{ {FIELDS} }} }}"))["businessSettings"]


async def left(shop: Shop) -> tuple[Any, ...]:
    """How far the business is, and what stands in its audit trail."""
    async with shop.database.reading(shop.id) as connection:
        found = await connection.execute(text("SELECT * FROM business WHERE id = :id"), {"id": shop.id})
        audit = await connection.execute(text("SELECT * FROM audit_entry WHERE business_id = :id"), {"id": shop.id})
        return tuple(found.one()), list(audit)


async def test_every_setting_begins_with_its_default(ask_both: Asker) -> None:
    assert await settings(ask_both) == AT_FIRST


async def test_every_setting_is_changed_and_seen_in_the_payload_and_after_it(ask_both: Asker) -> None:
    assert OTHERS.keys() == AT_FIRST.keys() - NOT_CHANGED_HERE
    expected: dict[str, Any] = {**AT_FIRST, **OTHERS, "version": 2}
    assert await update(ask_both, **OTHERS) == {"__typename": "BusinessSettingsPayload", "settings": expected}
    assert await settings(ask_both) == expected
    seen = await ask_both("{ viewer { business { weekStart dataRevision } } }")
    assert seen["viewer"]["business"]["weekStart"] == "SUNDAY"


async def test_what_is_absent_stays_and_null_clears(ask: Asker) -> None:
    await update(ask, segmentDays=90, contactsPerWeek=2)
    done = await update(ask, version=2, segmentDays=None)
    assert (done["settings"]["segmentDays"], done["settings"]["contactsPerWeek"]) == (None, 2)


async def test_null_clears_what_may_be_null_and_nothing_else(ask: Asker) -> None:
    refused = await update(ask, **dict.fromkeys(OTHERS))
    assert {problem["path"][1] for problem in refused["problems"]} == OTHERS.keys() - MAY_BE_NULL
    assert {problem["code"] for problem in refused["problems"]} == {"REQUIRED"}
    assert (await update(ask, **dict.fromkeys(MAY_BE_NULL)))["__typename"] == "BusinessSettingsPayload"


async def test_a_change_leaves_one_revision_and_one_entry(ask: Asker, shop: Shop) -> None:
    await update(ask, region="de", keepEventsDays=31)
    business, (entry,) = await left(shop)
    told = (entry.actor, entry.role, entry.source, entry.action, entry.customer_id, entry.revision)
    assert told == ("stan", "ADMIN", "API", "updateBusinessSettings", None, 2)
    assert json.loads(entry.changes) == [["region", "GB", "DE", False], ["keepEventsDays", "30", "31", False]]
    async with shop.database.reading(shop.id) as connection:
        at = (await connection.execute(text("SELECT revision, facts_revision FROM business"))).first()
    assert at is not None
    assert tuple(at) == (2, 1)  # no fact changed
    assert business


async def test_what_changes_nothing_leaves_nothing(ask: Asker, shop: Shop) -> None:
    before = await left(shop)
    done = await update(ask, region="GB", codeRegions=[])
    assert (done["__typename"], done["settings"]["version"]) == ("BusinessSettingsPayload", 1)
    assert await left(shop) == before


# ---------------------------------------------------------------- refusals


async def test_all_problems_are_told_at_once(ask: Asker, shop: Shop) -> None:
    before = await left(shop)
    refused = await update(
        ask, version=7, region="XX", weekStart=None, segmentDays=0, codeRegions=["DE", "Nowhere"], codesPerDay=-1,
        eraseAfterDays=31, contactsPerWeek=0, globalControlPercent=50.1, keepEventsDays=6, keepAuditMonths=5,
    )  # fmt: skip
    assert refused["__typename"] == "InvalidInput"
    assert [(".".join(problem["path"]), problem["code"]) for problem in refused["problems"]] == [
        ("input.region", "UNKNOWN_VALUE"),
        ("input.weekStart", "REQUIRED"),
        ("input.segmentDays", "OUT_OF_RANGE"),
        ("input.codeRegions.1", "UNKNOWN_VALUE"),
        ("input.codesPerDay", "OUT_OF_RANGE"),
        ("input.eraseAfterDays", "OUT_OF_RANGE"),
        ("input.contactsPerWeek", "OUT_OF_RANGE"),
        ("input.globalControlPercent", "OUT_OF_RANGE"),
        ("input.keepEventsDays", "OUT_OF_RANGE"),
        ("input.keepAuditMonths", "OUT_OF_RANGE"),
    ]
    assert refused["problems"][2]["message"] == "Give a whole number from 1 to 9,999, not 0."
    assert await left(shop) == before


async def test_another_version_is_stale_and_told_before_what_is_not_allowed(ask: Asker, shop: Shop) -> None:
    before = await left(shop)
    refused = await update(ask, version=3, selfRegistration=True)
    assert (refused["__typename"], refused["expected"], refused["actual"]) == ("StaleVersion", 3, 1)
    assert await left(shop) == before


@pytest.mark.parametrize("given", [{"selfRegistration": True}, {"portalSignIn": "CODE"}])
async def test_codes_without_a_way_out_cannot_be_switched_on(ask: Asker, shop: Shop, given: Any) -> None:
    before = await left(shop)
    refused = await update(ask, region="DE", **given)
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "SWITCHED_OFF")
    assert await left(shop) == before


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.VIEWER, Role.STAFF, Role.MANAGER])
@pytest.mark.parametrize("pii", [False, True])
async def test_only_admin_changes_them(ask: Asker, shop: Shop, role: Role, pii: bool) -> None:
    before = await left(shop)
    who = ask.being(role, pii=pii, customer_id=shop.id_of("ANN") if role is Role.CUSTOMER else None)
    await who.refused(UPDATE, "FORBIDDEN", input={"version": 1, "region": "DE"})
    skipped = UPDATE.replace("updateBusinessSettings(", "a: updateBusinessSettings(")
    await who.refused(skipped, "FORBIDDEN", input={"version": 1, "region": "DE"})
    assert await left(shop) == before


@pytest.mark.parametrize("pii", [False, True])
@pytest.mark.parametrize("role", list(Role))
async def test_managers_read_them(ask: Asker, shop: Shop, role: Role, pii: bool) -> None:
    who = ask.being(role, pii=pii, customer_id=shop.id_of("ANN") if role is Role.CUSTOMER else None)
    question = "{ businessSettings { version } }"
    if role in (Role.MANAGER, Role.ADMIN):
        assert await who(question) == {"businessSettings": {"version": 1}}
    else:
        await who.refused(question, "FORBIDDEN")


async def test_a_token_is_told_what_it_may_change(ask: Asker, shop: Shop) -> None:
    for role in Role:
        who = ask.being(role, customer_id=shop.id_of("ANN") if role is Role.CUSTOMER else None)
        told = (await who("{ viewer { mutations } }"))["viewer"]["mutations"]
        may = [name for name, least in ROLES.items() if role.rank >= least.rank]
        assert told == sorted(may)


def test_every_root_field_has_a_role() -> None:
    built = schema._schema
    roots = (built.query_type, built.mutation_type, built.subscription_type)
    assert {f"{root.name}.{field}" for root in roots if root for field in root.fields} == set(LEAST_ROLE)


# ---------------------------------------------------------------- several in one document


async def test_several_mutations_of_a_document_run_in_order_each_seeing_those_before(ask: Asker) -> None:
    document = """mutation { a: updateBusinessSettings(input: {version: 1, region: "DE"}) { ...seen }
        b: updateBusinessSettings(input: {version: 1, region: "FR"}) { ...seen }
        c: updateBusinessSettings(input: {version: 2, weekStart: SUNDAY}) { ...seen } }
        fragment seen on BusinessSettingsResult { __typename
            ... on BusinessSettingsPayload { settings { version region weekStart } } }"""
    done = await ask.being(Role.ADMIN)(document)
    assert done == {
        "a": {
            "__typename": "BusinessSettingsPayload",
            "settings": {"version": 2, "region": "DE", "weekStart": "MONDAY"},
        },
        "b": {"__typename": "StaleVersion"},
        "c": {
            "__typename": "BusinessSettingsPayload",
            "settings": {"version": 3, "region": "DE", "weekStart": "SUNDAY"},
        },
    }
