"""A GraphQL request as it comes by HTTP: what was asked, and in which form the answer is wanted."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request

from server.errors import BadRequest

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"

LARGEST_BODY = 1024 * 1024
SLOWEST_BODY_SECONDS = 10


@dataclass(frozen=True)
class Asked:
    """One operation to run."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


async def asked_by(request: Request) -> Asked:
    """What a request asks; BadRequest says what is wrong with it."""
    if request.method == "POST":
        _check_content_type(request.headers)
        return _asked(_json(await _body(request), "the body"))
    return _asked(_parameters(request.query_params))


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


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise BadRequest(f"the body is larger than {LARGEST_BODY:,} bytes", status=413)
    except TimeoutError:
        raise BadRequest(f"the body did not arrive within {SLOWEST_BODY_SECONDS} seconds", status=408) from None
    except ClientDisconnect:
        raise BadRequest("the body did not arrive", status=400) from None
    return bytes(body)


def _parameters(given: QueryParams) -> dict[str, Any]:
    parameters: dict[str, Any] = {name: value for name, value in given.items() if value != ""}
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _json(parameters[name].encode(), f"the parameter {name}")
    return parameters


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"{what} is not JSON: {error}") from None


def _asked(given: Any) -> Asked:
    if isinstance(given, list):
        raise BadRequest("batches are not taken: send one operation a request")
    if not isinstance(given, dict):
        raise BadRequest('the body must be a JSON object like {"query": "{ viewer { role } }"}')
    fields: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType]  JSON has text keys
    query = fields.get("query")
    if query is None or query == "":
        raise BadRequest("query is missing: the text of a GraphQL document")
    return Asked(
        query=_of_type(query, str, "query must be a text"),
        variables=_of_type(fields.get("variables"), dict, "variables must be an object"),
        operation_name=_of_type(fields.get("operationName"), str, "operationName must be a text") or None,
        extensions=_of_type(fields.get("extensions"), dict, "extensions must be an object"),
    )


def _of_type(value: Any, kind: type, complaint: str) -> Any:
    if value is not None and not isinstance(value, kind):
        raise BadRequest(complaint)
    return value
