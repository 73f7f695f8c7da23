"""The layouts known by name: a data file each, which a user can copy, change and give by its path."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.fields import CONSENT_FIELDS, LINE_FIELDS, ORDER, PAID_BY, PROFILE_FIELDS
from ingest.mapping import (
    FIELDS,
    Cells,
    Choices,
    FileHabits,
    NumberRestarts,
    RefundNumber,
    Rules,
    TaxStanding,
    check_complete,
)
from ingest.mapping import Mapping as Layout
from ingest.numbers import DecimalMark
from ingest.problems import ImportProblem
from ingest.words import check_words
from rules.selling import SaleChannel
from rules.words import did_you_mean

FOLDER = Path(__file__).parent
ENDING = ".toml"
LONGEST_NAME = 80


class JoinedColumns(BaseModel):
    """Columns whose texts are one, with blanks between; of numbers, columns that are added up."""

    model_config = ConfigDict(extra="forbid")
    join: list[str] = Field(min_length=1)


ColumnsOfField = str | JoinedColumns | list[str | JoinedColumns]


class PresetFile(BaseModel):
    """What a preset says, as docs/importing.md has it."""

    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1)
    rows: Rules = Rules.SALES
    source: str | None = Field(default=None, max_length=LONGEST_NAME)
    recognised_by: tuple[str, ...] = ()
    channel: SaleChannel = SaleChannel.STORE
    product: str = "Item"
    dates: tuple[str, ...] = ()
    decimal: DecimalMark | None = None
    time_zone: str | None = None
    tax: TaxStanding = TaxStanding.BESIDE
    refund_number: RefundNumber = RefundNumber.OWN
    number_above: bool = False
    number_restarts: NumberRestarts = NumberRestarts.NEVER
    storefront: str | None = None
    optional: tuple[str, ...] = ()
    columns: dict[str, ColumnsOfField] = Field(default_factory=dict[str, ColumnsOfField])
    order: dict[str, ColumnsOfField] = Field(default_factory=dict[str, ColumnsOfField])
    payments: dict[str, ColumnsOfField] = Field(default_factory=dict[str, ColumnsOfField])
    fixed: dict[str, str] = Field(default_factory=dict[str, str])
    words: dict[str, dict[str, str]] = Field(default_factory=dict[str, dict[str, str]])

    def habits(self) -> FileHabits:
        """What it says of the file besides its columns."""
        return FileHabits(
            dates=self.dates,
            decimal=self.decimal,
            time_zone=self.time_zone,
            tax=self.tax,
            refund_number=self.refund_number,
            number_restarts=self.number_restarts,
            number_above=self.number_above,
            storefront=self.storefront,
        )

    def choices(self) -> dict[str, Choices]:
        """The columns of each field."""
        fields = {ORDER + name: of_field for name, of_field in self.order.items()}
        fields |= {PAID_BY + name: of_field for name, of_field in self.payments.items()}
        return {name: _choices(of_field) for name, of_field in (self.columns | fields).items()}


def _choices(of_field: ColumnsOfField) -> Choices:
    choices = of_field if isinstance(of_field, list) else [of_field]
    return tuple(_cells(choice) for choice in choices)


def _cells(choice: str | JoinedColumns) -> Cells:
    return (choice,) if isinstance(choice, str) else tuple(choice.join)


def preset_names() -> list[str]:
    """The names of the layouts that come with the program."""
    return sorted(path.stem for path in FOLDER.glob(f"*{ENDING}"))


def preset(name: str) -> Layout:
    """The layout of this name, or of this file; ImportProblem names those there are, or what the file has wrong."""
    if name.endswith(ENDING):
        return read_preset(Path(name))
    if name not in preset_names():
        known = preset_names()
        raise ImportProblem(f'there is no preset "{name}"{did_you_mean(name, known)}: use {" or ".join(known)}')
    return _own_preset(name)


@cache
def _own_preset(name: str) -> Layout:
    return read_preset(FOLDER / f"{name}{ENDING}")


def recognised(header: Sequence[str]) -> list[Layout]:
    """The layouts whose columns a header has, those first of which it has most."""
    names = set(header)
    layouts = [preset(name) for name in preset_names()]
    fitting = [layout for layout in layouts if layout.recognised_by and names.issuperset(layout.recognised_by)]
    return sorted(fitting, key=lambda layout: -len(layout.recognised_by))


def read_preset(path: Path) -> Layout:
    """A layout from its file; ImportProblem says what is wrong in it, and where."""
    try:
        told = PresetFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ImportProblem(f"there is no preset file {path}") from None
    except ValidationError as error:
        raise ImportProblem(f"the preset {path.name} {_what_is_wrong(error)}") from None
    except (OSError, UnicodeDecodeError, RecursionError, tomllib.TOMLDecodeError) as error:
        raise ImportProblem(f"{path.name} is not a readable preset: {error}") from None
    return _layout(path, told)


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part in PresetFile.model_fields or first["loc"][0] == part)
    if first["type"] == "extra_forbidden":
        return f'knows no "{where}"{did_you_mean(where, PresetFile.model_fields)}'
    return f"has a wrong {where}: {first['msg']}"


def _layout(path: Path, told: PresetFile) -> Layout:
    name = path.name.removesuffix(ENDING)[:LONGEST_NAME]
    columns = told.choices()
    for field in (*columns, *told.fixed, *told.optional):
        if field not in FIELDS:
            raise ImportProblem(f'the preset {path.name} knows no field "{field}"{did_you_mean(field, FIELDS)}')
    layout = Layout(
        name=name,
        title=told.title,
        columns=columns,
        rules=told.rows,
        source=told.source or name,
        recognised_by=told.recognised_by,
        channel=told.channel,
        product=told.product,
        fixed=told.fixed,
        words=_words(path, told.words),
        of_lines=frozenset(LINE_FIELDS),
        optional=frozenset(told.optional),
        habits=told.habits(),
    )
    check_complete(layout, f"the preset {path.name}")
    return layout


def _words(path: Path, told: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    known = LINE_FIELDS | PROFILE_FIELDS | CONSENT_FIELDS
    for name in told:
        if name not in known:
            raise ImportProblem(f'the preset {path.name} has words of no field "{name}"{did_you_mean(name, known)}')
    words = {name: {word.casefold(): value for word, value in table.items()} for name, table in told.items()}
    check_words(words, f"the preset {path.name}")
    return words
