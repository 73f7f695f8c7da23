"""The shapes that files have: preambles, line ends, encodings, odd headers, odd cells."""

import codecs
import gzip
import tracemalloc
import uuid
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.problems import ImportProblem
from ingest.readers import open_source
from tests.ingest.reading import counts_of, problem_of, rejects_of, rows_of, written


def has_day(names: list[str]) -> bool:
    return "d" in names


@pytest.fixture
def read(tmp_path):
    def reading(content: str | bytes, name: str = "a.csv", **options):
        return rows_of(written(tmp_path / name, content), **options)

    return reading


# ---------------------------------------------------------------- where the header is


def test_the_header_is_the_first_record_that_is_wanted(read):
    content = "\nSales, all shops\nGenerated on 1 May 2026\n,,\nn,d,a\n1,2,3\n"
    assert read(content, wanted=has_day) == (["n", "d", "a"], [(6, "1", "2", "3")], [])


def test_a_title_may_have_more_delimiters_than_the_header(read):
    content = "Shops: e|f|g|h|i\nn;d;a\n1;2;3\n"
    assert read(content, wanted=has_day) == (["n", "d", "a"], [(3, "1", "2", "3")], [])


def test_a_title_may_have_a_stray_quote(read):
    content = '"Sales of May\n"of Ann" only\nn,d,a\n1,"2",3\n'
    assert read(content, wanted=has_day) == (["n", "d", "a"], [(4, "1", "2", "3")], [])


def test_where_nothing_is_wanted_the_first_record_that_is_not_blank_is_the_header(read):
    assert read("\n  \nn,m\nn,d\n")[:2] == (["n", "m"], [(4, "n", "d")])
    assert read("n,m\n1,2\n", wanted=has_day)[:2] == (["n", "m"], [(2, "1", "2")])


def test_the_header_is_looked_for_among_the_first_30_records(read):
    assert read("x\n\n" * 29 + "n,d\n1,2\n", wanted=has_day)[0] == ["n", "d"]
    assert read("x\n\n" * 30 + "n,d\n1,2\n", wanted=has_day)[0] == ["x"]


def test_a_line_break_within_a_name_is_a_blank(read):
    content = '"Sale\n number ",d,"a\r\nb"\n1,2,3\n'
    assert read(content) == (["Sale number", "d", "a b"], [(4, "1", "2", "3")], [])
    assert read(f"Title\n{content}", wanted=has_day)[0] == ["Sale number", "d", "a b"]


def test_an_open_quote_in_the_header_is_refused(tmp_path):
    path = written(tmp_path / "a.csv", 'n,"d,a\n1,2,3\n')
    assert problem_of(path) == (
        'a.csv, line 1, the header: a double quote is not closed; write one within a text as "", or take it out'
    )


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_a_first_line_may_name_the_delimiter(read, first):
    assert read(f"{first}\r\nn,m;d\r\n1,5;2\r\n") == (["n,m", "d"], [(3, "1,5", "2")], [])


def test_a_delimiter_that_is_told_goes_before_one_that_the_file_names(read):
    assert read("sep=;\nn,d\n1,2\n", delimiter=",")[:2] == (["n", "d"], [(3, "1", "2")])
    assert read("n;m\td\n1\t2\n", delimiter="\\t")[0] == ["n;m", "d"]


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_what_cannot_be_a_delimiter(tmp_path, delimiter):
    message = problem_of(written(tmp_path / "a.csv", "n,d\n"), delimiter=delimiter)
    assert message == f'"{delimiter}" cannot be a delimiter: it must be one character, like --delimiter ";"'


@pytest.mark.parametrize("name", ["a.tsv", "a.TXT", "a.tsv.gz", "a.txt.gz"])
def test_tabs_go_first_in_files_of_their_names(read, name):
    def made(text: str) -> bytes:
        return gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else text.encode()

    assert read(made("n,m,o\td\n1,2\t3\n"), name)[:2] == (["n,m,o", "d"], [(2, "1,2", "3")])
    assert read(made("n;d\n1;2\n"), name)[:2] == (["n", "d"], [(2, "1", "2")])


def test_doubled_names_stay(read):
    assert read("n,d,n\n1,2,3\n")[:2] == (["n", "d", "n"], [(2, "1", "2", "3")])


def test_nameless_columns_at_the_end_are_none(tmp_path):
    path = written(tmp_path / "a.csv", "n,d,,\n1,2,,\n3,4\n5,6,x,\n")
    assert rows_of(path)[:2] == (["n", "d"], [(2, "1", "2"), (3, "3", "4"), (4, "5", "6,x,")])
    assert rejects_of(path) == {4: "4 fields where the header has 2"}


