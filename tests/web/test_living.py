"""The application in a browser while things change: sales, the server, the token, the business."""

import sys
from pathlib import Path

from tests.servers import ROOT, SECRET, free_port, running
from tests.web.conftest import Drive, command


def test_what_changes_while_one_looks(tmp_path: Path, shop: str, drive: Drive) -> None:
    drive(
        "living.test.mjs",
        BASE=f"http://127.0.0.1:{free_port()}",
        PYTHON=sys.executable,
        PROGRAM=str(ROOT / "main.py"),
        FOLDER=str(tmp_path),
        STORE=shop,
        SECRET=SECRET,
    )


def test_the_businesses_of_a_demo_store(tmp_path: Path, drive: Drive) -> None:
    sales = tmp_path / "corner.csv"
    sales.write_text("sale,day,customer,amount\n1,2026-01-05,Ada,12.50\n2,2026-02-05,Ben,7.25\n")
    with running(None, tmp_path) as server:
        command(f"sqlite:///{tmp_path}/var/customer-api.db", "import", str(sales), "--business", "Corner shop",
                "--map", "sale=sale,occurred_at=day,customer=customer,amount=amount",
                "--currency", "GBP", "--timezone", "Europe/London")  # fmt: skip
        drive("businesses.test.mjs", BASE=server.url)
