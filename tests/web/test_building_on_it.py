"""The blocks of docs/building-on-it.md, run against a demo shop as a page would: one program, so in their order."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from resolvers.operation.errors import RequestError
from resolvers.operation.viewer import Role, Viewer
from schema.document.errors import PARSE_FAILED, TOO_COSTLY, VALIDATION_FAILED
from server.app import create_app
from server.commands import filling
from server.http.documents import DOCUMENT_UNKNOWN
from server.http.errors import TIMEOUT
from server.http.rates import RATE_LIMITED
from server.identity.auth import token_for
from server.settings import load_settings
from tests.conftest import missing
from tests.server.serving import served

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
PAGE = ROOT / "docs" / "building-on-it.md"
CUSTOMERS = 60
TWINS = 2  # people of the demo who are there twice
IN_CI = os.environ.get("CI") in ("1", "true")  # noqa: TID251
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What the blocks have made, as the test wants to know it; the component is shown as a server would show it.
TELL = """
import { renderToString } from "react-dom/server";
console.log(JSON.stringify({
  proxy, code, changed,
  first: first.data, second: second.data, page: renderToString(<Page />),
  refused: refused.data, model: model.data, statuses: [before.status, again.status],
}));
process.exit(0);
"""
COMPILE = """
const typescript = require("typescript");
const options = { jsx: "react-jsx", module: "esnext", target: "es2022" };
const source = require("fs").readFileSync(0, "utf8");
process.stdout.write(typescript.transpileModule(source, { compilerOptions: options }).outputText);
"""


def test_each_block_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop is made and two programs of Node.js run, which takes some seconds."""
    if shutil.which("node") is None or not (WEB / "node_modules" / "urql").is_dir():
        missing("no Node.js or no packages in web/, which the blocks need", IN_CI)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert {language for language, _ in blocks} == {"ts", "tsx"}
    told = run("\n".join(text for _, text in blocks), tmp_path, monkeypatch)

    assert told["first"]["customers"]["totalCount"] == CUSTOMERS + TWINS
    names = [[node["name"] for node in told[part]["customers"]["nodes"]] for part in ("first", "second")]
    assert [len(part) for part in names] == [5, 5]
    assert not set(names[0]) & set(names[1])
    assert re.findall(r"<li>(.*?)</li>", told["page"]) == names[0]
    assert told["code"] == "BAD_USER_INPUT"
    refused = told["refused"]["updateBusinessSettings"]
    assert (refused["__typename"], [each["path"] for each in refused["problems"]]) == (
        "InvalidInput",
        [["input", "region"]],
    )
    assert refused["message"]
    assert told["model"]["lifetimeValueModel"]["status"] != "FITTING"
    assert told["statuses"] == [200, 304]
    assert told["changed"] > 0
    assert told["proxy"]["server"]["proxy"]["/graphql"]["ws"] is True


def test_it_tells_of_every_code() -> None:
    told = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    own = {DOCUMENT_UNKNOWN, PARSE_FAILED, RATE_LIMITED, TIMEOUT, TOO_COSTLY, VALIDATION_FAILED}

    assert set(re.findall("[A-Z_]+", " ".join(told))) == own | {kind.code for kind in kinds_of(RequestError)}


def kinds_of(error: type[RequestError]) -> list[type[RequestError]]:
    """An error and all that are of its kind."""
    return [error, *(kind for each in error.__subclasses__() for kind in kinds_of(each))]


def run(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a program tells at its end, which asks a demo shop of its own."""
    monkeypatch.chdir(folder)
    settings = load_settings()
    asyncio.run(filling.grow(settings, now=datetime.now(UTC), customers=CUSTOMERS))
    token = token_for(Viewer("demo", Role.ADMIN, 1, None, True), settings, datetime.now(UTC), timedelta(hours=1))
    with served(create_app(settings)) as port:
        compiled = node(["-e", COMPILE], program + TELL, {})
        environment = {"API_URL": f"http://127.0.0.1:{port}/graphql", "API_TOKEN": token}
        return json.loads(node(["--experimental-websocket", "--input-type=module"], compiled, environment))


def node(words: list[str], given: str, environment: dict[str, str]) -> str:
    """What Node.js writes, with the packages of the application."""
    path = os.environ["PATH"]  # noqa: TID251
    done = subprocess.run(
        ["node", *words],
        cwd=WEB,
        input=given,
        env={"PATH": path, "NODE_NO_WARNINGS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return done.stdout
