"""Files of a few bytes that stand for gigabytes or days: each is refused in words by a process that has little.

Each starts a process, for limits on memory and time are a process's; that takes some seconds. They are an eighth of
those of an import here, and the files as much smaller.
"""

import gzip
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

arrow: Any = pa  # it comes without types
ROOT = Path(__file__).parents[2]
ADDRESS_SPACE = 4 * 2**30  # bytes: the libraries' code and what Arrow reserves take more than half of it
CPU_SECONDS = 20
READING = """
import resource, sys
from pathlib import Path
from ingest import apart
from ingest.problems import ImportProblem
from ingest.readers import open_source

if __name__ == "__main__":
    memory, seconds = int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 120))
    apart.MOST_MEMORY, apart.MOST_SECONDS = apart.MOST_MEMORY // 8, apart.MOST_SECONDS // 8
    try:
        with open_source(Path(sys.argv[1])) as source:
            for chunk in source.chunks:
                pass
    except ImportProblem as problem:
        print(problem)
"""

Made = Callable[[Path], None]


def read(path: Path) -> str:
    """What a process that may take little memory and time says of a file."""
    script = path.with_name("reading.py")
    script.write_text(READING)
    command = [sys.executable, str(script), str(path), str(ADDRESS_SPACE), str(CPU_SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    return done.stdout


def one_text_many_times(path: Path) -> None:
    """1 GB of text in 500 bytes: one text of a megabyte, in a dictionary, and 1,000 times its place."""
    column = arrow.DictionaryArray.from_arrays(pa.array([0] * 1_000, pa.int32()), pa.array(["x" * 2**20]))
    pq.write_table(pa.table({"n": column}), path, compression="zstd")


def a_list_without_end(path: Path) -> None:
    """A cell that is a list of 10 million zeros, in 600 bytes."""
    column = pa.ListArray.from_arrays([0, 10_000_000], pa.array(np.zeros(10_000_000, np.int8)))
    pq.write_table(pa.table({"n": column}), path, compression="zstd")


TAKES_MORE = "takes more memory or time to read than a file of sales does"


@pytest.mark.parametrize("made", [one_text_many_times, a_list_without_end], ids=lambda made: made.__name__)
def test_a_small_parquet_file_of_gigabytes_is_refused(tmp_path: Path, made: Made) -> None:
    path = tmp_path / "a.parquet"
    made(path)

    assert path.stat().st_size < 1_000
    assert read(path).startswith(f"a.parquet {TAKES_MORE}")


def test_a_small_packed_file_of_one_long_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    block = gzip.compress(b"x" * 2**20)
    path.write_bytes(gzip.compress(b"n,d\n") + block * 3_000)

    assert path.stat().st_size < 4 * 2**20
    assert read(path).startswith("a.csv.gz is no packed text: it unpacks to more than 1")


def workbook(path: Path, part: str, content: str) -> None:
    """A workbook of one cell, one part of it with another content."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "n"
    book.save(path)
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, was in {**parts, part: content.encode()}.items():
            file.writestr(name, was if name != part else content.encode())


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def test_a_workbook_of_one_endless_row_is_refused(tmp_path: Path) -> None:
    cells = "<c/>" * 500_000
    sheet = f"<worksheet {MAIN}><sheetData><row>{cells}</row></sheetData></worksheet>"
    workbook(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", sheet)

    assert (tmp_path / "a.xlsx").stat().st_size < 2**20
    assert read(tmp_path / "a.xlsx").startswith(f"a.xlsx {TAKES_MORE}")


def test_a_workbook_of_very_wide_rows_is_read_in_its_time(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(2, 500))
    first = '<row r="1"><c r="A1"><v>7</v></c></row>'
    sheet = f"<worksheet {MAIN}><sheetData>{first}{rows}</sheetData></worksheet>"
    workbook(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", sheet)

    assert read(tmp_path / "a.xlsx") == ""


def test_a_workbook_of_very_many_texts_is_refused(tmp_path: Path) -> None:
    texts = "<si><t>a</t></si>" * 2_000_000
    workbook(tmp_path / "a.xlsx", "xl/sharedStrings.xml", f"<sst {MAIN}>{texts}</sst>")

    assert (tmp_path / "a.xlsx").stat().st_size < 2**21
    assert read(tmp_path / "a.xlsx").startswith("a.xlsx")
