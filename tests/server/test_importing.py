import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ingest.presets import preset_names
from ingest.watching import FileWatch
from server.commands import importing
from server.commands.command_line import cli
from tests.server.conftest import SECRET

SYSTEMS = Path(__file__).parents[1] / "ingest" / "systems"
SHOP = ("--business", "Shop")
MADE = (*SHOP, "--currency", "USD", "--timezone", "America/New_York")
MAP = ("--map", "sale=no,occurred_at=day,quantity=n,amount=price,status=state,customer=who")
SALES = """no,day,n,price,state,who,note
1,2026-01-30 23:30,1,10.00,paid,C1,
2,2026-02-02 09:00,1,20.50,paid,C2,gift
3,2026-02-03 09:00,1,5.00,open,,
2R,2026-02-04 10:00,-1,-4.25,paid,C2,
"""
WORDS = ("--words", "status", "paid=COMPLETED,open=PENDING")


@pytest.fixture(autouse=True)
def store(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that the commands are set to."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SECRET_KEY", SECRET)
    return sqlite_url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small file of sales."""
    return written(tmp_path / "sales.csv", SALES)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def copied(name: str, folder: Path) -> Path:
    return written(folder / name, (SYSTEMS / name).read_text(encoding="utf-8"))


def run(*words: str, **options: Any) -> Result:
    return CliRunner().invoke(cli, list(words), **options)


def done(*words: str, **options: Any) -> str:
    result = run(*words, **options)
    assert result.exit_code == 0, result.output
    return result.output


def failure(*words: str, code: int = 1) -> str:
    result = run(*words)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.stderr


def counted(store: str, table: str) -> int:
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"))) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def lines_of(output: str) -> list[str]:
    return [line.strip() for line in output.splitlines()]


# ---------------------------------------------------------------- looked at


def test_a_file_is_recognised_by_its_header_and_imported_once(store: str, tmp_path: Path) -> None:
    path = copied("lightspeed_x_series.csv", tmp_path)

    first = done("import", str(path), *MADE)

    assert first.startswith("lightspeed_x_series.csv looks like Lightspeed Retail X-Series (Vend), sales history\n")
    assert "wrote 3 sales, 1 refund, 2 new customers" in first
    assert "unchanged 13, rejected 0 rows" in done("import", str(path), *SHOP)
    assert counted(store, "sale") == 3


def test_a_look_shows_how_the_file_is_read_and_writes_nothing(store: str, tmp_path: Path) -> None:
    output = done("import", str(copied("lightspeed_x_series.csv", tmp_path)), *MADE, "--check")

    for line in (
        "lightspeed_x_series.csv is read as Lightspeed Retail X-Series (Vend), sales history (preset lightspeed)",
        "sale            Receipt Number",
        "amount          Subtotal, else Paid",
        "business     Shop, USD, days of America/New_York",
        "numbers      decimal point",
        "time zone    America/New_York, of times that name no other",
        "tax          added to the amounts",
        "not used     Note, Discount, Loyalty, Total, Register, User, AccountCodeSale, AccountCodePurchase",
        "sale 1001, 2026-09-05 14:20, completed, store, customer Zoë-8X2K (lines 2, 4, 5, 6, 7)",
        "2 × Cup at 9.00 = 18.00",
        "total 48.00, tax 3.84, paid CASH 20.00, CARD 31.84",
        "would write 3 sales, 1 refund, 2 new customers",
        "13 rows + 1 header + 1 continued = 15 lines of the file",
        "Nothing was written. The same command without --check imports it.",
    ):
        assert line in lines_of(output)
    assert counted(store, "business") == counted(store, "sale") == 0
    assert [path.name for path in tmp_path.glob("*.rejects.csv")] == []


def test_a_look_at_a_stored_shop_says_what_would_change(tmp_path: Path) -> None:
    path = copied("lightspeed_x_series.csv", tmp_path)
    done("import", str(path), *MADE)
    written(path, path.read_text(encoding="utf-8").replace("Teapot", "Kettle"))

    assert "would write 0, updated 3, unchanged 10" in done("import", str(path), *SHOP, "--check")
    assert "updated 3, unchanged 10" in done("import", str(path), *SHOP)


def test_the_time_is_of_the_shops_clock_and_on_the_shops_day(tmp_path: Path) -> None:
    path = written(tmp_path / "late.csv", "no,at,price\n1,2026-03-29T03:45:00Z,1.00\n")

    output = done("import", str(path), *MADE, "--check", "--map", "sale=no,occurred_at=at,amount=price")

    assert "sale 1, 2026-03-28 23:45, completed, store, nobody known (line 2)" in lines_of(output)
    assert "late.csv is read as --map says" in lines_of(output)


def test_only_columns_that_the_file_has_are_shown(tmp_path: Path) -> None:
    output = done("import", str(copied("amazon_date_range.csv", tmp_path)), *MADE, "--check")

    assert "shipping     shipping credits" in lines_of(output)
    assert "postage credits" not in output
    assert "occurred_at  Jan DD, YYYY hh:mm:ss PM ZONE or DD Jan YYYY hh:mm:ss PM ZONE or" in output


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_of_a_look_is_wider_than_the_page(width: int, tmp_path: Path) -> None:
    for name in ("amazon_date_range", "magento_orders_grid", "squarespace_orders"):
        path = copied(f"{name}.csv", tmp_path)
        output = done("import", str(path), *MADE, "--check", env={"COLUMNS": str(width)})
        assert max(map(len, output.splitlines()[1:])) <= width
        assert "\N{NO-BREAK SPACE}" not in output
        assert not [line for line in output.splitlines() if line.endswith(" ")]


def test_numbers_are_shown_as_they_are(tmp_path: Path) -> None:
    rows = "no,day,item,n,price\n1,2026-01-05,Yarn,0.125,1234567.125\n"
    path = written(tmp_path / "yarn.csv", rows)
    words = ("--map", "sale=no,occurred_at=day,product=item,quantity=n,unit_price=price")

    output = done(
        "import", str(path), "--business", "K", "--currency", "JPY", "--timezone", "Asia/Tokyo", *words, "--check"
    )

    assert "0.125 × Yarn at 1,234,567.125 = 154,321" in lines_of(output)
    assert "total 154,321, no payment known" in lines_of(output)


def test_what_does_not_fit_on_the_page_is_counted(tmp_path: Path) -> None:
    long = "no,day,price,who\n" + "".join(f"1,2026-01-05,{n}.00,C1\n" for n in range(1, 16))
    bad = "".join(f"B{n},{'never' * n},1.00,C1\n" for n in range(1, 8))
    path = written(tmp_path / "long.csv", long + bad)

    output = done("import", str(path), *MADE, "--map", "sale=no,occurred_at=day,amount=price,customer=who", "--check")

    assert "customer C1 (lines 2, 3, 4, 5, …, 16)" in output
    assert {"… and 3 more", "… and 2 rejected for other reasons"} <= set(lines_of(output))


# ---------------------------------------------------------------- the books


def test_the_books_come_to_what_counts_less_what_was_given_back(file: Path) -> None:
    output = done("import", str(file), *MADE, *MAP, *WORDS)

    books = [line.split() for line in output.partition("Books of sales.csv, USD")[2].splitlines() if line]
    assert books == [
        ["month", "count", "lines", "discount", "total", "tax", "paid"],
        ["2026-01", "completed", "1", "10.00", "0.00", "10.00", "0.00", "0.00"],
        ["net", "10.00", "0.00"],
        ["2026-02", "completed", "1", "20.50", "0.00", "20.50", "0.00", "0.00"],
        ["refunds", "1", "-4.25", "0.00"],
        ["net", "16.25", "0.00"],
        ["pending", "1", "5.00", "0.00", "5.00", "0.00", "0.00"],
        ["all", "net", "26.25", "0.00"],
    ]


# ---------------------------------------------------------------- words, presets, customers


def test_words_are_two_arguments_and_may_be_given_again(store: str, file: Path) -> None:
    told = ("--words", "status", "paid=COMPLETED", "--words", "status", "open=PENDING")

    assert "rejected 0 rows" in done("import", str(file), *MADE, *MAP, *told)
    assert counted(store, "sale") == 3


def test_a_word_that_is_not_known_rejects_its_sale_and_says_which_are(file: Path) -> None:
    output = done("import", str(file), *MADE, *MAP, "--words", "status", "paid=COMPLETED")

    assert 'rejected 1 from line 4: status "open" is none of paid, PENDING, COMPLETED' in output
    assert "status open=PENDING would say what it means" in output


def test_every_preset_is_listed_with_its_command() -> None:
    listed = [line.split()[0] for line in done("presets").splitlines()]

    assert listed == preset_names()
    assert "Shopify, customers (import-customers)" in done("presets")


def test_a_preset_of_ones_own_is_a_file(file: Path, tmp_path: Path) -> None:
    path = written(
        tmp_path / "my-till.toml",
        'title = "My till"\n[columns]\nsale = "no"\noccurred_at = "day"\nquantity = "n"\namount = "price"\n'
        'status = "state"\n'
        '[words.status]\npaid = "COMPLETED"\n"*" = "PENDING"\n',
    )

    output = done("import", str(file), *MADE, "--preset", str(path), "--check")

    assert output.startswith("sales.csv is read as My till (preset my-till)\n")
    assert "would write 3 sales, 1 refund, 0 new customers" in output
    written(path, 'title = "My till"\ncolums = 1\n')
    assert 'the preset my-till.toml knows no "colums"' in failure("import", str(file), *MADE, "--preset", str(path))


def test_customers_have_a_command_of_their_own(store: str, tmp_path: Path) -> None:
    path = str(copied("shopify_customers.csv", tmp_path))

    assert "shopify_customers.csv is read as Shopify, customers" in done("import-customers", path, *MADE, "--check")
    assert counted(store, "customer") == 0
    assert "wrote 0 sales, 0 refunds, 7 new customers" in done("import-customers", path, *MADE)
    assert "unchanged 7" in done("import-customers", path, *SHOP)
    assert "holds customers: import it by `main.py import-customers`" in failure("import", path, *SHOP)
    sales = str(copied("lightspeed_x_series.csv", tmp_path))
    assert "holds sales: import it by `main.py import`" in failure("import-customers", sales, *SHOP)


# ---------------------------------------------------------------- rejects


def test_rejects_are_corrected_and_imported_in_the_same_way(store: str, tmp_path: Path) -> None:
    path = written(tmp_path / "sales.csv", SALES.replace("2026-02-02 09:00", "soon"))
    rejects = tmp_path / "sales.csv.rejects.csv"

    output = done("import", str(path), *MADE, *MAP, *WORDS)

    assert f"rejected rows with their reasons: {rejects}" in output
    assert "correct them there, and import that file in the same way" in output
    assert rejects.read_text(encoding="utf-8").startswith("line,reason,no,day,n,price,state,who,note\n")
    written(rejects, rejects.read_text(encoding="utf-8").replace(",soon,", ",2026-02-02 09:00,"))
    assert "wrote 1 sale, 0 refunds" in done("import", str(rejects), *SHOP, *MAP, *WORDS)
    assert counted(store, "sale") == 3


def test_rejects_go_where_they_were_told_to(file: Path, tmp_path: Path) -> None:
    output = done("import", str(file), *MADE, *MAP, "--check", "--rejects", str(tmp_path / "bad.csv"))

    assert f"rejected rows with their reasons: {tmp_path / 'bad.csv'}" in output
    assert "correct them there" not in output
    assert len((tmp_path / "bad.csv").read_text(encoding="utf-8").splitlines()) == 5


def test_rejects_of_an_earlier_run_go_when_there_are_none_any_more(file: Path) -> None:
    rejects = file.with_name("sales.csv.rejects.csv")
    done("import", str(file), *MADE, *MAP)
    assert rejects.exists()

    done("import", str(file), *MADE, *MAP, *WORDS)

    assert not rejects.exists()


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (SHOP, 'there is no business "Shop" (there are: none yet); to make it, say which --currency it has'),
        (("--business", " "), "--business is blank"),
        (("--business", "x" * 201), "--business has 201 characters: at most 200"),
        ((*SHOP, "--currency", "pounds", "--timezone", "UTC"), "is not an ISO 4217 currency code"),
        ((*SHOP, "--currency", "USD", "--timezone", "New_York"), 'unknown time zone "New_York"'),
        ((*MADE, "--decimal", "dot"), '--decimal is point or comma, not "dot"'),
        ((*MADE, "--tax", "ask"), '--tax is beside or within, not "ask"'),
        ((*MADE, "--number-restarts", "weekly"), '--number-restarts is never or daily, not "weekly"'),
        ((*MADE, "--time-zone", "Berlin"), 'unknown --time-zone "Berlin"'),
        ((*MADE, "--since", "yesterday"), '--since is a day like 1990-01-01, not "yesterday"'),
        ((*MADE, "--storefront", "x" * 201), "--storefront has 201 characters: at most 200"),
        ((*MADE, "--source", "x" * 81), "--source has 81 characters: at most 80"),
        ((*MADE, "--date-format", "%d/%m"), 'date format "%d/%m" has no year'),
        ((*MADE, "--encoding", "utf-99"), 'unknown encoding "utf-99"'),
        ((*MADE, "--delimiter", "xx"), '"xx" cannot be a delimiter'),
        ((*MADE, "--rejects", "nowhere/bad.csv"), "--rejects nowhere/bad.csv: there is no folder nowhere"),
        ((*MADE, "--words"), "--words takes a field and what its words mean"),
        ((*MADE, "--words", "status"), "--words takes a field and what its words mean"),
        ((*MADE, "--words", "statos", "a=PENDING"), '--words knows no field "statos" (did you mean "status"?)'),
        ((*MADE, "--words", "status", "a=DONE"), 'status "DONE" is none of'),
        ((*MADE, "--preset", "etsy"), "--preset and --map say the same"),
    ],
)
def test_an_option_that_cannot_be_is_said(words: tuple[str, ...], message: str, store: str, file: Path) -> None:
    assert message in failure("import", str(file), *MAP, *words)
    assert counted(store, "sale") == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "sales.csv looks like no file that is known: say what its columns are by --map sale=…"),
        ((), "Its columns are no, day, n, price, state, who, note"),
        (("--preset", "etsi"), 'there is no preset "etsi" (did you mean "etsy"?)'),
        (("--preset", "mine.toml"), "there is no preset file mine.toml"),
        (("--map", "sael=no"), '--map knows no field "sael" (did you mean "sale"?)'),
        (("--map", "no"), '--map is written field=column,field=column…; "no" is not'),
        (("--map", "sale=no"), "--map lacks occurred_at, unit_price or amount"),
        (("--map", "sale=no,occurred_at=day,amount=cost"), "sales.csv lacks the column cost"),
    ],
)
def test_a_layout_that_cannot_be_is_said(words: tuple[str, ...], message: str, file: Path) -> None:
    assert message in failure("import", str(file), *MADE, *words)


def test_a_way_to_call_it_that_cannot_be_is_a_usage_error(file: Path) -> None:
    assert "Missing option '--business'" in failure("import", str(file), code=2)
    assert "does not exist" in failure("import", "nowhere.csv", *MADE, code=2)
    assert "does not exist" in failure("import", str(file), *MADE, "--rates", "none.csv", code=2)
    assert "No such option: --tax" in failure("import-customers", str(file), *MADE, "--tax", "within", code=2)


def test_a_mark_of_decimals_is_taken(tmp_path: Path) -> None:
    path = written(tmp_path / "thousands.csv", "no,day,price\n1,2026-01-05,1.234\n")
    words = ("import", str(path), *MADE, "--map", "sale=no,occurred_at=day,amount=price", "--check")

    assert "--decimal comma" in failure(*words)
    assert "total 1,234.00" in done(*words, "--decimal", "comma")
    assert "total 1.23" in done(*words, "--decimal", "POINT")


def test_a_folder_is_for_watching_alone(tmp_path: Path) -> None:
    assert "is a folder: name a file of it, or import all of them by --watch" in failure("import", str(tmp_path), *MADE)
    words = (str(tmp_path), *MADE, "--watch", "--rejects", "bad.csv")
    assert "in a folder each has its rejects beside it" in failure("import", *words)


# ---------------------------------------------------------------- watching


def test_a_file_is_ready_once_it_has_stopped_growing(tmp_path: Path) -> None:
    watch = FileWatch(tmp_path)
    path = written(tmp_path / "b.csv", "a")
    written(tmp_path / "b.csv.rejects.csv", "line,reason,a\n")
    written(tmp_path / "notes.pdf", "a")
    written(tmp_path / ".hidden.csv", "a")

    assert watch.ready() == []
    written(path, "a\nb")
    assert watch.ready() == [], "it is growing"
    assert watch.ready() == [path]
    watch.done(path)
    assert watch.ready() == []
    written(path, "a\nb\nc")
    earlier = written(tmp_path / "a.csv", "a")
    assert watch.ready() == []
    assert watch.ready() == [earlier, path]


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    watch = FileWatch(tmp_path / "later.csv")
    assert watch.ready() == watch.ready() == []

    written(tmp_path / "later.csv", "a")

    assert watch.ready() == []
    assert watch.ready() == [tmp_path / "later.csv"]


class Stopped(Exception):
    """The watch was ended."""


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], None]:
    """Make a watch wait for nothing: what is to be done between its looks, until it raises Stopped."""

    def between(doing: Callable[[int], None]) -> None:
        waits = iter(range(1_000))

        real = asyncio.sleep

        async def wait(seconds: float) -> None:
            if seconds == importing.SECONDS_BETWEEN_LOOKS:
                doing(next(waits))
            else:
                await real(seconds)

        monkeypatch.setattr(importing.asyncio, "sleep", wait)

    return between


def test_a_watch_goes_on_after_a_file_that_cannot_be_imported(
    looks: Callable[[Callable[[int], None]], None], store: str, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    written(folder / "a-other.csv", "x,y\n1,2\n")
    copied("lightspeed_x_series.csv", folder)

    def between(look: int) -> None:
        if look == 2:
            assert counted(store, "sale") == 3
            copied("squarespace_orders.csv", folder)
        if look == 5:
            raise Stopped

    looks(between)
    result = run("import", str(folder), *MADE, "--watch")

    assert result.stdout.startswith(f"watching {folder}; Ctrl+C ends it\n")
    assert result.stderr.count("Error: a-other.csv: a-other.csv looks like no file that is known") == 1
    assert counted(store, "sale") == 9
    assert result.stdout.count("lightspeed_x_series.csv: read 13 rows") == 1


def test_a_watch_tries_again_once_the_database_is_back(
    looks: Callable[[Callable[[int], None]], None], store: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importing.import_file

    async def refused(*_words: Any, **_more: Any) -> Any:
        raise ConnectionRefusedError("connection refused")

    def between(look: int) -> None:
        monkeypatch.setattr(importing, "import_file", refused if look < 2 else real)
        if look == 4:
            raise Stopped

    looks(between)
    result = run("import", str(file), *MADE, *MAP, *WORDS, "--watch")

    assert result.stderr.count("Error: sales.csv: the database cannot be reached; trying again") == 2
    assert counted(store, "sale") == 3
