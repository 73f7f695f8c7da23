"""`report`: the same files from the command line."""

import csv
import os
from pathlib import Path

import openpyxl
import pypdf
import pytest
from typer.testing import CliRunner, Result

from server.commands.command_line import cli
from tests.builders import Shop
from tests.exports.conftest import Files
from tests.server.conftest import SECRET


@pytest.fixture
def store(exports_url: str, hostile_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> str:
    """The shop of these tests, which the command is set to."""
    monkeypatch.setenv("DATABASE_URL", exports_url)
    monkeypatch.setenv("SECRET_KEY", SECRET)
    return exports_url


def report(*words: str) -> Result:
    return CliRunner().invoke(cli, ["report", *words])


def written(output: Path, *words: str) -> Path:
    result = report(*words, "--output", str(output))
    assert result.exit_code == 0, result.output
    assert f"{output} (" in result.output.replace("\n", "") or output.suffix == ".svg"
    return output


def refused(*words: str) -> str:
    result = report(*words, "--output", "x.pdf")
    assert result.exit_code == 1, result.output
    assert not Path("x.pdf").exists()
    return result.output.strip().splitlines()[-1]


@pytest.mark.usefixtures("store")
def test_the_file_is_that_of_the_link(elsewhere: Path, files: Files) -> None:
    path = written(elsewhere / "a.csv", "lifetime-value", "--format", "csv", "asOf=2026-03-05", "minRevenue=20")

    expected = files.content('lifetimeValueReport(asOf: "2026-03-05", minRevenue: "20")', "CSV")

    assert path.read_bytes() == expected


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("words", [["acquisition", "--format", "csv"], ["retention", "--format", "svg"]])
def test_only_its_owner_can_read_it(elsewhere: Path, words: list[str]) -> None:
    was = os.umask(0)
    try:
        written(elsewhere / f"a.{words[-1]}", *words, *(["--part", "retention-trend"] if "svg" in words else []))
    finally:
        os.umask(was)

    (path,) = elsewhere.glob("a*")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("words", "begin"),
    [
        (("retention", "period.start=2025-06-01", "period.end=2026-03-05", "cohortPeriod=QUARTER"), b"%PDF"),
        (("segmentation", "--format", "XLSX", "--detail", "customers", "asOf=2026-03-05", "days=null"), b"PK"),
        (("segment-migration", "from=2026-02-01", "to=2026-03-05", "--format", "parquet"), b"PAR1"),
        (("segmentation-trend", "from=2026-01-01", "to=2026-03-05", "every=MONTH", "--format", "csv"), b"asOf,code"),
        (("purchase-patterns", "customer=ANN", "storefront=Web", "--format", "csv"), b"start,end"),
        (("customers", "filter.tags=vip,local", "orderBy=NAME", "--format", "csv"), b"number,name"),
        (("receivables", "--format", "csv", "--part", "customers"), b"number,name,revenue"),
        (("category-affinity", "minSupport=0.001", "--format", "csv"), b"first,second"),
        (("acquisition",), b"%PDF"),
    ],
)
def test_each_report_takes_its_arguments(elsewhere: Path, words: tuple[str, ...], begin: bytes) -> None:
    assert written(elsewhere / "out", *words).read_bytes().startswith(begin)
    assert not list(elsewhere.glob("*.part"))


@pytest.mark.usefixtures("store")
def test_charts_alone(elsewhere: Path) -> None:
    result = report("retention", "--format", "svg", "--output", "r.svg", "period.end=2026-03-05")
    written(elsewhere / "one.svg", "retention", "--format", "svg", "--part", "cohorts", "period.end=2026-03-05")

    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in elsewhere.glob("*.svg")) == [
        "one.svg",
        "r-cohorts.svg",
        "r-retention-trend.svg",
    ]
    assert (elsewhere / "one.svg").read_text() == (elsewhere / "r-cohorts.svg").read_text()


