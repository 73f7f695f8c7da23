"""What a file is by its first bytes, whatever its name says."""

from pathlib import Path

from ingest.problems import ImportProblem

GZIP, WORKBOOK, ZIP, PARQUET = "gzip", "workbook", "zip", "parquet"
HEAD = 4_096  # bytes
LARGE = 16 * 2**20  # bytes up to which it does not matter from how few something is unpacked
MOST_PACKED = 200  # times that what shops export may grow by when it is unpacked: it does 5 to 50 times

REMEDIES = {
    GZIP: "this is a file packed with gzip: name it .csv.gz",
    WORKBOOK: "this is an Excel workbook: name it .xlsx",
    ZIP: "this is a zip archive: unpack it, and import the file inside",
    PARQUET: "this is a Parquet file: name it .parquet",
    "xls": "this is an Excel workbook of the old kind (.xls) or one with a password: save it as .xlsx without one",
    "html": "this is a web page (HTML): export the data again as CSV, or save the page's table as .xlsx",
    "xml": "this is an XML document: save it as CSV or .xlsx",
    "pdf": "this is a PDF document: export the data as CSV",
    "tar": "this is a tar archive: unpack it, and import the file inside",
}
PARTS_OF_WORKBOOKS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/")
PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table")


def kind_of(head: bytes) -> str | None:
    """What the first bytes say for certain; None for text and what is not known."""
    if head.startswith(b"\x1f\x8b"):
        return GZIP
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return WORKBOOK if any(part in head for part in PARTS_OF_WORKBOOKS) and b"word/" not in head else ZIP
    if head.startswith(b"PAR1"):
        return PARQUET
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head[257:262] == b"ustar":
        return "tar"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(PAGES):
        return "html"
    return "xml" if text.startswith(b"<?xml") else None


def refuse_other_kinds(path: Path, head: bytes, *own: str) -> None:
    """Raise ImportProblem for a file that is something else than its name says, `own` being what it says."""
    kind = kind_of(head)
    if kind is not None and kind not in own:
        raise ImportProblem(f"{path.name} is not what its name says: {REMEDIES[kind]}")


def unpacks_to_too_much(size: int, packed: int) -> bool:
    """Whether so many bytes from so few are the work of somebody who wants to fill a memory, or take a day."""
    return size > LARGE and size > MOST_PACKED * max(1, packed)


def head_of(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(HEAD)


def too_large(path: Path) -> ImportProblem:
    """What is said of a file that takes more to read than a file of shops does."""
    return ImportProblem(
        f"{path.name} takes more memory or time to read than a file of sales does, or breaks its reader: "
        "save the rows as .csv"
    )
