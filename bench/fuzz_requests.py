"""Sends documents, variables and tokens that somebody made up, and complains of what a client must never see.

    .venv/bin/python -m bench.fuzz_requests            # 2,000 of each kind; FUZZ_EXAMPLES=100 for fewer

A demo shop answers, within this process, which may use so much memory and time; what hangs ends it. Documents need not
be of the language, nor variables of their types. A token is answered only where the server signed it and its claims
are those of a bearer.
"""

import os
import re
import resource
import signal
import sys
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import orjson
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jwt import PyJWS
from starlette.testclient import TestClient

from bench.fuzz import Finding, demo_client
from server.settings import load_settings

EVERY_CHECK: Any = list(HealthCheck)
ROOT = Path(__file__).parents[1]
LONGEST_SECONDS = 20  # of one request: beyond it something hangs
MOST_MEMORY = 8 * 2**30  # of addresses, of which an engine in columns takes more than it uses
MOST_CPU_SECONDS = 1_200

ASKED = """query($ids: [ID!]!, $n: Int, $after: String, $filter: CustomerFilter, $by: CustomerBy!,
  $order: CustomerOrder!, $day: Date, $period: DateRange) {
  nodes(ids: $ids) { id } customer(by: $by) { number }
  customers(first: $n, after: $after, filter: $filter, orderBy: $order, asOf: $day) { nodes { id } }
  purchasePatterns(period: $period) { summary { revenue } } }"""
EXAMPLES = [
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "server" / "http" / "examples").glob("*.graphql"))
]
SHORT = (
    "{ viewer { role customer { name } business { name } } }",
    "{ customers(first: 2) { nodes { id name sales(first: 1) { nodes { total } } } pageInfo { endCursor } } }",
    "{ __schema { types { name fields { name } } } }",
)
NAMES = (
    "id",
    "ids",
    "n",
    "after",
    "filter",
    "by",
    "order",
    "day",
    "period",
    "number",
    "email",
    "search",
    "start",
    "end",
)
SPOKEN = """{ } ( ) [ ] : ! $ @ = | & ... " ' # , query mutation subscription fragment on { } { } first:1 ...F
    viewer customer customers nodes id name sales edges node __schema __typename __type types fields $x: Int
    null true false 0 -1 1e999 9223372036854775808 @skip(if:true) @include(if:$x) é 💥"""
WORDS = (*SPOKEN.split(), '"""', '"\\u0000"', "\ufeff", "\u2028", "\\ud800", "\n")

texts = st.text(max_size=200) | st.sampled_from(["9" * 5_000, "\0", "a" * 20_000, "́" * 2_000, "Customer_" + "0" * 32])
numbers = st.integers() | st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from([10**400, -(2**63), 2**63])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(NAMES) | texts, inner, max_size=6),
    max_leaves=20,
)
made_up = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=80).map(" ".join) | texts
edits = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(WORDS) | st.text(max_size=8)), max_size=4)


def _edited(document: str, changes: list[tuple[int, str]]) -> str:
    """A document with some of its words replaced."""
    words = re.findall(r"\w+|\S", document)
    for place, word in changes:
        words[place % len(words)] = word
    return " ".join(words)


