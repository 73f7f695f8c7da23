"""The rows of a file in values, as its mapping says which columns mean what."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from ingest.amount_limits import MOST_QUANTITY, MOST_UNITS
from ingest.contact_fields import e_mail_in, phone_in
from ingest.dates import birth_date_reader, day_reader, moment_reader, moment_with_zone_reader
from ingest.fields import CONSENT_FIELDS, LINE_MONEY, ORDER, PAID_BY, YES_OR_NO
from ingest.identities import identity_reader, is_no_value
from ingest.mapping import Mapping, Rules
from ingest.numbers import DecimalMark, number_reader
from ingest.staging import StagedRows
from ingest.surveys import FoundStyles, joined
from ingest.values import Contacts, Moment, Reading, Unreadable, first_unreadable, text_reader
from ingest.words import WORDS, RowKind, word_reader, yes_or_no_reader
from rules.days import date_of
from rules.selling import PaymentMethod, SaleChannel, SaleStatus

ZONE_MARK = "\0"  # between a time and the zone that stands in another column: in no text, and no blank


class ImportingShop(Protocol):
    """What an import needs to know of a business: a row of it, or for a dry run one that is not written yet."""

    @property
    def id(self) -> int | None:
        """Its key, None where it is not written."""
        ...

    @property
    def currency(self) -> str:
        """Its currency, by its code."""
        ...

    @property
    def currency_exponent(self) -> int:
        """The decimals of its currency."""
        ...

    @property
    def timezone(self) -> str:
        """The zone of its clock."""
        ...

    @property
    def region(self) -> str | None:
        """The country of phone numbers without a country code."""
        ...


class SourceRow(NamedTuple):
    """One row of the file in values: numbers in millionths, None where a column is not mapped or empty."""

    line: int
    key: str  # of the rows that belong together
    sale: str | None
    refund_of: str | None
    occurred_at: Moment | None
    customer: str | None
    kind: RowKind | None
    is_void: bool | None
    currency: str | None
    product: str | None
    variant: str | None
    sku: str | None
    category: str | None
    brand: str | None
    quantity: int | None
    unit_price: int | None
    amount: int | None
    unit_cost: int | None
    cost: int | None
    is_product: bool | None
    discount: int | None
    tax: int | None
    shipping: int | None
    tip: int | None
    refund: int | None
    status: SaleStatus | None
    channel: SaleChannel | None
    storefront: str | None
    payment_method: PaymentMethod | None
    paid: int | None
    order: tuple[int | None, ...]  # in the order of Mapping.order
    paid_by: tuple[int | None, ...]  # in the order of Mapping.paid_by
    profile: tuple[Any, ...]  # in the order of Mapping.profile


FIELDS_OF_ROW = SourceRow._fields[2:-3]
NUMBERS = ("quantity", *LINE_MONEY)
REQUIRED = {"occurred_at": "no date", "quantity": "no quantity", "unit_price": "no unit price", "amount": "no amount"}
NOT_OF_SALES = "the row is neither a sale nor a refund"
NOT_NEGATIVE = ("unit_cost",)
LENGTHS = {
    "sale": 80, "refund_of": 80, "customer": 64, "currency": 20, "product": 300, "variant": 200, "sku": 120,
    "category": 160, "storefront": 200, "first_name": 200, "last_name": 200, "customer_name": 200, "line1": 200,
    "line2": 200, "city": 120, "state": 120, "postal_code": 32, "country": 120, "brand": 120,
}  # fmt: skip


def number_fields(mapping: Mapping) -> list[str]:
    """The mapped fields that hold numbers."""
    return [name for name in mapping.columns if _is_number(name)]


def _is_number(name: str) -> bool:
    return name in NUMBERS or name.startswith((ORDER, PAID_BY))


class RowReader:
    """Reads the rows of one file by its mapping, in the zone of its shop."""

    def __init__(
        self,
        mapping: Mapping,
        places: dict[str, list[list[int]]],
        shop: ImportingShop,
        styles: FoundStyles,
        *,
        until: date,
    ) -> None:
        self.mapping = mapping
        self.places = places
        self.styles = styles
        self.until = until
        self.zone = ZoneInfo(shop.timezone)
        self.contacts = Contacts(shop.region)
        self.notes: list[tuple[int, str]] = []  # what of a profile could not be read, by line
        self.readings = {name: Reading(self._reader(name)) for name in (*mapping.columns, *mapping.fixed)}
        self._number_before: str | Unreadable | None = None
        self._together = {name for name in mapping.columns if name not in mapping.profile}

    def keys(self, columns: Sequence[Sequence[str]]) -> list[str | Unreadable]:
        """What says which rows belong together: the sale's number; for PURCHASES, the customer and the day."""
        if self.mapping.rules is Rules.CUSTOMERS:
            return [key or Unreadable("no customer") for key in self._column("customer", columns)]
        if self.mapping.rules is Rules.PURCHASES:
            pairs = zip(self._column("customer", columns), self._column("occurred_at", columns), strict=True)
            return [self._occasion(customer, moment) for customer, moment in pairs]
        numbers: list[Any] = self._column("sale", columns)
        if "refund_of" in self.places:
            kinds = self._column("kind", columns) if "kind" in self.places else repeat(RowKind.REFUND)
            named = zip(self._column("refund_of", columns), numbers, kinds, strict=False)
            numbers = [(back if kind is RowKind.REFUND else None) or number for back, number, kind in named]
        if self.mapping.habits.number_above:
            numbers = list(self._filled(numbers))
        if all(numbers):
            return numbers
        kinds = self._column("kind", columns) if "kind" in self.places else repeat(None)
        return [
            number or Unreadable(NOT_OF_SALES if kind is RowKind.NEITHER else "no sale number")
            for number, kind in zip(numbers, kinds, strict=False)
        ]

    def _filled(self, numbers: Iterable[str | Unreadable | None]) -> Iterator[str | Unreadable | None]:
        """The numbers, each blank one as the one before it, also where that was in an earlier chunk."""
        for number in numbers:
            self._number_before = number or self._number_before
            yield self._number_before

    def read(self, staged: StagedRows) -> tuple[list[SourceRow], dict[int, str]]:
        """The rows in values, and for the indexes of those that cannot be read, why."""
        lists = {name: self._column(name, staged.columns) for name in self.mapping.columns}
        for name in self.mapping.fixed:
            value = self.readings[name][self.mapping.fixed[name]]
            lists[name] = [value] * len(staged.lines)
        if self.mapping.rules is Rules.PURCHASES:
            lists["sale"] = staged.keys
        profile = self._profile(staged, lists)
        fields = [lists.get(name) or repeat(None) for name in FIELDS_OF_ROW]
        order = _side_by_side([lists[name] for name in self.mapping.order])
        paid_by = _side_by_side([lists[name] for name in self.mapping.paid_by])
        rows = map(SourceRow._make, zip(staged.lines, staged.keys, *fields, order, paid_by, profile, strict=False))
        return list(rows), self._problems(lists) | _broken(staged)

    def _profile(self, staged: StagedRows, lists: dict[str, list[Any]]) -> Any:
        """What the rows say of their customers: what cannot be read is left out with a note, and costs no sale."""
        for name in self.mapping.profile:
            if self.readings[name].failed:
                values = lists[name]
                for index, value in enumerate(values):
                    if type(value) is Unreadable:
                        self.notes.append((staged.lines[index], value.reason))
                lists[name] = [None if type(value) is Unreadable else value for value in values]
        return _side_by_side([lists[name] for name in self.mapping.profile])

    def _column(self, name: str, columns: Sequence[Sequence[str]]) -> list[Any]:
        first, *others = (self._values(name, cells, columns) for cells in self.places[name])
        for other in others:
            first = [value if value is not None else more for value, more in zip(first, other, strict=True)]
        return first

    def _values(self, name: str, cells: Sequence[int], columns: Sequence[Sequence[str]]) -> list[Any]:
        read = self.readings[name].__getitem__
        if len(cells) == 1 or not _is_number(name):
            return list(map(read, self._texts(name, cells, columns)))
        return [_sum(values) for values in zip(*(map(read, columns[cell]) for cell in cells), strict=True)]

    def _texts(self, name: str, cells: Sequence[int], columns: Sequence[Sequence[str]]) -> Sequence[str]:
        texts = joined(columns, cells)
        if name != "occurred_at" or "time_zone" not in self.places:
            return texts
        zones = joined(columns, self.places["time_zone"][0])
        return [f"{text}{ZONE_MARK}{zone}" for text, zone in zip(texts, zones, strict=True)]

    def _problems(self, lists: dict[str, list[Any]]) -> dict[int, str]:
        failed = [values for name, values in lists.items() if name in self._together and self.readings[name].failed]
        problems: dict[int, str] = {}
        if failed:
            for index, values in enumerate(zip(*failed, strict=True)):
                unreadable = first_unreadable(values)
                if unreadable:
                    problems[index] = unreadable.reason
        return problems

    def _occasion(self, customer: str | Unreadable | None, moment: Moment | Unreadable) -> str | Unreadable:
        if isinstance(customer, Unreadable):
            return customer
        if isinstance(moment, Unreadable):
            return moment
        return f"{customer}-{date_of(moment.business_day)}" if customer else Unreadable("no customer")

    # ------------------------------------------------------------ how each field is read

    def _reader(self, name: str) -> Callable[[str], Any]:
        read = self._plain_reader(name)
        if name not in REQUIRED or self.mapping.is_all_or_nothing:
            return read  # what a row of a whole sale needs depends on what it is about
        return _required(read, REQUIRED[name])

    def _plain_reader(self, name: str) -> Callable[[str], Any]:
        what = name.removeprefix(ORDER).replace("_", " ")
        words = self.mapping.words.get(name, {})
        if _is_number(name):
            return self._number(name, what)
        if name in WORDS:
            return word_reader(name, words)
        if name in YES_OR_NO or name in CONSENT_FIELDS:
            return yes_or_no_reader(name, words)
        if name in ("sale", "refund_of", "customer"):
            whole_numbers = self.styles.whole_numbers.get(name, False)
            read = identity_reader(
                what, whole_numbers=whole_numbers, at_most=LENGTHS[name], may_be_zero=name != "customer"
            )
            read = _in_words(read, words)
            return (lambda text: read(e_mail_in(text))) if name == "customer" else read
        special: dict[str, Callable[[], Callable[[str], Any]]] = {
            "occurred_at": self._moment,
            "joined_on": lambda: day_reader(what, self.styles.dates[name], self.zone),
            "birth_date": lambda: birth_date_reader(what, self.styles.dates[name], until=self.until),
            "email": lambda: lambda text: self.contacts.email(e_mail_in(text)),
            "phone": lambda: lambda text: self.contacts.phone(phone_in(text)),
            "currency": lambda: _upper(text_reader(what, LENGTHS[name])),
            "time_zone": lambda: text_reader(what, 100),
            "postal_code": lambda: _unquoted(text_reader(what, LENGTHS[name])),
        }
        return special[name]() if name in special else _in_words(text_reader(what, LENGTHS[name]), words)

    def _number(self, name: str, what: str) -> Callable[[str], int | None]:
        return number_reader(
            what,
            self.styles.marks.get(name, DecimalMark.POINT),
            negative=name not in NOT_NEGATIVE,
            at_most=MOST_QUANTITY if name == "quantity" else MOST_UNITS,
        )

    def _moment(self) -> Callable[[str], Moment | None]:
        habits = self.mapping.habits
        zone = ZoneInfo(habits.time_zone) if habits.time_zone else self.zone
        style = self.styles.dates["occurred_at"]
        span = {"since": habits.since, "until": self.until}
        if "time_zone" not in self.places:
            return moment_reader("date", style, zone, self.zone, **span)
        read = moment_with_zone_reader("date", style, zone, self.zone, **span)
        return lambda text: read(*text.split(ZONE_MARK))


