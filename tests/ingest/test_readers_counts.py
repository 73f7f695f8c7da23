"""Every line of a file is accounted for, whatever the file is like."""

import gzip
import io

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers import LineCounts
from tests.ingest.reading import counts_of, written

PIECES = [
    "a",
    "1",
    '"',
    '""',
    '"x"',
    "é",
    " ",
    ",",
    ",",
    ";",
    "\t",
    "n,d,a",
    'Vase 5"',
    '"two',
    "0,1,2",
    "\0",
    "\ufeff",
]
LINE = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n"])


# three seconds: what is odd about a line, an end or an encoding is met in many combinations
@settings(max_examples=250, deadline=None)
@given(
    header=st.sampled_from(["n,d,a", "n;d;a", "a\tb", "one", '"n\nd",a', "Report\n\nn,d,a", "sep=;\nn;d", "n,d,,"]),
    lines=st.lists(st.tuples(LINE, ENDS), max_size=25),
    last=LINE,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1", "cp1252", "utf-32"]),
    packed=st.booleans(),
)
def test_every_line_is_in_one_count(tmp_path_factory, header, lines, last, encoding, packed):
    text = f"{header}\n" + "".join(f"{line}{end}" for line, end in lines) + last
    marked = encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32")
    text = text if marked else text.replace("\ufeff", "")
    content = text.encode(encoding)
    name = "a.csv.gz" if packed else "a.csv"
    path = written(tmp_path_factory.mktemp("counts") / name, gzip.compress(content, mtime=0) if packed else content)
    told = None if encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32") else encoding
    counts = counts_of(path, encoding=told, wanted=lambda names: "d" in names)
    physical = [line for line in io.StringIO(text, newline="") if line.strip("\ufeff")]  # marks alone are no line
    assert counts.physical_lines == len(physical)
    assert counts.physical_lines == (
        counts.records + counts.blank_lines + counts.header_lines + counts.continuation_lines
    )


def test_counts_of_a_text_file(tmp_path):
    content = 'sep=;\nGenerated on 1 May\n\n"n\nm";d;a\n1;2;3\n\n1;"x\n\ny";3\n1;"2;3\n  \n4;5'
    path = written(tmp_path / "a.csv", content)
    assert counts_of(path, wanted=lambda names: names == ["n m", "d", "a"]) == LineCounts(
        records=4, blank_lines=2, header_lines=5, continuation_lines=2, physical_lines=13
    )


def test_counts_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Sales of May"], [], ["n", "d"], [1, 2], [], [3, 4], [5, 6, 7]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert counts_of(tmp_path / "a.xlsx", wanted=lambda names: "d" in names) == LineCounts(
        records=3, blank_lines=1, header_lines=3, continuation_lines=0, physical_lines=7
    )


def test_counts_of_a_parquet_file(tmp_path):
    pq.write_table(pa.table({"n": list(range(12_000))}), tmp_path / "a.parquet")
    assert counts_of(tmp_path / "a.parquet") == LineCounts(records=12_000, physical_lines=12_000)
