"""Asks what schemathesis makes up from the schema, valid and invalid, and complains of what a client must never see.

    .venv/bin/python -m bench.fuzz          # 5 minutes; FUZZ_SECONDS=60 for one

A demo shop answers. Nothing may be INTERNAL, nothing 5xx, nothing that is not JSON.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import schemathesis
from graphql import get_introspection_query
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema, nodes
from starlette.testclient import TestClient

LOCAL = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50_000)}
AT_FIRST = 3  # of each field, however little time there is
EXAMPLES = 40  # of one field before the next has its turn
CUSTOMERS = 60
EVERY_CHECK: Any = list(HealthCheck)
BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}
SCALARS = {
    "Date": st.one_of(st.dates().map(str), st.text(max_size=12)).map(nodes.String),
    "DateTime": st.one_of(st.datetimes().map(lambda at: f"{at.isoformat()}Z"), st.text(max_size=30)).map(nodes.String),
    "Decimal": st.one_of(
        st.decimals(allow_nan=True, allow_infinity=True).map(str), st.text(max_size=50), st.integers().map(str)
    ).map(nodes.String),
    "BigInt": st.integers(-(2**70), 2**70).map(nodes.Int),
}


class Finding(AssertionError):
    """An answer that no client should get."""


def fuzz(client: TestClient, seconds: float, first_seed: int = 0) -> Counter[str]:
    """How many answers had which codes; Finding tells of one that must not be."""
    told: Counter[str] = Counter()
    answer = client.post("/graphql", json={"query": get_introspection_query()}).json()
    unknown = {type_["name"] for type_ in answer["data"]["__schema"]["types"] if type_["kind"] == "SCALAR"}
    if unknown := unknown - SCALARS.keys() - BUILT_IN:
        raise Finding(f"nobody says here what the scalars {sorted(unknown)} may be")
    for name, values in SCALARS.items():
        schemathesis.graphql.scalar(name, values)
    schema = schemathesis.graphql.from_dict(answer["data"])
    ends = monotonic() + seconds
    turn = first_seed
    for document in _documents(schema):
        turn += 1
        _ask(client, document, turn, told, AT_FIRST)
    while monotonic() < ends:
        for document in _documents(schema):
            turn += 1
            _ask(client, document, turn, told, EXAMPLES, ends)
    return told


def _documents(schema: Any) -> Iterator[st.SearchStrategy[str]]:
    """A strategy for each root field, and one that breaks the rules of the language and of types."""
    for root in schema:
        for name in schema[root]:
            yield schema[root][name].as_strategy().map(_body)
    yield from_schema(schema.client_schema, custom_scalars=SCALARS, mode=Mode.NEGATIVE)


def _body(case: Any) -> str:
    return case.body


def _ask(  # noqa: PLR0913  what is asked, how often and until when
    client: TestClient, document: st.SearchStrategy[str], turn: int, told: Counter[str], count: int, ends: float = inf
) -> None:
    @seed(turn)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=EVERY_CHECK,
    )
    @given(document)
    def ask(text: str) -> None:
        if monotonic() > ends:
            return
        response = client.post("/graphql", json={"query": text})
        codes = _codes(response)
        if response.status_code >= 500 or "INTERNAL" in codes:
            raise Finding(f"{response.status_code} {response.text[:1_000]}\nto: {text[:2_000]}")
        told.update(codes or ["answered"])

    ask()


def _codes(response: Any) -> set[str]:
    try:
        return {error["extensions"]["code"] for error in response.json().get("errors", [])}
    except ValueError:
        raise Finding(f"{response.status_code} is not JSON: {response.text[:1_000]}") from None


@contextmanager
def demo_client(folder: Path) -> Generator[TestClient]:
    """A client with all rights on a small demo shop in this folder, where the process is meanwhile."""
    from resolvers.operation.viewer import Role, Viewer  # noqa: PLC0415
    from server.app import create_app  # noqa: PLC0415
    from server.commands import filling  # noqa: PLC0415
    from server.identity.auth import token_for  # noqa: PLC0415
    from server.settings import load_settings  # noqa: PLC0415

    before = Path.cwd()
    os.chdir(folder)
    try:
        given_settings = load_settings(log_level="error")
        now = datetime.now(UTC)
        asyncio.run(filling.grow(given_settings, now=now, customers=CUSTOMERS))
        token = token_for(Viewer("fuzz", Role.ADMIN, 1, pii=True), given_settings, now, timedelta(hours=1))
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
        app: Any = create_app(given_settings)
        with TestClient(app, raise_server_exceptions=False, headers=headers, **LOCAL) as client:  # pyright: ignore[reportArgumentType]
            yield client
    finally:
        os.chdir(before)


def main() -> int:
    """Fuzz and print what was answered."""
    seconds = float(os.environ.get("FUZZ_SECONDS", "300"))  # noqa: TID251
    with TemporaryDirectory() as folder, demo_client(Path(folder)) as client:
        try:
            told = fuzz(client, seconds, first_seed=int(datetime.now(UTC).timestamp()))
        except Finding as finding:
            print(f"FOUND: {finding}")
            return 1
    print(f"{sum(told.values()):,} answers in {seconds:g} s:", ", ".join(f"{n:,} {c}" for c, n in told.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
