"""What all rows of a file say together before one of them is read: how numbers, dates and identities are written."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ingest.dates import DateStyle, DateSurvey
from ingest.fields import DATE_FIELDS
from ingest.identities import IdentitySurvey
from ingest.mapping import Mapping
from ingest.numbers import DecimalMark, NumberSurvey

TAXES = ("tax", "order.tax")
NOT_ZERO = re.compile("[1-9]")
IDENTITIES = ("sale", "refund_of", "customer")
Texts = Sequence[str]


class FoundStyles(NamedTuple):
    """How the columns of a file are written, by the field that they hold."""

    marks: dict[str, DecimalMark]
    dates: dict[str, DateStyle]
    whole_numbers: dict[str, bool]  # identities that a spreadsheet has written as 42.0


class FileSurvey:
    """Looks at every row of a file once, in little memory."""

    def __init__(
        self, mapping: Mapping, places: dict[str, list[list[int]]], numbers: Sequence[str], header: Sequence[str]
    ) -> None:
        self.mapping = mapping
        self.places = places
        self.names = {
            name: " or ".join(header[cells[0]] for cells in places[name]) for name in numbers if name in places
        }
        self.numbers = NumberSurvey()
        self.dates = {name: DateSurvey() for name in DATE_FIELDS if name in places}
        self.identities = {name: IdentitySurvey() for name in IDENTITIES if name in places}
        self.has_tax = False

    def add(self, columns: Sequence[Texts]) -> None:
        """Look at some rows, given as columns."""
        for name, columns_named in self.names.items():
            for cell in {cell for cells in self.places[name] for cell in cells}:
                texts = set(columns[cell])
                self.numbers.add(columns_named, texts)
                if name in TAXES and not self.has_tax:
                    self.has_tax = any(NOT_ZERO.search(text) for text in texts)
        for name, survey in self.dates.items():
            for cells in self.places[name]:
                survey.add(set(joined(columns, cells)))
        for name, survey in self.identities.items():
            for cells in self.places[name]:
                survey.add(set(columns[cells[0]]))

    def found(self) -> FoundStyles:
        """How the file is written; ImportProblem asks where it can be read in two ways."""
        habits = self.mapping.habits
        marks = self.numbers.decide(habits.decimal)
        return FoundStyles(
            marks={name: marks[columns_named] for name, columns_named in self.names.items()},
            dates={name: survey.decide(habits.dates) for name, survey in self.dates.items()},
            whole_numbers={name: survey.are_whole_numbers for name, survey in self.identities.items()},
        )


def joined(columns: Sequence[Texts], cells: Sequence[int]) -> Texts:
    """The texts of a column, or of several joined by a blank."""
    if len(cells) == 1:
        return columns[cells[0]]
    parts = zip(*(columns[cell] for cell in cells), strict=True)
    return [" ".join(text for text in row if text) for row in parts]