@pytest.mark.usefixtures("store")
def test_what_was_there_stays_where_a_report_fails(elsewhere: Path) -> None:
    (elsewhere / "kept.pdf").write_text("before")

    result = report("retention", "--output", "kept.pdf", "activityDays=0")

    assert result.exit_code == 1
    assert (elsewhere / "kept.pdf").read_text() == "before"


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nonsense",), 'there is no report "nonsense": there are customers, segmentation,'),
        (("retention", "--format", "doc"), 'there is no format "DOC": use one of csv, xlsx, pdf, parquet, svg'),
        (("retention", "days=3"), "there is no argument `days`: there are period, compareTo"),
        (("retention", "mode=X"), "`mode`: Input should be 'ON' or 'ON_OR_AFTER'"),
        (("retention", "mode"), '"mode" is not an argument: write name=value'),
        (("retention", "--part", "x", "--format", "csv"), 'retention has no part "x": its parts are cohorts, summary'),
        (("retention", "--part", "x", "--format", "svg"), 'retention has no chart "x": there are retention-trend'),
        (("customers", "--format", "svg"), "customers has no chart"),
        (("retention", "--business", "Nobody"), 'there is no business "Nobody", only "Corner Shop"'),
        (("retention", "storefront=Nowhere"), 'there is no storefront "Nowhere": there are'),
        (("purchase-patterns", "customer=X99"), 'there is no customer with number "X99"'),
        (("segment-migration",), "`from` is needed"),
        (("segmentation-trend", "from=2026-01-01"), "`to` is needed"),
        (
            ("segmentation-trend", "start=2026-01-01", "x=1"),
            "there is no argument `x`: there are method, scheme, days,",
        ),
        (("customers", "filter.criteria=x"), "there is no argument `filter.criteria`: there are filter.search,"),
        (("customers", "filter.joined.since=2026-01-01"), "there is no argument `filter.joined.since`: there are"),
        (("retention", "period=2026"), "`period` has parts: write period.start=… or period.end=…"),
        (("retention", "mode.x=ON"), "`mode` has no parts: write mode=value"),
        (("retention", "period.start=yesterday"), "`period.start`: Input should be a valid date"),
        (("retention", "--detail", "customers"), "`detail` goes with segmentation: retention has none"),
    ],
)
def test_refusals_say_what_would_be_right(words: tuple[str, ...], message: str) -> None:
    assert message in refused(*words)


@pytest.mark.usefixtures("store")
def test_a_folder_that_is_not_there_is_told_before_anything_is_computed() -> None:
    result = report("retention", "--output", "nowhere/r.pdf")

    assert result.exit_code == 1
    assert 'there is no folder "nowhere" to write r.pdf into' in result.output


@pytest.mark.usefixtures("store")
def test_nothing_but_the_file_is_told() -> None:
    """What a cron job says is sent by mail."""
    result = report("retention", "--output", "r.pdf")

    assert result.output.splitlines() == [f"r.pdf ({Path('r.pdf').stat().st_size:,} bytes)"]


@pytest.mark.usefixtures("store")
def test_a_workbook_has_real_numbers_dates_and_percentages(elsewhere: Path) -> None:
    book = openpyxl.load_workbook(
        written(elsewhere / "a.xlsx", "lifetime-value", "--format", "xlsx", "asOf=2026-03-05")
    )

    sheet = book["Customers by value"]
    columns = {cell.value: cell.column - 1 for cell in sheet[1]}
    first = next(iter(sheet.iter_rows(min_row=2, max_row=2)))
    revenue, margin, day = (first[columns[name]] for name in ("Revenue", "Margin", "First purchase"))
    assert (revenue.value, revenue.number_format) == (500, "#,##0.00")
    assert day.is_date
    assert day.number_format == "yyyy-mm-dd"
    assert margin.value is None or margin.number_format == "0.0%"
    assert sheet.column_dimensions["B"].width >= 15


@pytest.mark.usefixtures("store")
def test_no_cell_of_a_workbook_is_a_formula(elsewhere: Path) -> None:
    book = openpyxl.load_workbook(written(elsewhere / "a.xlsx", "customers", "--format", "xlsx"))

    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


@pytest.mark.usefixtures("store")
def test_no_line_of_a_csv_file_has_a_formula(elsewhere: Path) -> None:
    path = written(elsewhere / "a.csv", "customers", "--format", "csv")

    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file, strict=True) for cell in row]

    risky = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [cell for cell in risky if not _is_number(cell)] == []


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_an_empty_store_is_named(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SECRET_KEY", SECRET)

    assert "there is no business yet" in refused("retention")


def test_a_file_is_the_same_pages_as_the_link(store: str, files: Files, elsewhere: Path) -> None:
    path = written(elsewhere / "a.pdf", "receivables", "asOf=2026-03-05")

    assert pypdf.PdfReader(path).pages[0].extract_text().count("Receivables by age") >= 1
