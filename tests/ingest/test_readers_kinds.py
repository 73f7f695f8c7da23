"""Files that are something else than their names say, and files that are no files of rows."""

import gzip
import io
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.ingest.reading import problem_of, rows_of, written

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("sales.csv", "n,d\n1,2\n")
    return out.getvalue()


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"n": [1]}), out)
    return out.getvalue()


IS_WORKBOOK = "this is an Excel workbook: name it .xlsx"
IS_ZIP = "this is a zip archive: unpack it, and import the file inside"
IS_GZIP = "this is a file packed with gzip: name it .csv.gz"
IS_PARQUET = "this is a Parquet file: name it .parquet"
IS_OLD = "this is an Excel workbook of the old kind (.xls) or one with a password: save it as .xlsx without one"
IS_PAGE = "this is a web page (HTML): export the data again as CSV, or save the page's table as .xlsx"


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        ("a.csv", workbook(), IS_WORKBOOK),
        ("a.csv", archive(), IS_ZIP),
        ("a.csv", gzip.compress(b"n,d\n", mtime=0), IS_GZIP),
        ("a.tsv", parquet(), IS_PARQUET),
        ("a.txt", OLD, IS_OLD),
        ("a.csv", b"\xef\xbb\xbf\r\n <!DOCTYPE html><html>", IS_PAGE),
        ("a.csv", b"<table><tr><td>n</td></tr></table>", IS_PAGE),
        ("a.csv", b'<?xml version="1.0"?><Workbook/>', "this is an XML document: save it as CSV or .xlsx"),
        ("a.csv", b"%PDF-1.7\n", "this is a PDF document: export the data as CSV"),
        ("a.csv.gz", workbook(), IS_WORKBOOK),
        ("a.csv.gz", gzip.compress(parquet(), mtime=0), IS_PARQUET),
        ("a.csv.gz", gzip.compress(gzip.compress(b"n,d\n", mtime=0), mtime=0), IS_GZIP),
        ("a.xlsx", parquet(), IS_PARQUET),
        ("a.xlsx", OLD, IS_OLD),
        ("a.xlsx", b"<html>", IS_PAGE),
        ("a.parquet", workbook(), IS_WORKBOOK),
    ],
)
def test_a_file_is_refused_by_what_it_is(tmp_path, name, content, remedy):
    message = problem_of(written(tmp_path / name, content))
    assert message == f"{name} is not what its name says: {remedy}"


def test_text_under_another_name(tmp_path):
    assert problem_of(written(tmp_path / "a.csv.gz", "n,d\n")) == "a.csv.gz is not packed with gzip: name it a.csv"
    assert problem_of(written(tmp_path / "a.xlsx", "n,d\n")) == (
        "a.xlsx is not a readable XLSX workbook: File is not a zip file. Save it again as .xlsx, or name text .csv"
    )
    assert problem_of(written(tmp_path / "a.parquet", "n,d\n" * 9)).endswith(
        "Write or copy it again, or save it as .csv"
    )


def test_a_zip_archive_named_as_a_workbook(tmp_path):
    assert problem_of(written(tmp_path / "a.xlsx", archive())) == (
        "a.xlsx is a zip archive and no workbook: unpack it, and import the file inside"
    )


@pytest.mark.parametrize("name", ["sales.xls", "sales.XLSB", "sales.ods"])
def test_spreadsheets_of_other_kinds(tmp_path, name):
    message = problem_of(written(tmp_path / name, OLD))
    assert message == f"{name} is a spreadsheet of a kind that is not read: save it as .xlsx or .csv"


def test_a_file_that_only_names_pages_is_text(tmp_path):
    assert rows_of(written(tmp_path / "a.csv", "PKG,<html>\n1,2\n"))[1] == [(2, "1", "2")]