def test_the_header_again_is_a_reject(tmp_path):
    again = "the header again: are several files pasted together? Leave the line out"
    path = written(tmp_path / "a.csv", b'n,d\n1,2\n\xef\xbb\xbfn,d\n3,4\n"n", d ,\n5,"6\n7"\nn,d\n')
    assert rejects_of(path) == {3: again, 5: again, 8: again}
    assert [row[0] for row in rows_of(path)[1]] == [2, 3, 4, 5, 6, 8]


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(read, end):
    assert read(f'n,d{end}1,2{end}{end}3,"4{end}5"{end}6,7') == (
        ["n", "d"],
        [(2, "1", "2"), (4, "3", f"4{end}5"), (6, "6", "7")],
        [],
    )


def test_line_ends_may_be_mixed(read):
    assert read("n,d\r\n1,2\r3,4\n5,6\r\r\n7,8")[1] == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6"), (6, "7", "8")]


def test_a_line_end_may_be_cut_by_the_end_of_what_is_read_at_once(read):
    row = "1,2345\r\n"
    rows, problems = read("n,d\r\n" + row * 100_000)[1:]
    assert (len(rows), rows[-1], problems) == (100_000, (100_001, "1", "2345"), [])


def test_other_separators_of_lines_are_text(read):
    assert read("n,d\n1,a\x0bb\x1c\u2028c\x85\n")[1] == [(2, "1", "a\x0bb\x1c\u2028c\x85")]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_field_that_is_too_long_is_a_reject(tmp_path, quote):
    path = written(tmp_path / "a.csv", f"n,d\n1,{quote}{'x' * 131_072}{quote}\n2,{quote}{'x' * 131_073}{quote}\n3,4\n")
    _header, rows, problems = rows_of(path)
    assert problems == ["a field has more than 131,072 characters; shorten it"]
    assert [row[0:2] for row in rows] == [(2, "1"), (3, "2"), (4, "3")]
    assert rows[1][2] == f"{'x' * 1_000}…"


def test_a_line_that_is_too_long_is_a_reject(tmp_path):
    path = written(tmp_path / "a.csv", "n,d\r\n1," + "x,y" * 600_000 + "\r\n2,3\r\n" + "," * 1_100_000 + "\r4,5")
    long = "the line has more than 1,048,576 characters; is a line end missing?"
    assert rejects_of(path) == {2: long, 4: long}
    assert [row[0] for row in rows_of(path)[1]] == [2, 3, 4, 5]
    assert counts_of(path).physical_lines == 5


