"""Which columns of a file hold which field: a layout, and the `--map` that writes one out."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ingest.fields import CONSENT_FIELDS, LINE_FIELDS, ORDER, ORDER_FIELDS, PAID_BY, PROFILE_FIELDS
from ingest.numbers import DecimalMark
from ingest.problems import ImportProblem
from rules.selling import GIVEN_METHODS, SaleChannel
from rules.words import did_you_mean

PAYMENT_FIELDS = {f"{PAID_BY}{method}": f"paid by {method} for the whole sale" for method in GIVEN_METHODS}
FIELDS = LINE_FIELDS | ORDER_FIELDS | PAYMENT_FIELDS | PROFILE_FIELDS | CONSENT_FIELDS
OF_LINES = "line."  # line.tax says that a tax is the row's, where equal ones look as if they were the sale's

Cells = tuple[str, ...]  # columns whose texts are joined by a blank
Choices = tuple[Cells, ...]  # of which the first that is not blank in a row is meant


class Rules(StrEnum):
    """How the rows of a file become sales and refunds."""

    SALES = "SALES"  # rows of one number are a sale, all of them or none
    INVOICES = "INVOICES"  # good rows of one number are a sale; its first letter tells cancellations and adjustments
    PURCHASES = "PURCHASES"  # every row is a sale, numbered customer-date-n
    CUSTOMERS = "CUSTOMERS"  # every row is a customer, without a sale


class TaxStanding(StrEnum):
    """Where the tax that a file gives stands to its amounts."""

    BESIDE = "BESIDE"  # amounts are without it
    WITHIN = "WITHIN"  # amounts contain it
    ASK = "ASK"  # the file does not tell: whoever imports has to
    BY_TOTAL = "BY_TOTAL"  # what the sale comes to in all tells


class RefundNumber(StrEnum):
    """What the number in a row that gives something back is."""

    OWN = "OWN"  # its own, or its sale's where that is given back once
    SALE_AND_DAY = "SALE_AND_DAY"  # its sale's, and another refund of it may come on another day


class NumberRestarts(StrEnum):
    """How long a number means one sale."""

    UNKNOWN = "UNKNOWN"  # rows of one number on days apart are not believed to be one sale
    NEVER = "NEVER"
    DAILY = "DAILY"


@dataclass(frozen=True)
class FileHabits:
    """What else somebody said of a file, before what is found in it."""

    dates: tuple[str, ...] = ()  # strptime's formats; none: found from the columns
    decimal: DecimalMark | None = None
    time_zone: str | None = None  # of wall times; none: the business's
    tax: TaxStanding = TaxStanding.BESIDE
    refund_number: RefundNumber = RefundNumber.OWN
    number_restarts: NumberRestarts = NumberRestarts.UNKNOWN
    storefront: str | None = None  # of sales whose rows name none
    number_above: bool = False  # a row without number is of the row before
    since: date = date(1990, 1, 1)
    is_complete: bool = False  # a sale that is stored with more lines loses them


@dataclass(frozen=True)
class Mapping:
    """A layout: for each field the columns that hold it, the words in them, and the habits of the file."""

    name: str  # what ImportRun remembers it by
    columns: Dictionary[str, Choices]
    rules: Rules = Rules.SALES
    title: str = ""
    source: str | None = None  # numbers of different sources are different sales
    recognised_by: tuple[str, ...] = ()
    channel: SaleChannel = SaleChannel.STORE  # of a sale whose row names none
    product: str = "Item"  # of a row that names none
    fixed: Dictionary[str, str] = field(default_factory=dict[str, str])
    words: Dictionary[str, Dictionary[str, str]] = field(default_factory=dict[str, Dictionary[str, str]])
    of_lines: frozenset[str] = frozenset()  # money that was said to be the row's
    optional: frozenset[str] = frozenset()  # fields whose columns some versions of the file lack
    habits: FileHabits = FileHabits()

    def __post_init__(self) -> None:
        of_customers = PROFILE_FIELDS | (CONSENT_FIELDS if self.rules is Rules.CUSTOMERS else {})
        object.__setattr__(self, "profile", tuple(name for name in of_customers if self.gives(name)))
        object.__setattr__(self, "order", tuple(name for name in ORDER_FIELDS if name in self.columns))
        object.__setattr__(self, "paid_by", tuple(name for name in PAYMENT_FIELDS if name in self.columns))

    profile: tuple[str, ...] = field(init=False)
    order: tuple[str, ...] = field(init=False)
    paid_by: tuple[str, ...] = field(init=False)

    def gives(self, name: str) -> bool:
        """Whether the rows say anything of a field."""
        return name in self.columns or name in self.fixed

    @property
    def says_how_paid(self) -> bool:
        """Whether the file says how its sales were paid."""
        return self.gives("payment_method") or bool(self.paid_by)

    @property
    def is_all_or_nothing(self) -> bool:
        """Whether one row that cannot be used keeps all rows of its number out."""
        return self.rules is Rules.SALES

    def is_header(self, names: Sequence[str]) -> bool:
        """Whether a row of a file names the columns that are needed."""
        return all(_present(choices, names) for name, choices in self.columns.items() if name not in self.optional)

    def places(self, header: list[str], file_name: str) -> dict[str, list[list[int]]]:
        """For each mapped field the columns of each choice; ImportProblem names the columns that the file lacks."""
        needed = {name: choices for name, choices in self.columns.items() if name not in self.optional}
        missing = {choices: None for choices in needed.values() if not _present(choices, header)}
        if missing:
            none_found = len(missing) == len(set(needed.values()))
            raise ImportProblem(_missing(list(missing), header, file_name, none_found=none_found))
        used = {name for choices in self.columns.values() for cells in _present(choices, header) for name in cells}
        doubled = sorted(name for name in used if header.count(name) > 1)
        if doubled:
            raise ImportProblem(f"{file_name} has more than one column {', '.join(doubled)}")
        where = {name: index for index, name in enumerate(header)}
        return {
            name: [[where[cell] for cell in cells] for cells in _present(choices, header)]
            for name, choices in self.columns.items()
            if _present(choices, header)
        }

    def of_header(self, header: Sequence[str]) -> "Mapping":
        """The layout without the optional columns that a file does not have."""
        absent = {name for name in self.optional if name in self.columns and not _present(self.columns[name], header)}
        columns = {name: choices for name, choices in self.columns.items() if name not in absent}
        return replace(self, columns=columns) if absent else self


def _present(choices: Choices, header: Sequence[str]) -> list[Cells]:
    return [cells for cells in choices if all(cell in header for cell in cells)]


def _missing(missing: list[Choices], header: list[str], file_name: str, *, none_found: bool) -> str:
    lacked = "; ".join(
        " or ".join("+".join(cells) for cells in choices) + did_you_mean(choices[0][0], header) for choices in missing
    )
    message = f"{file_name} lacks the column{'s' if len(missing) > 1 else ''} {lacked}; it has {', '.join(header)}"
    if none_found:
        message += ". Its first line must name the columns; name them by --map where they are called otherwise"
    return message


def one_column(columns: Dictionary[str, str]) -> dict[str, Choices]:
    """Fields that are each held by one column."""
    return {name: ((column,),) for name, column in columns.items()}


def parse_map(text: str, **more: Any) -> Mapping:
    """The mapping written as `sale=OrderId,occurred_at=Date+Time,customer=Email|Phone,order.tax=Tax,…`.

    `+` joins columns by a blank, `|` names others for rows in which the first is blank, and a column name that
    contains a comma, a plus or a bar is put in double quotes. ImportProblem says which field is unknown, doubled or
    lacking. `more` are fields of the Mapping.
    """
    columns: dict[str, Choices] = {}
    of_lines: set[str] = set()
    for pair in _split(text, ","):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not name or not column:
            raise ImportProblem(f'--map is written field=column,field=column…; "{_bare(pair)}" is not')
        if name.startswith(OF_LINES) and name.removeprefix(OF_LINES) in LINE_FIELDS:
            name = name.removeprefix(OF_LINES)
            of_lines.add(name)
        if name not in FIELDS:
            raise ImportProblem(f'--map knows no field "{name}"{did_you_mean(name, FIELDS)}: {", ".join(FIELDS)}')
        if name in columns:
            raise ImportProblem(f"--map names the field {name} twice")
        columns[name] = tuple(tuple(map(_bare, _split(choice, "+"))) for choice in _split(column, "|"))
    made = Mapping(name="map", columns=columns, of_lines=frozenset(of_lines), **more)
    check_complete(made, "--map")
    return made


def _split(text: str, mark: str) -> list[str]:
    """The text split at its marks, except those inside double quotes."""
    parts, quoted = [""], False
    for letter in text:
        if letter == '"':
            quoted = not quoted
        if letter == mark and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]


def _bare(text: str) -> str:
    return text.replace('"', "").strip()


def check_complete(mapping: Mapping, where: str) -> None:
    """ImportProblem where fields are lacking that others need, or two say the same."""
    given = [*mapping.columns, *mapping.fixed]
    if mapping.rules is Rules.CUSTOMERS:
        _check_customers(mapping, given, where)
    else:
        _check_sales(mapping, given, where)
    if "customer_name" in given and ("first_name" in given or "last_name" in given):
        raise ImportProblem(f"{where} names customer_name beside first_name or last_name: one or the other")


def _check_customers(mapping: Mapping, given: Iterable[str], where: str) -> None:
    if "customer" not in given:
        raise ImportProblem(f"{where} lacks customer: the number or e-mail of each customer is needed")
    foreign = [name for name in given if name not in PROFILE_FIELDS | CONSENT_FIELDS and name != "customer"]
    if foreign:
        raise ImportProblem(f"{where} names {foreign[0]}, which is of a sale: customers are imported without sales")


def _check_sales(mapping: Mapping, given: Sequence[str], where: str) -> None:
    needed = ("sale", "occurred_at") if mapping.rules is not Rules.PURCHASES else ("customer", "occurred_at")
    lacking = [name for name in needed if name not in given]
    if "unit_price" not in given and "amount" not in given:
        lacking.append("unit_price or amount")
    if lacking:
        raise ImportProblem(
            f"{where} lacks {', '.join(lacking)}: sale, occurred_at and unit_price or amount are needed"
        )
    personal = [name for name in given if name in PROFILE_FIELDS]
    if personal and "customer" not in given:
        raise ImportProblem(f"{where} names {personal[0]} without customer, the column of the customer's number")
    consents = [name for name in given if name in CONSENT_FIELDS]
    if consents:
        raise ImportProblem(f"{where} names {consents[0]}: a consent is imported by import-customers, never by a sale")
    if ("paid" in given or f"{ORDER}paid" in given) and "payment_method" not in given:
        raise ImportProblem(f"{where} names paid without payment_method")
    for line, other in (("unit_cost", "cost"), ("paid", "order.paid"), ("refund", "order.refund")):
        if line in given and other in given:
            raise ImportProblem(f"{where} names {line} beside {other}: one or the other")
    if mapping.habits.tax is TaxStanding.BY_TOTAL and "order.total" not in given:
        raise ImportProblem(f"{where} has the tax told BY_TOTAL without order.total")


def parse_words(told: Iterable[str]) -> dict[str, dict[str, str]]:
    """What each `FIELD WORD=VALUE,…` says, by field and by word; ImportProblem where it is no such pair."""
    words: dict[str, dict[str, str]] = {}
    for pair in told:
        name, blank, text = pair.partition(" ")
        if not blank:
            raise ImportProblem(
                "--words takes a field and what its words mean: --words status paid=COMPLETED,void=CANCELLED"
            )
        if name not in LINE_FIELDS | PROFILE_FIELDS | CONSENT_FIELDS:
            raise ImportProblem(f'--words knows no field "{name}"{did_you_mean(name, LINE_FIELDS)}')
        for each in _split(text, ",") or [""]:
            word, equals, value = (_bare(part) for part in each.rpartition("="))
            if not equals or not word or not value:
                raise ImportProblem(f'--words {name} is written WORD=VALUE,WORD=VALUE…; "{each.strip()}" is not')
            words.setdefault(name, {})[word.casefold()] = value
    return words