def _side_by_side(lists: Sequence[Sequence[Any]]) -> Any:
    return zip(*lists, strict=True) if lists else repeat(())


def _sum(values: Sequence[Any]) -> Any:
    """Numbers of several columns added up: None where all are blank, the first that cannot be read where one cannot."""
    unreadable = first_unreadable(values)
    if unreadable:
        return unreadable
    given = [value for value in values if value is not None]
    return sum(given) if given else None


def _broken(staged: StagedRows) -> dict[int, str]:
    """Why rows were no rows to begin with, by their indexes."""
    if not any(staged.problems):
        return {}
    return {index: problem for index, problem in enumerate(staged.problems) if problem is not None}


def _required(read: Callable[[str], Any], problem: str) -> Callable[[str], Any]:
    def present(text: str) -> Any:
        value = read(text)
        if value is None:
            raise ValueError(problem)
        return value

    return present


def _unquoted(read: Callable[[str], str | None]) -> Callable[[str], str | None]:
    return lambda text: read(text.removeprefix("'"))  # by which a spreadsheet keeps a number as text


def _upper(read: Callable[[str], str | None]) -> Callable[[str], str | None]:
    def code(text: str) -> str | None:
        value = read(text)
        return None if value is None or is_no_value(value) else value.upper()

    return code


def _in_words(read: Callable[[str], str | None], words: Any) -> Callable[[str], str | None]:
    """A text as the file's own words name it, where they do."""
    return (lambda text: read(words.get(text.casefold(), text))) if words else read


class Group(NamedTuple):
    """All rows of one number, in the order of the file."""

    rows: list[SourceRow]
    unreadable: list[tuple[int, str]]  # lines of the rows that cannot be read, with the reason


def groups_of(reader: RowReader, staged: Iterator[StagedRows]) -> Iterator[Group]:
    """The rows of each number in turn."""
    key: str | None = None
    group = Group([], [])
    for chunk in staged:
        rows, problems = reader.read(chunk)
        for index, row in enumerate(rows):
            if row.key != key:
                if key is not None:
                    yield group
                key, group = row.key, Group([], [])
            if problems and index in problems:
                group.unreadable.append((row.line, problems[index]))
            else:
                group.rows.append(row)
    if key is not None:
        yield group