@pytest.mark.parametrize("unit", [b"x", b'"', b'""\n', b",", b"\0"])
def test_memory_stays_flat_whatever_a_line_is(tmp_path, unit):
    path = written(tmp_path / "a.csv", b"n,d,a\n" + unit * (32 * 2**20 // len(unit)))
    tracemalloc.start()
    with open_source(path) as source:
        for _chunk in islice(source.chunks, 5):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * 2**20


def test_text_that_is_packed_to_nearly_nothing_is_refused(tmp_path):
    path = written(tmp_path / "a.csv.gz", gzip.compress(b"n,d,a\n" + b"x" * 20_000_000, mtime=0))
    with pytest.raises(ImportProblem, match=r"a\.csv\.gz is no packed text: it unpacks to more than 16,7\d\d,\d\d\d b"):
        rows_of(path)


def test_a_nul_is_a_reject(tmp_path):
    nul = "the row holds a NUL character (a byte of zero, shown as ␀); take it out"
    path = written(tmp_path / "a.csv", b'n,d\n1,a\0b\n2,"\0"\n3,4\n')
    assert rows_of(path)[1:] == ([(2, "1", "a␀b"), (3, "2", "␀"), (4, "3", "4")], [nul, nul])
    pq.write_table(pa.table({"n": ["1", "2"], "d": ["a\0b", "c"]}), tmp_path / "a.parquet")
    assert rows_of(tmp_path / "a.parquet")[1:] == ([(1, "1", "a␀b"), (2, "2", "c")], [nul])


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("told", [None, "utf-8", "UTF8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_a_mark_of_utf_8_is_dropped(read, told, mark):
    assert read(mark + "n,d\né,2\n".encode(), encoding=told)[:2] == (["n", "d"], [(2, "é", "2")])


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
    ],
)
def test_other_marks_tell_the_encoding(read, encoding, mark):
    content = mark + "n,d\né,2\n".encode(encoding)
    for told in (None, encoding, encoding[:6]):
        assert read(content, encoding=told)[:2] == (["n", "d"], [(2, "é", "2")])


@pytest.mark.parametrize(
    ("content", "told", "message"),
    [
        (
            codecs.BOM_UTF8 + b"n,d\n",
            "cp1252",
            "a.csv begins with the byte order mark of UTF-8, and the encoding told is cp1252: "
            "leave --encoding out, or say --encoding utf-8",
        ),
        (
            "n,d\n".encode("utf-16"),
            "utf-8",
            "a.csv begins with the byte order mark of UTF-16, and the encoding told is utf-8: "
            "leave --encoding out, or say --encoding utf-16",
        ),
        (
            "n,d\n1,2\n".encode("utf-16-be"),
            None,
            "a.csv has a NUL in every other byte, as UTF-16 without a byte order mark has: "
            "name it, like --encoding utf-16-be",
        ),
        (
            "n,d\n1,é\n2,3\n".encode("utf-16")[:-1],
            None,
            "a.csv is not utf-16: byte 0x0a in line 3. "
            "Name the encoding it was written in, like --encoding cp1252 or --encoding latin-1",
        ),
        (b"n,d\n", "base64", 'unknown encoding "base64": try utf-8, cp1252, latin-1 or utf-16'),
    ],
)
def test_encodings_that_cannot_be(tmp_path, content, told, message):
    assert problem_of(written(tmp_path / "a.csv", content), encoding=told) == message


@pytest.mark.parametrize("rows", [1, 50_000, 99_999])
def test_a_wrong_byte_is_told_with_its_line(tmp_path, rows):
    path = written(tmp_path / "a.csv", b"n,d\r\n" + "1,é\r\n".encode() * rows + b"2,caf\xe9\r\n" + b"1,2\r\n" * 9)
    assert problem_of(path).startswith(f"a.csv is not UTF-8: byte 0xe9 in line {rows + 2}. Name the encoding")


# ---------------------------------------------------------------- workbooks


@pytest.fixture
def workbook(tmp_path):
    def saved(*rows, name="a.xlsx"):
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return saved


def changed(path, part: str, old: bytes, new: bytes):
    """A workbook in which a part says something else."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_workbook_may_have_a_preamble(workbook):
    path = workbook(["Sales"], [], [None, "of May"], ["n", "d\nday", "d", None], [1, 2, 3], ["n", "d\nday", "d"])
    again = "the header again: are several files pasted together? Leave the line out"
    assert rows_of(path, wanted=has_day) == (
        ["n", "d day", "d"],
        [(5, "1", "2", "3"), (6, "n", "d\nday", "d")],
        [again],
    )


def test_a_workbook_that_is_wrong_about_its_size(workbook):
    path = changed(workbook(["n", "d"], [1, 2]), "xl/worksheets/sheet1.xml", b'ref="A1:B2"', b'ref="A1"')
    assert rows_of(path)[:2] == (["n", "d"], [(2, "1", "2")])


def test_a_strict_workbook_is_refused(workbook):
    path = changed(
        workbook(["n", "d"], [1, 2]),
        "_rels/.rels",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    assert problem_of(path) == (
        "a.xlsx is a Strict Open XML workbook, which is not read: save it as the usual "
        '"Excel Workbook (.xlsx)", or as .csv'
    )


def test_a_workbook_without_a_worksheet_or_with_a_damaged_one(workbook):
    path = changed(workbook(["n", "d"], [1, 2]), "xl/worksheets/sheet1.xml", b"</row>", b"</wor>")
    assert problem_of(path).startswith("a.xlsx is a damaged XLSX workbook (after row 0): mismatched tag")
    path = changed(workbook(["n", "d"], [1, 2]), "xl/worksheets/sheet1.xml", b'r="A2"', b'r="??"')
    assert problem_of(path).startswith("a.xlsx is a damaged XLSX workbook (after row 1): ")
    path = changed(workbook(["n", "d"]), "xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"worksheets/no.xml")
    assert problem_of(path) == "a.xlsx has no worksheet: put the rows on its first sheet"


def test_a_day_beyond_the_calendar_is_an_error_of_its_cell_alone(workbook):
    path = workbook(["n", "d"], [1, datetime(2026, 5, 1, 10)], [2, 3])
    path = changed(path, "xl/worksheets/sheet1.xml", b"<v>46143.41666666666</v>", b"<v>99999999</v>")
    assert rows_of(path)[1] == [(2, "1", "#VALUE!"), (3, "2", "3")]


def test_a_workbook_that_is_a_bomb_is_refused(workbook):
    path = changed(workbook(["n", "d"], [1, 2]), "xl/worksheets/sheet1.xml", b"</sheetData>", b" " * 20_000_000)
    assert problem_of(path).startswith(
        "a.xlsx cannot be a real workbook: its part xl/worksheets/sheet1.xml unpacks to 20,000,"
    )


def test_a_row_beyond_what_a_sheet_can_have_is_refused(workbook):
    # a second and a half: the reader gives each of the million rows before it
    path = changed(workbook(["n", "d"], [1, 2]), "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="2000000000"')
    assert problem_of(path) == "a.xlsx has more than 1,048,576 rows, which no worksheet has"


# ---------------------------------------------------------------- Parquet


NANOSECONDS = 1_299_146_700_123_456_789  # 2011-03-03 10:05:00.123456789 UTC


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array([NANOSECONDS], pa.timestamp("ns")), "2011-03-03T10:05:00.123456"),
        (pa.array([NANOSECONDS], pa.timestamp("ns", "Asia/Tokyo")), "2011-03-03T19:05:00.123456+09:00"),
        (pa.array([1_299_146_700], pa.timestamp("s")), "2011-03-03T10:05:00"),
        (pa.array([datetime(2011, 3, 3, tzinfo=UTC)], pa.timestamp("us", "UTC")), "2011-03-03T00:00:00+00:00"),
        (pa.array([37_800_000_000_999], pa.time64("ns")), "10:30:00"),
        (pa.array([time(10, 30)], pa.time32("s")), "10:30:00"),
        (pa.array([90_000_000_999], pa.duration("ns")), "0:01:30"),
        (pa.array([timedelta(days=1)], pa.duration("s")), "1 day, 0:00:00"),
        (pa.array([date(2011, 3, 3)], pa.date64()), "2011-03-03"),
        (pa.array([2.55], pa.float16()), "2.55"),
        (pa.array([1234], pa.float16()), "1234"),
        (pa.array([2.55], pa.float32()), "2.55"),
        (pa.array([Decimal("1.50")], pa.decimal256(60, 2)), "1.50"),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array([NANOSECONDS], pa.timestamp("ns")).dictionary_encode(), "2011-03-03T10:05:00.123456"),
        (pa.array(["a"], pa.large_string()), "a"),
        (pa.array([b"ab"], pa.binary(2)), "ab"),
        (pa.array([None], pa.null()), ""),
        (pa.array([True]), "true"),
        (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615"),
        (pa.array([[1, 2]]), "[1, 2]"),
        (pa.array([{"a": 1}]), "{'a': 1}"),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "[('a', 1)]"),
        (pa.array([uuid.UUID(int=1).bytes], pa.uuid()), "00000000-0000-0000-0000-000000000001"),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else None,
)
def test_columns_of_any_type(tmp_path, column, text):
    pq.write_table(pa.table({"n": column}), tmp_path / "a.parquet")
    assert rows_of(tmp_path / "a.parquet") == (["n"], [(1, text)], [])


def test_a_column_that_cannot_be_read_is_named(tmp_path):
    pq.write_table(pa.table({"n": [1], "d": pa.array([2**40], pa.timestamp("s"))}), tmp_path / "a.parquet")
    message = problem_of(tmp_path / "a.parquet")
    assert message.startswith('a.parquet, column "d" (timestamp[ms]), at or after row 1: ')
    assert message.endswith(". Write that column as text or numbers, or leave it out of the file")


def test_a_parquet_file_may_have_doubled_and_nameless_columns(tmp_path):
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array(["x"])], names=["n", "n", ""])
    pq.write_table(table, tmp_path / "a.parquet")
    assert rows_of(tmp_path / "a.parquet")[:2] == (["n", "n", ""], [(1, "1", "2", "x")])


def test_a_long_text_of_a_parquet_file_is_a_reject(tmp_path):
    pq.write_table(pa.table({"n": ["x" * 131_073, "y"]}), tmp_path / "a.parquet")
    _header, rows, problems = rows_of(tmp_path / "a.parquet")
    assert problems == ["a field has more than 131,072 characters; shorten it"]
    assert rows == [(1, f"{'x' * 1_000}…"), (2, "y")]
