"""Files of every kind, and every way in which a file can be wrong."""

import gzip
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.mapping import FileHabits, parse_map
from ingest.presets import preset
from ingest.problems import ImportProblem
from ingest.readers import text_of
from tests.ingest.conftest import ONLINE_RETAIL_HEADER
from tests.ingest.reading import problem_of, rows_of, written

ROW = "1,A1,Cup,1,2011-03-01 10:05:00,1.00,100,France"


# ---------------------------------------------------------------- what can be read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_by_the_header(tmp_path, delimiter):
    path = written(tmp_path / "a.csv", f"n{delimiter}d{delimiter}a\r\n1{delimiter}2{delimiter}3\r\n")
    assert rows_of(path) == (["n", "d", "a"], [(2, "1", "2", "3")], [])


def test_a_delimiter_can_be_given(tmp_path):
    path = written(tmp_path / "a.csv", "n,m;d\n1,5;2\n")
    assert rows_of(path, delimiter=";")[:2] == (["n,m", "d"], [(2, "1,5", "2")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_encodings(tmp_path, encoding):
    path = written(tmp_path / "a.csv", "n,d\n1,é\n".encode(encoding))
    given = None if encoding.startswith("utf-8") else encoding
    assert rows_of(path, encoding=given)[:2] == (["n", "d"], [(2, "1", "é")])


def test_a_packed_file_is_unpacked_as_it_is_read(tmp_path):
    path = written(tmp_path / "a.CSV.gz", gzip.compress(b"n,d\n1,2\n", mtime=0))
    assert rows_of(path)[1] == [(2, "1", "2")]


def test_empty_lines_are_no_rows(tmp_path):
    path = written(tmp_path / "a.csv", "n,d\n\n1,2\n  \n3,4\n\n")
    assert rows_of(path)[1:] == ([(3, "1", "2"), (5, "3", "4")], [])


def test_trailing_empty_fields_are_cut_off(tmp_path):
    assert rows_of(written(tmp_path / "a.csv", "n,d\n1,2,,\n"))[1:] == ([(2, "1", "2")], [])


async def test_parquet_is_read_like_the_same_csv(importing, tmp_path, asking):
    table = pa.table(
        {
            "InvoiceNo": ["1", "1", "C2"],
            "StockCode": ["A1", None, "A1"],
            "Description": ["Cup", "Jug", "Cup"],
            "Quantity": pa.array([2, 1, -1], pa.int32()),
            "InvoiceDate": [datetime(2011, 3, 1, 10, 5), datetime(2011, 3, 1, 10, 5), datetime(2011, 3, 2, 9, 0)],
            "UnitPrice": [2.55, 0.1 + 0.2, 2.55],
            "CustomerID": [17850.0, 17850.0, None],
            "Country": ["France"] * 3,
        }
    )
    pq.write_table(table, tmp_path / "sales.parquet")
    summary = await importing(tmp_path / "sales.parquet")
    assert (summary.read, summary.written, summary.rejected) == (3, 3, 0)
    lines = [
        "1,A1,Cup,2,2011-03-01 10:05:00,2.55,17850,France",
        "1,,Jug,1,2011-03-01 10:05:00,0.3,17850,France",
        "C2,A1,Cup,-1,2011-03-02 09:00:00,2.55,,France",
    ]
    assert (await importing(lines)).unchanged == 3
    assert await asking("SELECT total FROM sale") == [{"total": 540}]


async def test_xlsx_is_read_like_the_same_csv(importing, tmp_path, asking):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["n", "d", "q", "a", "who", None])
    sheet.append([1, datetime(2011, 3, 1), 1, 2.5, 17850, None])
    sheet.append([2, datetime(2011, 3, 1, 10, 5), 0.1 + 0.2, Decimal("1.20"), "x", None])
    sheet.append([])
    sheet.append([3, "01.04.2011", "abc", 1, None, None])
    sheet["B2"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "sales.xlsx")
    mapping = parse_map("sale=n,occurred_at=d,quantity=q,amount=a,customer=who", habits=FileHabits(dates=("%d.%m.%Y",)))
    summary = await importing(tmp_path / "sales.xlsx", mapping=mapping)
    assert (summary.read, summary.written, summary.rejected) == (3, 2, 1)
    assert await asking("SELECT number, hour, total FROM sale ORDER BY number") == [
        {"number": "1", "hour": None, "total": 250},
        {"number": "2", "hour": 10, "total": 120},
    ]
    assert summary.rejects.read_text().splitlines()[1].startswith('5,"quantity ""abc"" is not')
    lines = ["n,d,q,a,who", "1,2011-03-01,1,2.5,17850", "2,2011-03-01 10:05,0.3,1.2,x"]
    assert (await importing(lines, mapping=mapping)).unchanged == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (17850.0, "17850"), (2.55, "2.55"), (0.1 + 0.2, "0.3"), (1e-6, "0.000001"), (float("nan"), ""),
        (True, "true"), (12, "12"), (Decimal("1.50"), "1.50"), (date(2011, 3, 1), "2011-03-01"), (b"ab", "ab"),
        (datetime(2011, 3, 1, 9, 5), "2011-03-01T09:05:00"), (1e15, "1000000000000000"),
    ],
)  # fmt: skip
def test_cells_as_text(value, text):
    assert text_of(value) == text


