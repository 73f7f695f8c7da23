"""Links to exports: what they open, to whom, for how long; and that nothing else opens anything."""

import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from analytics.prediction.worth import ChurnRisk
from models.businesses import Installation
from models.database import Database, table
from resolvers.exports import Export, customer_columns
from resolvers.listing import Conditions, ListQuestion
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role, Viewer
from rules.exports import ExportFormat
from schema.schema import schema
from server.app import create_app
from server.identity.auth import token_for
from server.identity.keys import derived
from server.settings import Settings, SettingsError, load_settings
from tests.builders import Shop, open_shop
from tests.exports.cases import CASES
from tests.exports.conftest import Files, Served
from tests.server.conftest import SECRET, token_of

FIELD = 'acquisition(period: {start: "2025-01-01", end: "2026-03-05"})'
OTHER = "hJ7pWq2zR9tXv4LmNc8sKd3fGy6bTa1e-uQoZi5x"
LETTERS = string.ascii_letters + string.digits + "-_.="


def refusal(answer: Any) -> str:
    assert answer.status_code == 403, (answer.status_code, answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


def test_a_link_is_a_path_and_opens_a_file(files: Files) -> None:
    link = files.link(FIELD)

    answer = files.get(link)

    assert link.startswith("/exports/acquisition-2026-03-05.csv?token=")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="acquisition-2026-03-05.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"]
    assert answer.text.startswith("key,customers,percentage,revenue,avgClv\r\n")


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('customers(asOf: "2026-03-05")', "customers-2026-03-05.csv"),
        (
            'customers(asOf: "2026-03-05", filter: {rfmSegment: "CANT_LOSE_THEM"})',
            "customers-cant-lose-them-2026-03-05.csv",
        ),
    ],
)
def test_a_file_is_called_for_whom_it_is_limited_to(files: Files, field: str, name: str) -> None:
    assert files.link(field).startswith(f"/exports/{name}?token=")


def test_a_name_of_a_file_tells_the_risk_and_has_no_letters_of_a_path() -> None:
    risky = ListQuestion(Conditions(rfm_segment="../LOST THEM\n", churn_risk=ChurnRisk.HIGH), as_of=date(2026, 3, 5))

    assert Export(risky, ExportFormat.CSV).file_name(date(2026, 3, 6)) == "customers-lost-them-high-risk-2026-03-05.csv"


@pytest.mark.parametrize(
    ("format", "media", "begin"),
    [
        ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("PDF", "application/pdf", b"%PDF-"),
        ("PARQUET", "application/vnd.apache.parquet", b"PAR1"),
    ],
)
def test_each_format_says_what_it_is(files: Files, format: str, media: str, begin: bytes) -> None:
    answer = files.get(files.link(FIELD, format), **{"accept-encoding": "gzip"})

    assert answer.headers["content-type"] == media
    assert "content-encoding" not in answer.headers, "it is packed already"
    assert answer.content.startswith(begin)


def test_every_report_and_every_list_of_customers_has_a_file() -> None:
    """Whatever says how it is computed is a report."""
    types: Any = schema._schema.type_map  # pyright: ignore
    reports = {n for n, t in types.items() if {"howComputed", "freshness"} <= getattr(t, "fields", {}).keys()}

    assert len(reports) >= 9
    for name in {*reports, "CustomerConnection"}:
        field = types[name].fields["exportUrl"]
        assert str(field.type) == "String!"
        assert str(field.args["format"].type) == "ExportFormat!"


@pytest.mark.parametrize("format", ExportFormat)
@pytest.mark.parametrize("field", sorted({case.field for case in CASES}))
def test_every_report_comes_in_every_format(files: Files, field: str, format: ExportFormat) -> None:
    begin = {"CSV": b"", "XLSX": b"PK", "PDF": b"%PDF-", "PARQUET": b"PAR1"}[format]

    answer = files.get(files.link(field, format))

    assert answer.status_code == 200
    assert answer.content.startswith(begin)
    assert len(answer.content) > len(begin)


