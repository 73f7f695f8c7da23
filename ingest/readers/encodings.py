"""In which encoding a text file is written: what its byte order mark says, and what was told."""

import codecs
from pathlib import Path

from ingest.problems import ImportProblem

MARKS = (  # the longer first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "UTF-32", "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "UTF-32", "utf-32", "utf-32-be"),
    (codecs.BOM_UTF8, "UTF-8", "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "UTF-16", "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "UTF-16", "utf-16", "utf-16-be"),
)
OF_NO_FILE = frozenset({"unicode-escape", "raw-unicode-escape", "utf-7", "punycode", "idna"})  # of words in programs
MANY_NULS = 0.2  # of the bytes at even or at odd places, which text of one byte a character never has


def encoding_of(path: Path, head: bytes, told: str | None) -> str:
    """The encoding to decode with, in which a byte order mark is still to be dropped from the text."""
    known = _known(told) if told is not None else None
    for mark, name, general, exact in MARKS:
        if head.startswith(mark):
            if known not in (None, general, exact):
                raise ImportProblem(
                    f"{path.name} begins with the byte order mark of {name}, and the encoding told is {told}: "
                    f"leave --encoding out, or say --encoding {general}"
                )
            return general
    _refuse_wide(path, head, known)
    return "utf-8" if known in (None, "utf-8-sig") else known


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)  # which says no to codecs between bytes and bytes, like base64
        name = codecs.lookup(encoding).name
        if name.replace("_", "-") in OF_NO_FILE:
            raise LookupError(name)
        return name
    except (LookupError, ValueError) as error:
        raise ImportProblem(f'unknown encoding "{encoding}": try utf-8, cp1252, latin-1 or utf-16') from error


def _refuse_wide(path: Path, head: bytes, known: str | None) -> None:
    if known is not None and known.startswith(("utf-16", "utf-32")):
        return
    even, odd = head[::2], head[1::2]
    if head[:2].count(0) == 1 and max(even.count(0) / len(even), odd.count(0) / len(odd)) > MANY_NULS:
        right = "utf-16-le" if odd.count(0) > even.count(0) else "utf-16-be"
        raise ImportProblem(
            f"{path.name} has a NUL in every other byte, as UTF-16 without a byte order mark has: "
            f"name it, like --encoding {right}"
        )
