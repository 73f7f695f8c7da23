"""A GraphQL request as it comes by HTTP: what was asked, and in which form the answer is wanted."""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any, NoReturn, cast
from urllib.parse import unquote_to_bytes

import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request

from server.addresses import address_group
from server.http.errors import BadRequest

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"

LARGEST_BODY = 1024 * 1024
SLOWEST_BODY_SECONDS = 10.0
LONGEST_NUMBER = 400  # a double in full has up to 309 digits
LONGEST_SHOWN = 40


@dataclass(frozen=True)
class RequestedOperation:
    """One operation to run: a document's text, its hash, or both."""

    query: str | None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None
    document_hash: str | None = None
    address: str = ""  # from where it is asked, as those are counted that are one holder's


async def asked_by(request: Request, body_seconds: float = SLOWEST_BODY_SECONDS) -> RequestedOperation:
    """What a request asks; BadRequest says what is wrong with it."""
    if request.method == "POST":
        _check_content_type(request.headers)
        given = _json(await _body(request, body_seconds), "the body")
    else:
        given = _parameters(request.query_params, request.scope.get("query_string", b""))
    return replace(asked_in(given), address=address_group(request.client.host) if request.client else "")


def wanted_form(headers: Headers, offered: tuple[str, ...]) -> str | None:
    """The best of the offered media types for an Accept header; equally good ones in the order of the header."""
    ranges = [_range(item) for item in (headers.get("accept", "").strip() or "*/*").split(",")]
    best: tuple[float, int] | None = None
    form = None
    for offer in offered:
        # The most specific range that covers a type decides about it.
        covering = [
            (specificity, quality, -position)
            for position, (media, quality) in enumerate(ranges)
            if (specificity := _specificity(media, offer))
        ]
        if covering:
            _, quality, position = max(covering)
            if quality > 0 and (best is None or (quality, position) > best):
                best, form = (quality, position), offer
    return form


def _range(item: str) -> tuple[str, float]:
    media, *parameters = (part.strip().lower() for part in item.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return media, float(value)
            except ValueError:
                return media, 0.0
    return media, 1.0


def _specificity(media: str, offer: str) -> int:
    return {offer: 3, f"{offer.partition('/')[0]}/*": 2, "*/*": 1}.get(media, 0)


def _check_content_type(headers: Headers) -> None:
    """Only JSON, which no form of another site can send without being asked for leave first."""
    media, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    if media != JSON:
        raise BadRequest(f"the body must be JSON, sent with Content-Type: {JSON}", status=415)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8"}:
            raise BadRequest("the body must be encoded in UTF-8", status=415)


async def _body(request: Request, seconds: float) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise BadRequest(f"the body is larger than {LARGEST_BODY:,} bytes", status=413)
    except TimeoutError:
        raise BadRequest(f"the body did not arrive within {seconds:g} seconds", status=408) from None
    except ClientDisconnect:
        raise BadRequest("the body did not arrive", status=400) from None
    return bytes(body)


def _parameters(given: QueryParams, raw: bytes) -> dict[str, Any]:
    _check_utf8(unquote_to_bytes(raw), "the query string")
    parameters: dict[str, Any] = {}
    for name, value in given.multi_items():
        if name in parameters:
            raise BadRequest(f"the parameter {name[:LONGEST_SHOWN]} is given twice")
        parameters[name] = value
    parameters = {name: value for name, value in parameters.items() if value != ""}
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _json(parameters[name].encode(), f"the parameter {name}")
    return parameters


def _check_utf8(text: bytes, what: str) -> None:
    try:
        text.decode()
    except UnicodeDecodeError:
        raise BadRequest(f"{what} is not encoded in UTF-8") from None


def _json(text: bytes, what: str) -> Any:
    """The value of a JSON text as all readers understand it: a name that comes twice would be read in two ways."""
    try:
        orjson.loads(text)  # strict where the standard library is not: NaN, lone surrogates, UTF-8
        return STRICT.decode(text.decode())
    except (ValueError, RecursionError) as error:
        reason = "it nests too deeply" if isinstance(error, RecursionError) else error
        raise BadRequest(f"{what} is not JSON: {reason}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    parts = dict(pairs)
    if len(parts) < len(pairs):
        raise ValueError("an object has the same name twice")
    return parts


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number has more than {LONGEST_NUMBER} digits")
    return int(digits)


STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number, parse_int=_whole)


def asked_in(given: Any) -> RequestedOperation:
    """What a body or a message asks; BadRequest says what is wrong with it."""
    if isinstance(given, list):
        raise BadRequest("batches are not taken: send one operation a request")
    if not isinstance(given, dict):
        raise BadRequest('the body must be a JSON object like {"query": "{ viewer { role } }"}')
    fields = cast(dict[str, Any], given)
    asked = RequestedOperation(
        query=_of_type(fields.get("query"), str, "query must be a text") or None,
        variables=_of_type(fields.get("variables"), dict, "variables must be an object"),
        operation_name=_of_type(fields.get("operationName"), str, "operationName must be a text") or None,
        extensions=_of_type(fields.get("extensions"), dict, "extensions must be an object"),
        document_hash=_document_hash(fields),
    )
    if asked.query is None and asked.document_hash is None:
        raise BadRequest("query is missing: the text of a GraphQL document")
    return asked


def _document_hash(fields: dict[str, Any]) -> str | None:
    """The SHA-256 by which a document is named: `documentId`, or as Apollo's clients send it."""
    id_ = _of_type(fields.get("documentId"), str, "documentId must be a text")
    extensions = fields.get("extensions")
    persisted = cast(dict[str, Any], extensions).get("persistedQuery") if isinstance(extensions, dict) else None
    if persisted is None:
        return id_ or None
    named = cast(dict[str, Any], persisted) if isinstance(persisted, dict) else {}
    if named.get("version") != 1 or not isinstance(named.get("sha256Hash"), str):
        raise BadRequest('extensions.persistedQuery must be like {"version": 1, "sha256Hash": "…"}')
    if id_ and id_.removeprefix("sha256:") != named["sha256Hash"].removeprefix("sha256:"):
        raise BadRequest("documentId and extensions.persistedQuery name different documents")
    return named["sha256Hash"]


def _of_type(value: Any, kind: type, complaint: str) -> Any:
    if value is not None and not isinstance(value, kind):
        raise BadRequest(complaint)
    return value