def mutations(link: str) -> Iterator[str]:
    """Every letter of the file's name and every third of the token made another, left out, and doubled."""
    begin = len("/exports/")
    mark = link.index("?token=")
    places = [*range(begin, mark), *range(mark + 7, len(link), 3), *range(len(link) - 6, len(link))]
    for place in places:
        other = LETTERS[(LETTERS.index(link[place]) + 1) % len(LETTERS)] if link[place] in LETTERS else "x"
        yield link[:place] + other + link[place + 1 :]
        yield link[:place] + link[place + 1 :]
        yield link[:place] + link[place] + link[place:]


def test_no_mutation_of_a_link_opens_anything(files: Files) -> None:
    link = files.link(FIELD)
    opened = [mutated for mutated in mutations(link) if files.get(mutated).status_code not in (403, 404)]

    assert opened == []


def test_every_other_last_letter_is_refused(files: Files) -> None:
    """The last letter of a signature has bits that say nothing."""
    link = files.link(FIELD)

    assert [x for x in string.ascii_letters + string.digits + "-_" if files.get(link[:-1] + x).status_code == 200] == [
        link[-1]
    ]


@pytest.mark.parametrize("more", ["&x=1", "&token=x", "#", "%20", "="])
def test_nothing_can_be_added(files: Files, more: str) -> None:
    link = files.link(FIELD)

    assert files.get(f"{link}{more}").status_code == (200 if more == "#" else 403)


@pytest.mark.parametrize("link", ["/exports/a.csv", "/exports/a.csv?token=", "/exports/a.csv?token=a.b.c"])
def test_without_a_token_there_is_nothing(files: Files, link: str) -> None:
    assert "was changed" in refusal(files.get(link))


def test_a_token_of_the_api_is_no_link(files: Files) -> None:
    assert "revoked" in refusal(files.get(f"/exports/a.csv?token={files.token}"))


