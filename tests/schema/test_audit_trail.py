"""The audit trail: who changed what, and who may read it."""

from typing import Any

from exports.reports import document_of
from resolvers.audit import AuditQuestion
from resolvers.exports import Export
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from rules.exports import ExportFormat
from tests.builders import Shop
from tests.schema.conftest import Asker, customer_id

SHOWN = """id at actor role source action subject customer { number } requestId dataRevision
    changes { field before after isPersonal }"""
TRAIL = f"""query ($first: Int, $after: String, $filter: AuditFilter) {{
    auditTrail(first: $first, after: $after, filter: $filter) {{
    nodes {{ {SHOWN} }} pageInfo {{ hasNextPage endCursor }} }} }}"""


async def trail(ask: Asker, **arguments: Any) -> Any:
    return (await ask.being(Role.ADMIN)(TRAIL, **arguments))["auditTrail"]


async def edited(ask: Asker, id_: str, **values: Any) -> None:
    asked = """mutation ($id: ID!, $input: UpdateCustomerInput!) { updateCustomer(id: $id, input: $input) {
        ... on CustomerPayload { customer { id } } } }"""
    assert (await ask(asked, id=id_, input=values))["updateCustomer"]["customer"] == {"id": id_}


async def ann_of(ask: Asker) -> str:
    return (await ask('{ customer(by: {number: "ANN"}) { id } }'))["customer"]["id"]


async def test_an_edit_is_told_field_by_field_without_what_is_personal(ask_both: Asker) -> None:
    ann = await ann_of(ask_both)
    await edited(ask_both, ann, type="WHOLESALE", phone="+12025550123")
    entry = (await trail(ask_both, first=1))["nodes"][0]
    assert entry.pop("id")
    assert entry.pop("dataRevision") > 0
    changes = {change.pop("field"): change for change in entry.pop("changes")}
    assert changes["type"] == {"before": "RETAIL", "after": "WHOLESALE", "isPersonal": False}
    assert changes["phone"] == {"before": None, "after": None, "isPersonal": True}
    assert entry == {
        "at": "2026-03-05T12:00:00+00:00", "actor": "stan", "role": "STAFF", "source": "API",
        "action": "updateCustomer", "subject": ann, "customer": {"number": "ANN"}, "requestId": None,
    }  # fmt: skip


async def test_pages_go_on_where_they_ended_also_when_more_was_written(ask: Asker) -> None:
    ann = await ann_of(ask)
    for name in ("One", "Two", "Three"):
        await edited(ask, ann, acquisitionSource=name)
    sources: list[Any] = []
    page = await trail(ask, first=2)
    await edited(ask, ann, acquisitionSource="Four")
    page_after = await trail(ask, first=1, after=page["pageInfo"]["endCursor"])
    for node in (*page["nodes"], *page_after["nodes"]):
        sources += [change["field"] for change in node["changes"]]
    assert sources == ["acquisitionSource"] * 3
    assert len({node["id"] for node in (*page["nodes"], *page_after["nodes"])}) == 3
    assert page["pageInfo"]["hasNextPage"] is True


async def test_each_filter_leaves_what_it_says(ask_both: Asker) -> None:
    ann = await ann_of(ask_both)
    await edited(ask_both, ann, type="WHOLESALE")
    settings = 'mutation { updateBusinessSettings(input: {version: 1, region: "DE"}) { __typename } }'
    await ask_both.being(Role.ADMIN, subject="ada")(settings)

    async def actions(**asked: Any) -> list[str]:
        return [node["action"] for node in (await trail(ask_both, filter=asked))["nodes"]]

    assert await actions(customer=ann) == ["updateCustomer"]
    assert await actions(actor="ada") == ["updateBusinessSettings"]
    assert await actions(action="updateCustomer", actor="stan") == ["updateCustomer"]
    assert await actions(action="updateCustomer", actor="ada") == []
    assert await actions(source="API") == ["updateBusinessSettings", "updateCustomer"]
    assert await actions(source="PORTAL") == []
    assert await actions(period={"start": "2026-03-05", "end": "2026-03-05"}, source="API") == [
        "updateBusinessSettings",
        "updateCustomer",
    ]
    assert await actions(period={"end": "2026-03-04"}, source="API") == []
    assert await actions(period={"start": "2026-03-06"}) == []


async def test_what_cannot_be_asked_is_refused(ask: Asker, shop: Shop) -> None:
    admin = ask.being(Role.ADMIN)
    assert "after its end" in await admin.refused(
        TRAIL, filter={"period": {"start": "2026-03-05", "end": "2026-03-04"}}
    )
    assert "is the id of a Sale" in await admin.refused(TRAIL, filter={"customer": global_id("Sale", 1)})
    await edited(ask, await ann_of(ask), type="WHOLESALE")
    page = await trail(ask, first=1)
    assert "other arguments" in await admin.refused(
        TRAIL, after=page["pageInfo"]["endCursor"], filter={"customer": customer_id(shop, "ANN")}
    )


async def test_only_an_admin_reads_it(ask: Asker, shop: Shop) -> None:
    for role in (Role.VIEWER, Role.STAFF, Role.MANAGER):
        assert "ADMIN" in await ask.being(role, pii=True).refused(TRAIL, "FORBIDDEN")
    await ask.being(Role.CUSTOMER, customer_id=shop.id_of("ANN")).refused(TRAIL, "FORBIDDEN")


async def test_another_business_has_its_own(ask: Asker, other: Shop) -> None:
    await edited(ask, await ann_of(ask), type="WHOLESALE")
    foreign = await trail(ask.being(Role.ADMIN, business_id=other.id))
    assert "updateCustomer" not in [node["action"] for node in foreign["nodes"]]


async def test_it_is_a_file_with_a_row_for_each_entry(ask_both: Asker) -> None:
    ann = await ann_of(ask_both)
    await edited(ask_both, ann, type="WHOLESALE", phone="+12025550123")
    link = await ask_both.being(Role.ADMIN)("{ auditTrail { exportUrl(format: CSV) } }")
    assert link["auditTrail"]["exportUrl"].startswith("/exports/audit-trail-2026-03-05.csv?token=")
    context = Context(ask_both.services, ask_both.being(Role.ADMIN).viewer, ask_both.now)
    try:
        document = await document_of(context, Export(AuditQuestion(), ExportFormat.CSV))
        rows = [row async for batch in document.tables[0].batches() for row in batch.to_pylist()]
    finally:
        await context.close()
    first = rows[0]
    assert (first["customer"], first["action"], first["subject"]) == ("ANN", "updateCustomer", ann)
    assert "type: RETAIL → WHOLESALE" in first["changes"]
    assert "phone (personal)" in first["changes"]
    assert "2025550123" not in first["changes"]
    assert len(rows) == len((await trail(ask_both, first=1_000))["nodes"])
