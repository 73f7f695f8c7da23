"""Trusted documents: known by their hash, and whether anything else is answered."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schema.document.prepared import AsPrepared, Preparing
from server.commands import serving
from server.commands.command_line import cli
from server.http.documents import Documents, ManifestError, hash_of, read_manifest
from server.settings import Settings, SettingsError, load_settings
from tests.server.conftest import SECRET, caller, tiny_schema, token_of
from tests.server.test_graphql import code

GRAPHQL = "application/graphql-response+json"
ROLE = "query Role { role }"
PRINTED = "query Role {\n  role\n}"
DAY = "query Day($d: Date!) { day(of: $d) }"
WRITE = "mutation Write { write }"
Asking = Callable[..., Any]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest of three documents."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({f"sha256:{hash_of(text)}": text for text in (ROLE, DAY, WRITE)}))
    return path


def asking(settings: Settings, shop: Any, **changes: Any) -> Any:
    return caller(
        settings.model_copy(update=changes),
        headers={
            "Authorization": f"Bearer {token_of(settings, shop)}",
            "Accept": GRAPHQL,
        },
    )


def persisted(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}}


def test_a_known_document_is_asked_for_by_its_hash(settings: Settings, shop: Any, manifest: Path) -> None:
    with asking(settings, shop, documents=manifest) as client:
        for given in (
            persisted(ROLE),
            {"documentId": f"sha256:{hash_of(ROLE)}"},
            {"documentId": hash_of(ROLE)},
            {"documentId": hash_of(ROLE).upper()},
            {"query": None, "documentId": hash_of(ROLE), **persisted(ROLE)},
            {"query": ROLE, **persisted(ROLE)},
        ):
            assert client.post("/graphql", json=given).json()["data"] == {"role": f"MANAGER of {shop.id}"}, given


def test_and_by_get(settings: Settings, shop: Any, manifest: Path) -> None:
    with asking(settings, shop, documents=manifest, only_documents=True) as client:
        variables = '{"d": "2026-01-31"}'
        for given in (
            {"documentId": f"sha256:{hash_of(DAY)}", "variables": variables},
            {"extensions": json.dumps(persisted(DAY)["extensions"]), "variables": variables},
        ):
            assert client.get("/graphql", params=given).json()["data"] == {"day": "2026-01-31"}

        assert client.get("/graphql", params={"documentId": hash_of(WRITE)}).status_code == 405


def test_an_unknown_document_is_told_apart(settings: Settings, shop: Any, manifest: Path) -> None:
    with asking(settings, shop, documents=manifest) as client:
        for given in (persisted("{ business }"), {"documentId": hash_of("{ business }")}, {"documentId": "x-my-own"}):
            response = client.post("/graphql", json=given)
            assert response.status_code == 400
            assert code(response) == "DOCUMENT_UNKNOWN"
            assert "takes no new ones" in response.text


def test_documents_of_clients_are_not_registered(settings: Settings, shop: Any, manifest: Path) -> None:
    mine = "query Mine { business }"
    with asking(settings, shop, documents=manifest) as client:
        assert client.post("/graphql", json={"query": mine, **persisted(mine)}).json()["data"]
        assert code(client.post("/graphql", json=persisted(mine))) == "DOCUMENT_UNKNOWN"


def test_without_a_manifest_none_is_known(settings: Settings, shop: Any) -> None:
    with asking(settings, shop) as client:
        assert code(client.post("/graphql", json=persisted(ROLE))) == "DOCUMENT_UNKNOWN"


def test_text_is_answered_too_unless_told_otherwise(settings: Settings, shop: Any, manifest: Path) -> None:
    with asking(settings, shop, documents=manifest) as client:
        assert client.post("/graphql", json={"query": "{ business }"}).json()["data"]
    with asking(settings, shop, documents=manifest, only_documents=True) as client:
        response = client.post("/graphql", json={"query": "{ business }"})
        assert code(response) == "DOCUMENT_UNKNOWN"
        assert "known documents only" in response.text
        assert client.post("/graphql", json=persisted(ROLE)).json()["data"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"query": ROLE, **persisted(DAY)}, "not the SHA-256"),
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": hash_of(ROLE)}}}, "must be like"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "must be like"),
        ({"extensions": {"persistedQuery": "x"}}, "must be like"),
        ({"documentId": 7}, "documentId must be a text"),
        ({"documentId": hash_of(ROLE), **persisted(DAY)}, "name different documents"),
        ({"extensions": {}}, "query is missing"),
    ],
)
def test_what_is_wrong_with_a_hash_is_said(
    settings: Settings, shop: Any, manifest: Path, given: dict[str, Any], message: str
) -> None:
    with asking(settings, shop, documents=manifest) as client:
        response = client.post("/graphql", json=given)

    assert response.status_code == 400
    assert code(response) == "BAD_USER_INPUT"
    assert message in response.text


@pytest.mark.parametrize(
    "content",
    [
        {hash_of(ROLE): ROLE},
        {f"sha256:{hash_of(ROLE)}": ROLE},
        {f"sha256:{hash_of(ROLE)}": f"\n{ROLE}\n"},
        {f"sha256:{hash_of(PRINTED)}": ROLE},
        {
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [{"id": hash_of(ROLE), "name": "Role", "type": "query", "body": ROLE}],
        },
    ],
    ids=["plain", "gql.tada", "trimmed", "printed", "apollo"],
)
def test_manifests_as_tools_write_them(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(content))
    trusted = read_manifest(path)

    assert len(trusted) == 1
    (hash_,) = content if "operations" not in content else [hash_of(ROLE)]
    assert trusted.text(hash_).strip() == ROLE


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps({hash_of(DAY): ROLE}), "is not the SHA-256 of its document"),
        (json.dumps({"Role": ROLE}), "is not the SHA-256 of its document"),
        (json.dumps({hash_of("x"): "{ "}), "cannot be read"),
        (json.dumps([ROLE]), "is no manifest"),
        (json.dumps({"a": 1}), "is not a text"),
        (json.dumps({"operations": [7]}), "is not a text"),
        ("{", "cannot be read as a manifest"),
        ("\udcff", "cannot be read as a manifest"),
    ],
)
def test_a_manifest_that_cannot_be_trusted_ends_the_start(
    tmp_path: Path, content: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ManifestError, match=message):
        read_manifest(path)
    monkeypatch.setattr(serving.uvicorn, "run", lambda *_, **__: pytest.fail("it started"))

    ended = CliRunner().invoke(cli, ["serve", "--documents", str(path)])

    assert ended.exit_code == 1
    assert ended.stderr.startswith("Error: ")
    assert message in ended.stderr


def test_options_of_serve_reach_the_processes(manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCUMENTS", "ONLY_DOCUMENTS"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/shop.db")
    monkeypatch.setenv("SECRET_KEY", SECRET)
    seen: list[Settings] = []
    monkeypatch.setattr(serving.uvicorn, "run", lambda *_, **__: seen.append(load_settings()))

    ended = CliRunner().invoke(cli, ["serve", "--port", "18999", "--documents", str(manifest), "--only-documents"])

    assert ended.exit_code == 0, ended.output
    assert [(settings.documents, settings.only_documents) for settings in seen] == [(manifest, True)]


def test_only_documents_needs_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONLY_DOCUMENTS", "on")
    with pytest.raises(SettingsError, match="ONLY_DOCUMENTS needs DOCUMENTS"):
        load_settings()


def test_a_text_is_prepared_once_and_the_latest_are_kept_within_a_budget() -> None:
    documents = Documents(tiny_schema, Preparing(), kept_bytes=100_000)
    first = documents.prepared(ROLE)

    assert documents.prepared(ROLE) is first
    for i in range(100):
        documents.prepared(f"query Q{i} {{ role }}")
    assert documents.prepared(ROLE) is not first
    assert documents.kept_bytes <= 100_000
    large = "{ role } #" + "x" * 50_000
    assert documents.prepared(large) is not documents.prepared(large), "one that large is not kept"


def test_a_prepared_document_is_not_read_again(settings: Settings, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(settings, shop) as client:
        assert client.post("/graphql", json={"query": ROLE}).json()["data"]
        monkeypatch.setattr("strawberry.schema.schema.parse", lambda *_, **__: pytest.fail("parsed again"))
        monkeypatch.setattr("strawberry.schema.schema.validate", lambda *_, **__: pytest.fail("validated again"))
        monkeypatch.setattr("schema.document.prepared.parse", lambda *_, **__: pytest.fail("parsed again"))
        assert client.post("/graphql", json={"query": ROLE}).json()["data"]
    assert AsPrepared in tiny_schema.extensions


def test_a_trusted_document_that_is_not_valid_is_told_at_start(
    settings: Settings, shop: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps({hash_of("{ gone }"): "{ gone }"}))
    with asking(settings, shop, documents=path):
        assert "a trusted document is not valid" in capsys.readouterr().err