def test_a_link_is_no_token_of_the_api(files: Files) -> None:
    _, _, token = files.link(FIELD).partition("token=")

    answer = files.client.post("/graphql", json={"query": "{__typename}"}, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


def test_unsigned_claims_are_refused(files: Files) -> None:
    _, _, token = files.link(FIELD).partition("token=")
    claims = jwt.decode(token, options={"verify_signature": False})
    kid = jwt.get_unverified_header(token)["kid"]
    for key, algorithm in (("", "none"), ("x" * 40, "HS256")):
        made = jwt.encode(claims | {"pii": True}, key, algorithm, headers={"kid": kid})
        assert "was changed" in refusal(files.get(f"/exports/{claims['file']}?token={made}"))


def signed(claims: dict[str, Any], secret: str = SECRET) -> str:
    """A link with these claims, signed as the server signs."""
    from hashlib import sha256  # noqa: PLC0415

    key = derived(secret)
    token = jwt.encode(claims, key, "HS256", headers={"kid": sha256(key).hexdigest()[:8]})
    return f"/exports/{claims['file']}?token={token}"


def claims_of(link: str) -> dict[str, Any]:
    return jwt.decode(link.partition("token=")[2], options={"verify_signature": False})


def test_a_link_expires_after_ten_minutes(files: Files) -> None:
    claims = claims_of(files.link(FIELD))
    now = datetime.now(UTC).timestamp()

    assert files.get(signed(claims | {"iat": now - 590})).status_code == 200
    assert "expired at" in refusal(files.get(signed(claims | {"iat": now - 601})))
    assert "was changed" in refusal(files.get(signed(claims | {"iat": now + 60}))), "none is made in the future"


def test_a_link_tells_no_key(files: Files) -> None:
    assert claims_of(files.link(FIELD))["business"].startswith("Business_")


def test_a_link_with_another_key_is_revoked(files: Files) -> None:
    assert "revoked" in refusal(files.get(signed(claims_of(files.link(FIELD)), OTHER)))


def test_a_link_of_another_version_is_refused(files: Files) -> None:
    claims = claims_of(files.link(FIELD))

    for change in ({"report": "gone"}, {"asked": {"period": 7}}, {"role": "KING"}, {"format": "DOC"}, {"business": 1}):
        assert "revoked" in refusal(files.get(signed(claims | change)))


def test_a_link_of_a_business_that_is_gone_or_elsewhere(files: Files) -> None:
    claims = claims_of(files.link(FIELD))

    assert "does not exist here" in refusal(files.get(signed(claims | {"business": global_id("Business", 999)})))
    assert "another installation" in refusal(files.get(signed(claims | {"epoch": "other"})))


async def test_after_a_restore_links_of_before_are_refused(own: Served, sqlite_database: Database) -> None:
    link = own.files.link(FIELD)
    async with sqlite_database.transaction() as connection:
        await connection.execute(table(Installation).update().values(epoch="restored"))

    assert "a backup was restored" in refusal(own.files.get(link))


async def test_a_bearer_of_another_business_is_refused(own: Served, sqlite_database: Database) -> None:
    files = own.files
    other = await open_shop(sqlite_database, "Other Shop", currency="EUR", timezone="Europe/Paris")
    link = files.link(FIELD)

    same = files.get(link, authorization=f"Bearer {files.token}")
    foreign = files.get(link, authorization=f"Bearer {token_of(own.settings, other)}")
    nobody = files.get(link, authorization="Bearer x")

    assert same.status_code == 200
    assert "another business" in refusal(foreign)
    assert nobody.status_code == 401


def test_a_link_has_the_rights_of_who_asked(files: Files, export_settings: Settings, hostile_shop: Shop) -> None:
    """A viewer without the pii claim gets no contacts, whoever opens the link."""
    viewer = Viewer("vic", Role.VIEWER, hostile_shop.id)
    token = token_for(viewer, export_settings, datetime.now(UTC), timedelta(hours=1))
    with_pii = token_for(replace(viewer, pii=True), export_settings, datetime.now(UTC), timedelta(hours=1))

    def header(of: str) -> str:
        data = files.ask("{ customers { exportUrl(format: CSV) } }", of)
        return files.get(data["customers"]["exportUrl"]).text.splitlines()[0]

    assert not {"email", "phone", "city", "birthDate", "line1"} & set(header(token).split(","))
    assert {"email", "phone", "city", "birthDate", "line1"} <= set(header(with_pii).split(","))


def test_a_customer_exports_its_own_patterns_and_nothing_else(
    files: Files, export_settings: Settings, hostile_shop: Shop
) -> None:
    own = Viewer("ann", Role.CUSTOMER, hostile_shop.id, hostile_shop.id_of("ANN"))
    token = token_for(own, export_settings, datetime.now(UTC), timedelta(hours=1))
    data = files.ask("{ viewer { customer { patterns { exportUrl(format: CSV) } } } }", token)
    link = data["viewer"]["customer"]["patterns"]["exportUrl"]

    assert files.get(link).status_code == 200
    claims = claims_of(link)
    other = claims["asked"] | {"customer": None}
    assert files.get(signed(claims | {"asked": other})).status_code == 200, "only the server signs such a link"


def test_a_link_is_not_written_to_the_log(files: Files, caplog: pytest.LogCaptureFixture) -> None:
    link = files.link(FIELD)
    files.get(link)
    files.get(link + "x")

    token = link.partition("token=")[2]
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]  # that is the test's client
    told = [str(record.msg) for record in ours]
    assert any("'event': 'export'" in line for line in told)
    assert [line for line in told if token in line or token[-20:] in line] == []


def test_links_are_opened_by_get_alone(files: Files) -> None:
    link = files.link(FIELD)

    assert files.client.post(link).status_code == 405
    assert files.client.head(link).status_code == 405


