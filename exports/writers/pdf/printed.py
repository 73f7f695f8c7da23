"""What of a table is printed; known before reportlab is imported, which takes a tenth of a start."""

from dataclasses import dataclass
from typing import Any

from exports.document import Column, Table

MOST_ROWS = 500  # of a table that is asked for
FEW_ROWS = 20  # of others


@dataclass(frozen=True)
class Printed:
    """A table with the rows that are printed; `of` is how many it has, None where nobody counted."""

    table: Table
    rows: list[dict[str, Any]]
    of: int | None
    is_main: bool = False
    is_cut: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether there is something to print; of the main table it is said where there is not."""
        return bool(self.rows) or self.is_main

    @property
    def columns(self) -> list[Column]:
        """The columns for which a page has the width, without those that say nothing in any row."""
        printed = [column for column in self.table.columns if column.printed]
        return [c for c in printed if any(row[c.name] is not None for row in self.rows)] or printed
