"""The servers that the tests in the browser look at, over the same two shops, and which file of tests looks where."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from resolvers.operation.viewer import Role
from tests.servers import ROOT, SECRET, Server, free_port, running
from tests.web.provider import AUDIENCE, CLIENT, Provider, providing

WEB = ROOT / "web"
BUILT = WEB / "dist" / "app" / "documents.json"
RETAIL = "shop.test.mjs"
CLAIMS = {"role": "MANAGER", "business": 1, "pii": True}
IN_DEMO_MODE = Path("var", "customer-api.db")
Places = dict[str, dict[str, str]]


@contextmanager
def places(folder: Path, retail: Path | None) -> Generator[Places]:
    """What each file of tests is told, while the servers run; of Online Retail where there is a SQLite file of it."""
    shop = make_shops(folder)
    with ExitStack() as stack:
        yield {
            **_demo(stack, folder),
            **_signing_in(stack, shop, folder),
            **_living(shop, folder),
            **_figures(stack, shop, folder),
            **(_retail(stack, retail, folder) if retail else {}),
        }


def make_shops(folder: Path) -> str:
    """The demo shop and a corner shop, where a server in demo mode finds them; the URL of their store."""
    store = f"sqlite:///{folder / IN_DEMO_MODE}"
    command(None, "demo", folder=folder)
    (folder / "corner.csv").write_text("sale,day,customer,amount\n1,2026-01-05,Ada,12.50\n2,2026-02-05,Ben,7.25\n")
    command(store, "import", "corner.csv", "--business", "Corner shop",
            "--map", "sale=sale,occurred_at=day,customer=customer,amount=amount",
            "--currency", "GBP", "--timezone", "Europe/London", folder=folder)  # fmt: skip
    return store


def _demo(stack: ExitStack, folder: Path) -> Places:
    """An open server, and one with known documents only."""
    open_ = stack.enter_context(running(None, folder))
    closed = stack.enter_context(running(None, folder, only_documents="on", documents=BUILT))
    compared = {"BASE": closed.url, "ASK": open_.url, "TOKEN": demo_token(open_)}
    return {
        **dict.fromkeys(
            ("demo.test.mjs", "filters.test.mjs", "keyboard.test.mjs", "cohorts.test.mjs", "business.test.mjs"),
            compared,
        ),
        "businesses.test.mjs": {"BASE": open_.url},
    }


def _signing_in(stack: ExitStack, store: str, folder: Path) -> Places:
    """Servers whose readers sign in with a provider, which tells who they are in one of two tokens."""

    def begun(audience: str, **given: Any) -> tuple[Provider, Server]:
        provider = stack.enter_context(providing(claims=CLAIMS, **given))
        return provider, stack.enter_context(running(store, folder, jwt_audience=audience, **provider.settings))

    usual, server = begun(AUDIENCE)
    by_id, server_by_id = begun(CLIENT, claims_in="id_token")
    token = usual.token(lifetime=3_600, aud=AUDIENCE, **CLAIMS)
    return {
        "signing-in.test.mjs": {"BASE": server.url, "TOKEN": token, "PROVIDER": usual.issuer},
        "id-token.test.mjs": {"BASE": server_by_id.url, "PROVIDER": by_id.issuer},
    }


def _living(store: str, folder: Path) -> Places:
    """What a file needs that starts and stops a server itself, over a copy that it changes."""
    changed = folder / "living.db"
    shutil.copy(store.removeprefix("sqlite:///"), changed)
    base, program = f"http://127.0.0.1:{free_port()}", {"PYTHON": sys.executable, "PROGRAM": str(ROOT / "main.py")}
    own = {"FOLDER": str(folder), "STORE": f"sqlite:///{changed}", "SECRET": SECRET}
    return {"living.test.mjs": {"BASE": base, **program, **own}}


def _retail(stack: ExitStack, imported: Path, folder: Path) -> Places:
    """A server of a copy of Online Retail, for a reader with a token."""
    copy = shutil.copy(imported, folder / "retail.db")
    return {RETAIL: _with_tokens(stack.enter_context(running(f"sqlite:///{copy}", folder)))}


def _figures(stack: ExitStack, store: str, folder: Path) -> Places:
    """A server of the demo shop, for readers with tokens of two roles."""
    return {"figures.test.mjs": _with_tokens(stack.enter_context(running(store, folder)))}


def _with_tokens(server: Server) -> dict[str, str]:
    """A server for a reader who sees all, and for one who sees no personal data."""

    def token(**viewer: Any) -> str:
        return server.headers(1, **viewer)["Authorization"].removeprefix("Bearer ")

    return {"BASE": server.url, "TOKEN": token(pii=True), "VIEWER": token(role=Role.VIEWER)}


def environment(**given: str) -> dict[str, str]:
    """The environment of a process that a test starts."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **given}  # noqa: TID251


def command(store: str | None, *words: str, folder: Path) -> None:
    """Run a command of the program on a store, or without one in demo mode."""
    settings = environment(**({"DATABASE_URL": store, "SECRET_KEY": SECRET} if store else {}))
    subprocess.run([sys.executable, str(ROOT / "main.py"), *words], env=settings, cwd=folder, check=True)


def demo_token(server: Server) -> str:
    """The token that a server in demo mode tells at its start."""
    found = re.search(r"^\s+(eyJ\S+)$", server.log.read_text(), re.MULTILINE)
    assert found
    return found[1]
