"""The hostile set: what is sent to hurt, and with what it is refused. Run, it prints the time and memory of each.

    .venv/bin/python -m bench.hostile

The set is shared with tests/server/test_hostile.py, which asserts the refusals and leaves time to this.
"""

import asyncio
import gc
import json
import resource
import tracemalloc
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import quote

from starlette.types import Message

SECRET = "Vt3xk0pQ9s-Zf7LrW1mYcA5uHbD8eJ2gNq6T"
LIMIT_MS = 100
LIMIT_MB = 50
ROUNDS = 5

INVALID = "GRAPHQL_VALIDATION_FAILED"
UNREADABLE = "GRAPHQL_PARSE_FAILED"
BAD = "BAD_USER_INPUT"


@dataclass(frozen=True)
class Attack:
    """A request that must be refused with one of these codes; a GET where it has a query string."""

    body: bytes
    codes: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict[str, str])
    query_string: str | None = None


def _asked(query: str, *codes: str, **parts: Any) -> Attack:
    return Attack(json.dumps({"query": query, **parts}).encode(), codes)


def _chain(levels: int, spreads: str, on: str = "Customer") -> str:
    return (
        "".join(f"fragment F{i} on {on} {{ {spreads.replace('NEXT', f'...F{i + 1}')} }} " for i in range(levels))
        + f"fragment F{levels} on {on} {{ __typename }}"
    )


def _listing(inner: str) -> str:
    return f"{{ customers {{ nodes {{ {inner} }} }} }}"


def _nested(opening: str, closing: str, levels: int, inner: str = "") -> str:
    return opening * levels + inner + closing * levels


IDS = "query ($v: [ID!]!) { nodes(ids: $v) { id } }"
BY = "query ($v: CustomerBy!) { customer(by: $v) { id } }"
FIRST = "query ($v: Int) { customers(first: $v) { nodes { id } } }"
SEARCH = "query ($v: String) { customers(filter: { search: $v }) { nodes { id } } }"
FILTER = "query ($v: CustomerFilter) { customers(filter: $v) { nodes { id } } }"
TAGS = "query ($v: [String!]) { customers(filter: { tags: $v }) { nodes { id } } }"

