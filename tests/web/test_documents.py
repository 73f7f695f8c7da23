"""The documents of the application after its pages are built anew."""

import json
from pathlib import Path

import pytest
from graphql import GraphQLError

from server.http.documents import TrustedDocuments, hash_of, read_manifest

OLD, NEW = "{ old }", "{ new }"


def write(path: Path, *texts: str) -> None:
    path.write_text(json.dumps({hash_of(text): text for text in texts}))


def test_a_running_server_knows_the_documents_of_a_new_build_and_those_of_before(tmp_path: Path) -> None:
    manifest = tmp_path / "documents.json"
    write(manifest, OLD)
    documents = read_manifest(manifest)
    with pytest.raises(GraphQLError):
        documents.text(hash_of(NEW))

    write(manifest, NEW)

    assert documents.text(hash_of(NEW)) == NEW
    assert documents.text(hash_of(OLD)) == OLD


def test_and_those_of_the_first_build(tmp_path: Path) -> None:
    manifest = tmp_path / "documents.json"
    documents = TrustedDocuments({}, manifest)
    with pytest.raises(GraphQLError):
        documents.text(hash_of(NEW))

    write(manifest, NEW)

    assert documents.text(hash_of(NEW)) == NEW


def test_a_manifest_that_is_just_being_written_changes_nothing(tmp_path: Path) -> None:
    manifest = tmp_path / "documents.json"
    write(manifest, OLD)
    documents = read_manifest(manifest)
    manifest.write_text('{"half": ')
    with pytest.raises(GraphQLError):
        documents.text(hash_of(NEW))
    assert documents.text(hash_of(OLD)) == OLD

    write(manifest, NEW)

    assert documents.text(hash_of(NEW)) == NEW
