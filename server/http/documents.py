"""The document of a request, made ready once and kept, or known by its hash; and the operation that is asked for."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import structlog
from cachetools import LRUCache
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, print_ast
from strawberry import Schema

from resolvers.operation.errors import RequestError
from rules.failures import Failure
from schema.document.prepared import Prepared, Preparing
from schema.document.visiting import is_about_public, is_public
from server.http.errors import BadRequest
from server.http.requests import RequestedOperation

log = structlog.get_logger()

KEPT_BYTES = 64 * 1024 * 1024
BYTES_OF_A_DOCUMENT = 8_000
BYTES_PER_CHARACTER = 250  # measured: the parsed form of dense documents, their tokens among it
DOCUMENT_UNKNOWN = "DOCUMENT_UNKNOWN"
SHA256 = "sha256:"
HASH_LENGTH = 64


class ManifestError(Failure):
    """A manifest of trusted documents that cannot be used; the message says what is wrong with it."""


class TrustedDocuments:
    """The documents that clients may ask for by their hash; a manifest that changes meanwhile adds its own.

    Those of before stay: a page that was loaded before a new build asks for them.
    """

    def __init__(self, by_hash: Mapping[str, str], manifest: Path | None = None) -> None:
        self._by_hash = dict(by_hash)
        self._manifest = manifest
        self._edition: int | None = None

    def __len__(self) -> int:
        return len(self._by_hash)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_hash.values())

    def text(self, hash_: str) -> str:
        """The document with this hash; a GraphQLError where none is known."""
        plain = hash_.removeprefix(SHA256).lower()
        if plain not in self._by_hash:
            self._read_again()
        text = self._by_hash.get(plain)
        if text is None:
            raise _unknown(
                "this server does not know the document; it knows those of its manifest, and takes no new ones"
            )
        return text

    def _read_again(self) -> None:
        edition = _edition(self._manifest)
        if self._manifest is None or edition == self._edition:
            return
        self._edition = edition
        try:
            self._by_hash.update(_read(self._manifest))
        except ManifestError as error:
            log.warning("the manifest of trusted documents has changed and cannot be read", problem=str(error))


def _edition(manifest: Path | None) -> int | None:
    """Another number when the file was written again."""
    try:
        return manifest.stat().st_mtime_ns if manifest else None
    except OSError:
        return None


def read_manifest(path: Path) -> TrustedDocuments:
    """The documents of a manifest: {"hash": "document"}, or Apollo's list of operations. ManifestError."""
    return TrustedDocuments(_read(path), path)


def _read(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ManifestError(f"{path} cannot be read as a manifest of documents: {error}") from error
    return {_checked(path, *entry): entry[1] for entry in _entries(path, content)}


def _entries(path: Path, content: Any) -> Iterator[tuple[str, str]]:
    entries: Any = content
    if isinstance(content, dict) and isinstance(cast(Any, content).get("operations"), list):
        operations = cast(dict[str, list[Any]], content)["operations"]
        entries = dict(_apollo_entry(item) for item in operations)
    if not isinstance(entries, dict):
        raise ManifestError(f'{path} is no manifest: it must be an object like {{"<sha256>": "<document>"}}')
    for hash_, text in cast(dict[Any, Any], entries).items():
        if not isinstance(hash_, str) or not isinstance(text, str):
            raise ManifestError(f"{path} is no manifest: the document of {hash_!r} is not a text")
        yield hash_, text


def _apollo_entry(item: Any) -> tuple[Any, Any]:
    parts = cast(dict[str, Any], item) if isinstance(item, dict) else {}
    return parts.get("id"), parts.get("body")


def _checked(path: Path, hash_: str, text: str) -> str:
    plain = hash_.removeprefix(SHA256).lower()
    if plain not in _hashes(path, hash_, text):
        raise ManifestError(f"{path}: {hash_} is not the SHA-256 of its document")
    return plain


def _hashes(path: Path, hash_: str, text: str) -> Iterator[str]:
    """Of the text as it is, and as tools print it before they hash it."""
    yield hash_of(text)
    yield hash_of(text.strip())
    try:
        yield hash_of(print_ast(parse(text)))
    except GraphQLError as error:
        raise ManifestError(f"{path}: the document of {hash_} cannot be read: {error.message}") from error


def hash_of(text: str) -> str:
    """The SHA-256 of a document, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def _unknown(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": DOCUMENT_UNKNOWN})


class Documents:
    """The documents of an endpoint: each text is made ready once, the latest used are kept within a budget."""

    def __init__(
        self,
        schema: Schema,
        preparing: Preparing,
        trusted: TrustedDocuments | None = None,
        only_trusted: bool = False,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self._schema = schema
        self._preparing = preparing
        self._trusted = trusted or TrustedDocuments({})
        self._only_trusted = only_trusted
        self._kept: LRUCache[str, Prepared] = LRUCache(kept_bytes, _weight)

    @property
    def max_cost(self) -> int:
        """What an operation may cost."""
        return self._preparing.max_cost

    @property
    def kept_bytes(self) -> int:
        """About how many bytes are kept."""
        return int(self._kept.currsize)

    def forget(self) -> None:
        """Let go of what is kept."""
        self._kept.clear()

    def check_trusted(self) -> None:
        """Log which trusted documents the schema does not answer: an older client may still hold them."""
        for text in self._trusted:
            for error in self.prepared(text).errors[:1]:
                log.warning("a trusted document is not valid", hash=hash_of(text), problem=error.message)

    def asked(self, asked: RequestedOperation) -> Prepared:
        """The document of a request. BadRequest where it names none, a GraphQLError where it is unknown."""
        hash_ = asked.document_hash
        if self._only_trusted and asked.query is not None:
            raise _unknown("this server answers known documents only: send the hash, without the text of a document")
        if asked.query is None:
            if hash_ is None:
                raise BadRequest("query is missing: the text of a GraphQL document")
            return self.prepared(self._trusted.text(hash_))
        if hash_ is not None and hash_.removeprefix(SHA256).lower() != hash_of(asked.query):
            raise BadRequest("the hash that was sent is not the SHA-256 of the document that was sent with it")
        return self.prepared(asked.query)

    def is_public(self, asked: RequestedOperation) -> bool:
        """Whether what is asked is for everybody: a valid mutation of such fields alone.

        Whatever else it may be, nobody is told without a token.
        """
        if asked.query is not None and not is_about_public(asked.query):
            return False  # without reading it
        try:
            prepared = self.asked(asked)
            if prepared.document is None or prepared.errors:
                return False
            operation = chosen_operation(prepared.document, asked.operation_name)
        except (GraphQLError, RequestError):
            return False
        return is_public(self._schema._schema, prepared.document, operation)  # pyright: ignore[reportPrivateUsage]

    def prepared(self, text: str) -> Prepared:
        """A text made ready."""
        prepared = self._kept.get(text)
        if prepared is None:
            prepared = Prepared(self._schema, text, self._preparing)
            if _weight(prepared) <= self._kept.maxsize:
                self._kept[text] = prepared
        return prepared


def _weight(prepared: Prepared) -> int:
    return BYTES_OF_A_DOCUMENT + BYTES_PER_CHARACTER * len(prepared.text)


def chosen_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation of this name, or the only one; BadRequest says which there are."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if len(named) == 1:
        return named[0]
    names = ", ".join(node.name.value for node in operations if node.name) or "none has a name"
    if not operations:
        raise BadRequest("the document has no operation, only fragments or definitions")
    if name is None:
        raise BadRequest(f"operationName is needed where a document has several operations ({names})")
    raise BadRequest(f'the document has no operation "{name}", its operations: {names}')