ATTACKS: dict[str, Attack] = {
    "60 levels that double": _asked(_listing("...F0") + _chain(60, "NEXT NEXT"), INVALID),
    "60 levels that double through fields": _asked(
        _listing("...F0") + _chain(60, "acquisition { referrer { NEXT } } sales { nodes { customer { NEXT } } }"),
        INVALID,
    ),
    "60 levels that double in aliases": _asked(
        _listing("...F0") + _chain(60, "a: acquisition { referrer { NEXT } } b: acquisition { referrer { NEXT } }"),
        INVALID,
    ),
    "unused fragments that double": _asked("{ viewer { role } }" + _chain(60, "NEXT NEXT"), INVALID),
    "10,000 aliases": _asked("{ " + " ".join(f"a{i}: __typename" for i in range(10_000)) + " }", INVALID),
    "1,500 aliases": _asked("{ " + " ".join(f"a{i}: __typename" for i in range(1_500)) + " }", INVALID),
    "1,500 times the same field": _asked("{ viewer { " + "role " * 1_500 + "} }", INVALID),
    "999 times the same field": _asked("{ viewer { " + "role " * 999 + "} }", INVALID),
    "3,000 directives": _asked("{ viewer { role " + "@skip(if: true) " * 3_000 + "} }", INVALID),
    "500 directives": _asked("{ viewer { role " + "@a " * 500 + "} }", INVALID),
    "1,000 operations": _asked("".join(f"query Q{i} {{ viewer {{ role }} }}" for i in range(1_000)), INVALID),
    "900 fragments": _asked(
        "{ viewer { role } }" + "".join(f"fragment F{i} on Viewer {{ role }}" for i in range(900)), INVALID
    ),
    "a chain of 900 fragments": _asked(_listing("...F0") + _chain(900, "NEXT"), INVALID),
    "fragments in a circle": _asked(
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { role ...A }", INVALID
    ),
    "a fragment in itself": _asked("{ viewer { ...A } } fragment A on Viewer { role ...A }", INVALID),
    "a text of 900 KB": _asked(f'{{ node(id: "{"a" * 900_000}") {{ id }} }}', INVALID),
    "a block text of 90 KB": _asked(f'{{ node(id: """{"a" * 90_000}""") {{ id }} }}', BAD),
    "a number of 900 KB": _asked(f"{{ customers(first: {'9' * 900_000}) {{ nodes {{ id }} }} }}", INVALID),
    "a number of 90 KB": _asked(f"{{ customers(first: {'9' * 90_000}) {{ nodes {{ id }} }} }}", INVALID),
    "a fraction of 90 KB": _asked(
        f"{{ customers(filter: {{ totalSpent: {{ min: 0.{'9' * 90_000} }} }}) {{ nodes {{ id }} }} }}", INVALID
    ),
    "a list of 400,000": _asked("{ nodes(ids: [" + "1 " * 400_000 + "]) { id } }", INVALID),
    "a list of 2,000": _asked("{ nodes(ids: [" + "1 " * 2_000 + "]) { id } }", INVALID),
    "a name of 90 KB": _asked("{ " + "a" * 90_000 + " }", INVALID),
    "900 KB of commas": _asked("," * 900_000 + "{ viewer { role } }", INVALID),
    "20,000 comments": _asked("#\n" * 20_000 + "{ viewer { role } }", INVALID),
    "1,000 unknown fields": _asked("{ " + " ".join(f"vieweb{i}" for i in range(1_000)) + " }", INVALID),
    "1,000 unused variables": _asked(
        "query (" + " ".join(f"$v{i}: Int" for i in range(1_000)) + ") { viewer { role } }", INVALID
    ),
    "braces without end": _asked("{" * 20_000, UNREADABLE),
    "5,000 levels of fields": _asked("{ viewer " + _nested("{ a ", "}", 5_000) + "}", INVALID),
    "150 levels of fields": _asked("{ viewer " + _nested("{ a ", "}", 150) + "}", INVALID),
    "5,000 brackets": _asked(f"{{ nodes(ids: {_nested('[', ']', 5_000)}) {{ id }} }}", INVALID),
    "brackets without end": _asked("{ nodes(ids: " + "[" * 20_000, INVALID),
    "objects without end": _asked("{ customer(by: " + "{ a: " * 10_000, INVALID),
    "types without end": _asked("query ($v: " + "[" * 20_000, INVALID),
    "parentheses without end": _asked("{ viewer" + "(" * 20_000, UNREADABLE),
    "inline fragments without end": _asked("{ " + "... { " * 10_000, INVALID),
    "a million points": _asked(
        "{ customers(first: 1000) { nodes { sales(first: 1000) { nodes { items { product } } } } } }", "TOO_COSTLY"
    ),
    "pages in pages": _asked(
        _listing("sales(first: 1000) { nodes { customer { sales(first: 1000) { nodes { id } } } } }"), "TOO_COSTLY"
    ),
    "a huge page": _asked(FIRST, BAD, variables={"v": 2**31 - 1}),
    "a page of a large fraction": _asked(FIRST, BAD, variables={"v": 1e300}),
    "introspection 20 times": _asked(
        "{ "
        + " ".join(f"a{i}: __schema {{ types {{ fields {{ name type {{ name }} }} }} }}" for i in range(20))
        + " }",
        "TOO_COSTLY",
        INVALID,
    ),
    "200 fragments of the same fields": _asked(
        "{ viewer { "
        + " ".join(f"...F{i}" for i in range(199))
        + " } }"
        + "".join(f"fragment F{i} on Viewer {{ a: role b: role c: role d: role }} " for i in range(199)),
        INVALID,
    ),
    "190 fragments of the same 5 fields": _asked(
        "{ viewer { business { "
        + " ".join(f"...F{i}" for i in range(190))
        + " } } }"
        + "".join(f"fragment F{i} on Business {{ id name currency timezone nope }} " for i in range(190)),
        INVALID,
    ),
    "introspection in depth": _asked(
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "TOO_COSTLY",
        INVALID,
    ),
    "introspection of fields by fields": _asked(
        "{ __schema { types { " + " ".join(f"a{i}: fields {{ name args {{ name }} }}" for i in range(45)) + " } } }",
        "TOO_COSTLY",
    ),
    "a deep list in a variable": Attack(
        b'{"query": "%s", "variables": {"v": %s}}' % (IDS.encode(), _nested("[", "]", 900).encode()), (BAD,)
    ),
    "a deeper list in a variable": Attack(
        b'{"query": "%s", "variables": {"v": %s}}' % (IDS.encode(), _nested("[", "]", 100_000).encode()), (BAD,)
    ),
    "a deep object in a variable": Attack(
        b'{"query": "%s", "variables": {"v": %s}}' % (BY.encode(), _nested('{"a":', "}", 900, "1").encode()), (BAD,)
    ),
    "a long list in a variable": _asked(IDS, INVALID, variables={"v": ["1"] * 100_000}),
    "a list of lists in a variable": _asked(IDS, BAD, INVALID, variables={"v": [["1"] * 900] * 100}),
    "10,000 variables nobody asked for": _asked(
        "query ($v: Int!) { customers(first: $v) { nodes { id } } }",
        INVALID,
        variables={f"v{i}": i for i in range(10_000)},
    ),
    "a text of 900 KB in a variable": _asked(
        "query ($v: ID!) { node(id: $v) { id } }", BAD, variables={"v": "a" * 900_000}
    ),
    "a search of 480,000 combining marks": _asked(SEARCH, BAD, variables={"v": "a" + "\u0315\u0300" * 240_000}),
    "a search of 150,000 words": _asked(SEARCH, BAD, variables={"v": " ".join(map(str, range(150_000)))}),
    "a search of 400 combining marks": _asked(SEARCH, BAD, variables={"v": "a" + "\u0315\u0300" * 200}),
    "1,000 tags of 1,000 characters": _asked(TAGS, BAD, variables={"v": ["a" * 1_000] * 1_000}),
    "a tag of 900 KB": _asked(TAGS, BAD, variables={"v": ["a" * 900_000]}),
    "a segment of 900 KB in a filter": _asked(FILTER, BAD, variables={"v": {"rfmSegment": "a" * 900_000}}),
    "a day of 900 KB": _asked(FILTER, BAD, variables={"v": {"joined": {"start": "1" * 900_000}}}),
    "an amount of 900 KB": _asked(FILTER, BAD, variables={"v": {"totalSpent": {"min": "1" * 900_000}}}),
    "an enumeration of 900 KB": _asked(FILTER, BAD, variables={"v": {"churnRisk": "A" * 900_000}}),
    "800 unknown fields of an input": _asked(
        "{ customers(filter: { " + " ".join(f"search{i}: 1" for i in range(800)) + " }) { nodes { id } } }", INVALID
    ),
    "1,000 unknown fields of an input in a variable": _asked(
        FILTER, BAD, variables={"v": {f"acquisitionSourceacquisition{i}": 1 for i in range(1_000)}}
    ),
    "1,500 unknown arguments": _asked(
        "{ customers(" + " ".join(f"orderB{i}: 1" for i in range(1_500)) + ") { nodes { id } } }", INVALID
    ),
    "a number of 1,000 digits": Attack(
        b'{"query": "%s", "variables": {"v": %s}}' % (FIRST.encode(), b"9" * 1_000), (BAD,)
    ),
    "a number of 400 digits": Attack(b'{"query": "%s", "variables": {"v": %s}}' % (FIRST.encode(), b"9" * 400), (BAD,)),
    "an endless number": Attack(b'{"query": "%s", "variables": {"v": 1e999}}' % FIRST.encode(), (BAD,)),
    "not a number": Attack(b'{"query": "%s", "variables": {"v": NaN}}' % FIRST.encode(), (BAD,)),
    "infinity": Attack(b'{"query": "%s", "variables": {"v": -Infinity}}' % FIRST.encode(), (BAD,)),
    "a null character in a variable": _asked(SEARCH, BAD, variables={"v": "a\0b"}),
    "a null character in a text": _asked('{ customers(filter: { search: "a\\u0000b" }) { nodes { id } } }', INVALID),
    "a null character in a document": _asked("{ viewer\0 { role } }", UNREADABLE),
    "half a surrogate in a variable": Attack(
        b'{"query": "%s", "variables": {"v": "\\ud800"}}' % SEARCH.encode(), (BAD,)
    ),
    "half a surrogate in a text": _asked('{ customers(filter: { search: "\\uD800" }) { nodes { id } } }', UNREADABLE),
    "the same name twice": Attack(b'{"query": "{ viewer { role } }", "query": "{ storefronts { id } }"}', (BAD,)),
    "the same variable twice": Attack(b'{"query": "%s", "variables": {"v": 1, "v": 2}}' % FIRST.encode(), (BAD,)),
    "100 operations in a list": Attack(json.dumps([{"query": "{ viewer { role } }"}] * 100).encode(), (BAD,)),
    "bytes that are not UTF-8": Attack(b'{"query": "{ viewer { role } } # \xff\xfe"}', (BAD,)),
    "JSON that is cut off": Attack(b'{"query": "{ viewer', (BAD,)),
    "no JSON": Attack(b"query=%7Bviewer%7Brole%7D%7D", (BAD,)),
    "nothing": Attack(b"", (BAD,)),
    "a bare number": Attack(b"7", (BAD,)),
    "2 MB": Attack(b" " * 2 * 1024 * 1024, (BAD,)),
    "plain text": Attack(b'{"query": "{ viewer { role } }"}', (BAD,), {"content-type": "text/plain"}),
    "a form": Attack(b"query=x", (BAD,), {"content-type": "application/x-www-form-urlencoded"}),
    "another encoding": Attack(
        '{"query": "{ viewer { role } }"}'.encode("utf-16"),
        (BAD,),
        {"content-type": "application/json; charset=utf-16"},
    ),
    "a compressed body": Attack(b"\x1f\x8b" + b"\0" * 100, (BAD,), {"content-encoding": "gzip"}),
    "a GET that is not UTF-8": Attack(b"", (BAD,), query_string="query=%7Bviewer%7Brole%7D%7D%23%ff"),
    "a GET with two documents": Attack(b"", (BAD,), query_string="query=%7Ba%7D&query=%7Bb%7D"),
    "a GET with a null character": Attack(
        b"", (BAD,), query_string=f"query={quote(SEARCH)}&variables=%7B%22v%22%3A%22%5Cu0000%22%7D"
    ),
    "a GET with broken variables": Attack(b"", (BAD,), query_string="query=%7Bviewer%7Brole%7D%7D&variables=%7B"),
}


