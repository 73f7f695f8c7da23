"""A person's data as a file: one JSON of everything, and a CSV for each kind, in a zip."""

import csv
import json
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

from rules.exports import guarded

Kinds = Mapping[str, Sequence[Mapping[str, Any]]]
EVERYTHING = "everything.json"


def zipped(kinds: Kinds) -> bytes:
    """The rows of each kind, those that there are, as files of a zip."""
    there = {kind: list(rows) for kind, rows in kinds.items() if rows}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(EVERYTHING, json.dumps(there, ensure_ascii=False, indent=2))
        for kind, rows in there.items():
            file.writestr(f"{kind}.csv", _as_csv(rows))
    return packed.getvalue()


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return lines.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return guarded(value) if isinstance(value, str) else value