def test_what_cannot_be_exported_is_said_where_the_link_is_asked_for(files: Files) -> None:
    def message(arguments: str) -> str:
        headers = {"Authorization": f"Bearer {files.token}"}
        query = f"{{ {FIELD} {{ exportUrl({arguments}) }} }}"
        return files.client.post("/graphql", json={"query": query}, headers=headers).json()["errors"][0]["message"]

    assert message('format: CSV, part: "x"') == (
        'acquisition has no part "x": its parts are bySource, byCampaign, summary'
    )
    assert "XLSX has all parts" in message('format: XLSX, part: "summary"')


# ---------------------------------------------------------------- keys


def client_of(settings: Settings) -> TestClient:
    local: Any = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}
    return TestClient(create_app(settings), raise_server_exceptions=False, **local)


def with_keys(settings: Settings, *keys: str) -> Settings:
    return load_settings(database_url=settings.store, secret_key=SECRET, link_keys=",".join(keys))


def test_keys_rotate(export_settings: Settings, hostile_shop: Shop) -> None:
    first, second = OTHER, OTHER[::-1]
    token = token_of(export_settings, hostile_shop)
    with client_of(with_keys(export_settings, first)) as client:
        link = Files(client, token).link(FIELD)
        assert client.get(link).status_code == 200
    with client_of(with_keys(export_settings, second, first)) as client:
        assert client.get(link).status_code == 200, "an earlier key still opens its links"
        newer = Files(client, token).link(FIELD)
    with client_of(with_keys(export_settings, second)) as client:
        assert "revoked" in refusal(client.get(link))
        assert client.get(newer).status_code == 200


def test_the_key_of_links_is_not_the_secret_of_tokens() -> None:
    assert derived(SECRET) != SECRET.encode()
    assert derived(SECRET) == derived(SECRET)
    assert derived(SECRET) != derived(OTHER)


def test_weak_keys_are_refused() -> None:
    with pytest.raises(SettingsError, match="LINK_KEYS has a key that has 5 characters"):
        load_settings(database_url="sqlite:///x.db", secret_key=SECRET, link_keys=f"{OTHER},short")


def test_without_any_secret_links_are_of_one_process() -> None:
    provider = {"jwks_url": "https://login.example/keys", "jwt_issuer": "https://login.example", "jwt_audience": "us"}
    settings = load_settings(database_url="sqlite:///x.db", **provider)

    assert settings.link_secrets() == []


def test_a_list_has_the_columns_that_are_asked_for(files: Files) -> None:
    """In the order asked for, each once; a wrong one is told with those there are."""
    everything = files.csv("customers(orderBy: NAME)")
    rows = files.csv("customers(orderBy: NAME)", columns='["tags", "number", "orders", "tags"]')
    assert [list(row) for row in rows] == [["tags", "number", "orders"]] * len(everything)
    assert rows == [{name: row[name] for name in ("tags", "number", "orders")} for row in everything]
    for wrong, message in (
        ('["number", "shoeSize"]', 'there is no column "shoeSize": there are number, name, revenue, orders, average'),
        ("[]", "`columns` is empty: leave it out for all of them"),
    ):
        query = f"{{ customers {{ exportUrl(format: CSV, columns: {wrong}) }} }}"
        headers = {"Authorization": f"Bearer {files.token}"}
        (error,) = files.client.post("/graphql", json={"query": query}, headers=headers).json()["errors"]
        assert error["message"].startswith(message)


def test_the_columns_that_are_named_are_those_of_the_file(files: Files) -> None:
    assert set(files.csv("customers")[0]) == set(customer_columns(True))
    found = files.ask("{ receivablesAging { customers { exportUrl(format: CSV) } } }")
    names = files.get(found["receivablesAging"]["customers"]["exportUrl"]).text.splitlines()[0]
    assert set(names.split(",")) == set(customer_columns(True))