async def send(app: Any, attack: Attack, token: str) -> tuple[int, dict[str, Any]]:
    """The status and body with which an application refuses an attack."""
    headers = {
        "host": "127.0.0.1",
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "accept": "application/graphql-response+json",
        **attack.headers,
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET" if attack.query_string is not None else "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": (attack.query_string or "").encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": attack.body, "more_body": False}

    async def keep(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, keep)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(body)


async def _main() -> None:
    from models.database import Database  # noqa: PLC0415
    from models.migrate import migrate  # noqa: PLC0415
    from resolvers.businesses import ensure_business  # noqa: PLC0415
    from resolvers.operation.viewer import Role, Viewer  # noqa: PLC0415
    from server.app import create_app  # noqa: PLC0415
    from server.identity.auth import token_for  # noqa: PLC0415
    from server.settings import Settings  # noqa: PLC0415

    now = datetime.now(UTC)
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/store.db"
        database = Database(url)
        await migrate(database)
        shop = await ensure_business(database, "Shop", currency="EUR", timezone="Europe/Paris", now=now)
        await database.close()
        settings = Settings(database_url=url, secret_key=SECRET, log_level="error")  # pyright: ignore[reportArgumentType]
        token = token_for(Viewer("bench", Role.ADMIN, shop.id), settings, now, timedelta(hours=1))
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            await send(app, ATTACKS["a bare number"], token)
            gc.freeze()  # as the server does at its start
            for name, attack in ATTACKS.items():
                await _print(app, name, attack, token)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nthe process held at most {peak:.0f} MB")


async def _print(app: Any, name: str, attack: Attack, token: str) -> None:
    endpoint = app.state.endpoint
    times: list[float] = []
    answer: dict[str, Any] = {}
    for _ in range(ROUNDS):
        endpoint.documents.forget()
        started = perf_counter()
        _, answer = await send(app, attack, token)
        times.append((perf_counter() - started) * 1000)
    endpoint.documents.forget()
    tracemalloc.start()
    await send(app, attack, token)
    peak = tracemalloc.get_traced_memory()[1] / 1024**2
    tracemalloc.stop()
    beyond = " BEYOND" if max(times) > LIMIT_MS or peak > LIMIT_MB else ""
    codes = ", ".join(sorted({error["extensions"]["code"] for error in answer.get("errors", [])})) or "ANSWERED"
    print(f"{name:38} {median(times):7.1f} ms  {max(times):7.1f} at most {peak:6.1f} MB  {codes}{beyond}")


if __name__ == "__main__":
    asyncio.run(_main())