def altered(right: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """What is right, with some of it replaced by what is made up."""
    return st.dictionaries(st.sampled_from([*right]), values, max_size=2).map(lambda change: right | change)


documents = made_up | st.builds(_edited, st.sampled_from([*SHORT, ASKED, *EXAMPLES]), edits)
VARIABLES: dict[str, Any] = {
    "ids": [],
    "n": 2,
    "after": None,
    "filter": {"search": "a"},
    "by": {"number": "1"},
    "order": "NEWEST",
    "day": "2026-01-01",
    "period": {"start": "2025-01-01"},
}
BEARER = {"sub": "fuzz", "role": "ADMIN", "business": 1, "exp": 4_000_000_000, "customer": 1, "pii": True}
claims = altered(BEARER) | st.sampled_from(
    [BEARER | change for change in ({"role": "ſtaff"}, {"business": "9" * 5_000}, {"exp": 10**400}, {"customer": True})]
)
headers = st.fixed_dictionaries({}, optional=dict.fromkeys(("alg", "kid", "typ", "jwk", "crit", "x5u"), values))


class Requests:
    """Sends each kind, and counts what came of it."""

    def __init__(self, client: TestClient, secret: str) -> None:
        self._client = client
        self._secret = secret
        self.told: Counter[str] = Counter()

    def document(self, text: str) -> None:
        """A document, as the text of a query."""
        self._told("document", {"query": text})

    def body(self, value: Any) -> None:
        """A body that is JSON, whatever it says."""
        self._told("body", value)

    def variables(self, given_values: Any) -> None:
        """The variables of a document that wants several types."""
        self._told("variables", {"query": ASKED, "variables": given_values})

    def token(self, text: str) -> None:
        """A token that nobody signed."""
        self._refused(text)

    def forged(self, parts: tuple[Any, Any, bytes]) -> None:
        """A token that is one by its form, under another signature."""
        header, content, signature = parts
        self._refused(".".join(_part(part) for part in (_json(header), _json(content), signature)))

    def signed(self, content: dict[str, Any]) -> None:
        """Claims that the server might have signed: a bearer's, or refused in words."""
        status, codes = self._answer({"query": "{ viewer { role } }"}, _bearer(_signed(content, self._secret)))
        self.told.update(codes or ["signed, answered"])
        if not codes and content["role"] not in ("ADMIN", "CUSTOMER"):
            raise Finding(f"{status} to the claims {content!r:.2000}")

    def _told(self, kind: str, body: Any) -> None:
        _, codes = self._answer(body, {})
        self.told.update(codes or [f"{kind}, answered"])

    def _refused(self, token: str) -> None:
        status, codes = self._answer({"query": "{ viewer { role } }"}, _bearer(token))
        self.told.update(codes)
        if status != 401 or codes != {"UNAUTHENTICATED"}:
            raise Finding(f"{status} {codes} to the token {token!r:.2000}")

    def _answer(self, body: Any, more: dict[Any, Any]) -> tuple[int, set[str]]:
        with _in_time(f"{body!r:.2000} {more!r:.2000}"):
            answer = self._client.post("/graphql", content=_json(body), headers={**JSON, **more})
        if answer.status_code >= 500:
            raise Finding(f"{answer.status_code} {answer.text[:1_000]}\nto: {body!r:.2000} {more!r:.2000}")
        codes = {error["extensions"]["code"] for error in answer.json().get("errors", [])}
        if "INTERNAL" in codes:
            raise Finding(f"{answer.text[:1_000]}\nto: {body!r:.2000}")
        return answer.status_code, codes


JSON = {"Content-Type": "application/json"}


def fuzz_requests(client: TestClient, secret: str, examples: int) -> Counter[str]:
    """So many of each kind, and how many answers had which codes; Finding tells of one that must not be."""
    requests = Requests(client, secret)
    parts = st.tuples(headers, claims, st.binary(max_size=40))
    for send, sent in (
        (requests.document, documents),
        (requests.body, values),
        (requests.variables, altered(VARIABLES) | values),
        (requests.token, texts),
        (requests.forged, parts),
        (requests.signed, claims),
    ):
        _send_many(send, sent, examples)
    return requests.told


def _send_many(send: Callable[[Any], None], each: st.SearchStrategy[Any], examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=EVERY_CHECK,
    )
    @given(each)
    def sent(value: Any) -> None:
        send(value)

    sent()


@contextmanager
def _in_time(what: str) -> Generator[None]:
    def late(*_signal: Any) -> None:
        raise Finding(f"no answer within {LONGEST_SECONDS} seconds to: {what}")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):  # half a character, or a number that orjson has no room for
        import json  # noqa: PLC0415

        return json.dumps(value).encode(errors="surrogatepass")


def _part(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _signed(content: Any, secret: str) -> str:
    return PyJWS().encode(_json(content), secret, "HS256")


def _bearer(token: str) -> dict[Any, Any]:
    return {b"Authorization": f"Bearer {token}".encode(errors="surrogatepass")}


def main() -> int:
    """Send them all under limits of time and memory, and print what was answered."""
    examples = int(os.environ.get("FUZZ_EXAMPLES", "2000"))  # noqa: TID251
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    began = datetime.now(UTC)
    with TemporaryDirectory() as folder, demo_client(Path(folder)) as client:
        secret = load_settings(log_level="error").secret()
        assert secret is not None
        try:
            told = fuzz_requests(client, secret, examples)
        except Finding as finding:
            print(f"FOUND: {finding}")
            return 1
    seconds = (datetime.now(UTC) - began).total_seconds()
    print(f"{sum(told.values()):,} answers in {seconds:.0f} s:", ", ".join(f"{n:,} {c}" for c, n in told.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