# ---------------------------------------------------------------- what cannot


def test_a_file_that_is_not_there(tmp_path):
    assert problem_of(tmp_path / "none.csv") == f"there is no file {tmp_path / 'none.csv'}"
    (tmp_path / "folder.csv").mkdir()
    assert problem_of(tmp_path / "folder.csv").endswith("folder.csv is not a file")


def test_an_unknown_ending(tmp_path):
    message = problem_of(written(tmp_path / "sales.json", "{}"))
    assert message == (
        "cannot tell what kind of file sales.json is: its name must end in "
        ".csv, .tsv, .txt, .csv.gz, .tsv.gz, .txt.gz, .parquet, .xlsx"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "a.csv.gz is empty"),
        ("a.csv", b"\n \n", "a.csv has no header: its lines are blank"),
        ("a.csv", b",,\n1,2,3\n", "a.csv has no header: its first line must name the columns"),
        ("a.csv.gz", b"n,d\n1,2\n", "a.csv.gz is not packed with gzip: name it a.csv"),
        (
            "a.csv.gz",
            gzip.compress(b"n,d\n" + b"1,2\n" * 90_000)[:-40],
            "a.csv.gz is not a whole gzip file (after line",
        ),
        ("a.parquet", b"PAR1 no", "a.parquet is not a readable Parquet file"),
        ("a.xlsx", b"PK no", "a.xlsx is not a readable XLSX workbook"),
        ("a.csv", b"n,d\n1,2\n3,caf\xe9\n", "a.csv is not UTF-8: byte 0xe9 in line 3. Name the encoding"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    assert problem_of(written(tmp_path / name, content)).startswith(message)


def test_an_unknown_encoding(tmp_path):
    message = problem_of(written(tmp_path / "a.csv", "n,d\n"), encoding="utf-9")
    assert message == 'unknown encoding "utf-9": try utf-8, cp1252, latin-1 or utf-16'


def test_an_empty_workbook(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    assert problem_of(tmp_path / "a.xlsx") == "a.xlsx is empty: its first sheet has no cells"


async def test_nothing_is_written_of_a_file_that_breaks_in_the_middle(importing, asking, tmp_path):
    lines = f"{ONLINE_RETAIL_HEADER}\n" + f"{ROW}\n" * 12_000
    with pytest.raises(ImportProblem, match="--encoding cp1252"):
        await importing(written(tmp_path / "a.csv", lines.encode() + b"2,caf\xe9\n"))
    assert await asking("SELECT id FROM sale") == []
    assert await asking("SELECT id FROM import_run") == []


async def test_missing_columns_are_named_with_what_there_is(importing, tmp_path):
    header = ONLINE_RETAIL_HEADER.replace("UnitPrice", "Unit price").replace("CustomerID", "Client")
    with pytest.raises(ImportProblem) as refused:
        await importing(written(tmp_path / "a.csv", f"{header}\n{ROW}\n"))
    assert str(refused.value) == (
        'a.csv lacks the columns UnitPrice (did you mean "Unit price"?); CustomerID; it has InvoiceNo, StockCode, '
        "Description, Quantity, InvoiceDate, Unit price, Client, Country"
    )


async def test_a_doubled_column_is_refused_where_it_matters(importing, tmp_path):
    mapping = parse_map("sale=n,occurred_at=d,amount=a")
    await importing(["n,d,a,x,x", "1,2011-01-01,1,2,3"], mapping=mapping)
    with pytest.raises(ImportProblem, match=r"file\.csv has more than one column a$"):
        await importing(["n,d,a,a", "1,2011-01-01,1,2"], mapping=mapping)


async def test_a_file_without_header_is_told_so(importing, tmp_path):
    with pytest.raises(ImportProblem, match="Its first line must name the columns"):
        await importing(written(tmp_path / "a.csv", f"{ROW}\n{ROW}\n"))


async def test_either_customer_column_of_cdnow_is_named_when_both_are_missing(importing, tmp_path):
    with pytest.raises(ImportProblem, match="lacks the column master_id or customer_id; it has date, quantity, amount"):
        await importing(written(tmp_path / "a.csv", "date,quantity,amount\n1,2,3\n"), mapping=preset("cdnow"))


async def test_a_header_alone_is_said_to_have_no_rows(importing, tmp_path):
    with pytest.raises(ImportProblem, match=r"a\.csv has a header and no rows"):
        await importing(written(tmp_path / "a.csv", f"{ONLINE_RETAIL_HEADER}\n"))
