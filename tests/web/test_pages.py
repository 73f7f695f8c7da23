"""The application in a browser, against real servers: the demo shop, and Online Retail with a pasted token."""

import re
from pathlib import Path

from tests.servers import running
from tests.web.conftest import BUILT, Drive, command

RETAIL = "online_retail_2010-12_2011-12.csv.gz"


def test_the_demo_shop_with_known_documents_only(tmp_path: Path, drive: Drive) -> None:
    with (
        running(None, tmp_path) as open_,
        running(None, tmp_path, only_documents="on", documents=BUILT) as closed,
    ):
        drive("demo.test.mjs", "filters.test.mjs", "keyboard.test.mjs", BASE=closed.url, ASK=open_.url, TOKEN=demo_token(open_.log))


def test_online_retail_with_a_pasted_token(tmp_path: Path, data_dir: Path, drive: Drive) -> None:
    store = f"sqlite:///{tmp_path}/shop.db"
    with running(store, tmp_path) as server:
        command(store, "import", str(data_dir / RETAIL), "--preset", "online-retail", "--business", "Online Retail",
                "--currency", "GBP", "--timezone", "Europe/London")  # fmt: skip
        token = server.headers(1, pii=True)["Authorization"].removeprefix("Bearer ")
        drive("shop.test.mjs", BASE=server.url, ASK=server.url, TOKEN=token)


def demo_token(log: Path) -> str:
    """The token that a server in demo mode tells at its start."""
    found = re.search(r"^\s+(eyJ\S+)$", log.read_text(), re.MULTILINE)
    assert found
    return found[1]
