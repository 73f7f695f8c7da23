"""The blocks of docs/webhooks.md: what verifies does, what is asked is in the schema, bodies are as their types say."""

import base64
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from graphql import parse, validate

from resolvers.operation.sending import Parcel
from schema.schema import schema
from tests.telling import held

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
BODY = '{"type":"customer.updated","data":{"name":"Zoë 🎈"}}'
FORMER, SECRET = (f"whsec_{base64.b64encode(bytes(range(n, n + 32))).decode()}" for n in (0, 100))
# A program tells what each call came to: the event, or null where it was refused.
NODE = """
import {{ readFileSync }} from "node:fs";
{block}
const told = JSON.parse(readFileSync(0, "utf8")).map(({{ secret, headers, body }}) => {{
  try {{ return verified(secret, headers, Buffer.from(body)); }} catch {{ return null; }}
}});
console.log(JSON.stringify(told));
"""
PHP = """{block}
$told = array_map(function ($call) {{
    try {{ return verified($call['secret'], $call['headers'], $call['body']); }} catch (Throwable $e) {{ return null; }}
}}, json_decode(stream_get_contents(STDIN), true));
echo json_encode($told);
"""


class Call(NamedTuple):
    """What a receiver was sent, and whether it is ours."""

    secret: str
    headers: dict[str, str]
    body: str
    is_ours: bool


def calls() -> list[Call]:
    """Calls that are as they were sent, of a rotation too, and some that are not."""
    now = datetime.now(UTC)
    parcel = Parcel("Event_1", "https://shop.example/", BODY, (SECRET,))
    headers, both = parcel.headers(now), Parcel("Event_1", parcel.url, BODY, (SECRET, FORMER)).headers(now)
    return [
        Call(SECRET, headers, BODY, is_ours=True),
        Call(SECRET, both, BODY, is_ours=True),
        Call(FORMER, both, BODY, is_ours=True),
        Call(FORMER, headers, BODY, is_ours=False),
        Call(SECRET, headers, BODY.replace("Z", "z"), is_ours=False),
        Call(SECRET, {**headers, "webhook-id": "Event_2"}, BODY, is_ours=False),
        Call(SECRET, {**headers, "webhook-signature": "v1,"}, BODY, is_ours=False),
        Call(SECRET, parcel.headers(now - timedelta(minutes=6)), BODY, is_ours=False),
        Call(SECRET, parcel.headers(now + timedelta(minutes=6)), BODY, is_ours=False),
    ]


def block_in(language: str) -> str:
    (block,) = (text for name, text in BLOCKS if name == language)
    return block


def expected() -> list[Any]:
    return [json.loads(call.body) if call.is_ours else None for call in calls()]


def test_python_verifies() -> None:
    names: dict[str, Any] = {}
    exec(block_in("python"), names)
    for call in calls():
        if call.is_ours:
            assert names["verified"](call.secret, call.headers, call.body.encode()) == json.loads(BODY)
        else:
            with pytest.raises(Exception, match=r"signature|Signature|timestamp"):
                names["verified"](call.secret, call.headers, call.body.encode())


@pytest.mark.parametrize(
    ("language", "words", "program"),
    [("js", ("node", "--input-type=module", "-e"), NODE), ("php", ("php", "-r"), PHP)],
)
def test_other_languages_verify(language: str, words: tuple[str, ...], program: str) -> None:
    # Takes a part of a second: a program of that language runs.
    if shutil.which(words[0]) is None:
        pytest.skip(f"there is no {words[0]}")
    text = program.format(block=block_in(language)).replace("<?php", "")
    told = json.dumps([call._asdict() for call in calls()])
    run = subprocess.run([*words, text], input=told, capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == expected()


def test_what_is_asked_is_in_the_schema_and_a_body_is_as_its_type_says() -> None:
    asked = [text for name, text in BLOCKS if name == "graphql"]
    assert len(asked) == 2
    for text in asked:
        assert validate(schema._schema, parse(text)) == []
    held(json.loads(block_in("json")))
