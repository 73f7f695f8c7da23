"""Rows of text turned into rows of values, a column at a time."""

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from ingest.mapping import Mapping, Rules
from ingest.staging import StagedRows
from ingest.values import (
    Contacts,
    Moment,
    Reading,
    Unreadable,
    birth_date_reader,
    day_reader,
    first_unreadable,
    moment_reader,
    number_reader,
    text_reader,
    word_reader,
    yes_or_no,
)
from models.customers import CustomerType
from rules.days import date_of
from rules.selling import PaymentMethod, SaleChannel, SaleStatus


class ImportingShop(Protocol):
    """What an import needs to know of a business: a row of it, or for a dry run one that is not written yet."""

    @property
    def id(self) -> int | None:
        """Its key, None where it is not written."""
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
    sale: str
    occurred_at: Moment | None
    customer: str | None
    product: str | None
    sku: str | None
    category: str | None
    quantity: int | None
    unit_price: int | None
    amount: int | None
    unit_cost: int | None
    is_product: bool | None
    discount: int | None
    tax: int | None
    status: SaleStatus | None
    channel: SaleChannel | None
    storefront: str | None
    payment_method: PaymentMethod | None
    paid: int | None
    profile: tuple[Any, ...]  # in the order of Mapping.profile


FIELDS_OF_ROW = SourceRow._fields[2:-1]
REQUIRED = {"occurred_at": "no date", "quantity": "no quantity", "unit_price": "no unit price", "amount": "no amount"}
LENGTHS = {
    "sale": 80, "customer": 64, "product": 300, "sku": 120, "category": 160, "storefront": 200, "first_name": 200,
    "last_name": 200, "customer_name": 200, "line1": 200, "line2": 200, "city": 120, "state": 120, "postal_code": 32,
    "country": 120,
}  # fmt: skip


class RowReader:
    """Reads the rows of one file by its mapping, in the zone of its shop."""

    def __init__(self, mapping: Mapping, positions: dict[str, int], shop: ImportingShop) -> None:
        self.mapping = mapping
        self.positions = positions
        self.zone = ZoneInfo(shop.timezone)
        self.contacts = Contacts(shop.region)
        self.readings = {name: Reading(self._reader(name)) for name in mapping.columns}

    def keys(self, columns: Sequence[Sequence[str]]) -> list[str | Unreadable]:
        """What says which rows belong together: the sale's number; for PURCHASES, the customer and the day."""
        if self.mapping.rules is not Rules.PURCHASES:
            return list(self._column("sale", columns))
        pairs = zip(self._column("customer", columns), self._column("occurred_at", columns), strict=True)
        return [self._occasion(customer, moment) for customer, moment in pairs]

    def read(self, staged: StagedRows) -> tuple[list[SourceRow], dict[int, str]]:
        """The rows in values, and for the indexes of those that cannot be read, why."""
        lists = {name: self._column(name, staged.columns) for name in self.mapping.columns}
        fields = [lists.get(name) or repeat(None) for name in FIELDS_OF_ROW]
        profile = [lists[name] for name in self.mapping.profile]
        profiles = zip(*profile, strict=True) if profile else repeat(())
        rows = map(SourceRow._make, zip(staged.lines, staged.keys, *fields, profiles, strict=False))
        return list(rows), self._problems(lists) | _broken(staged)

    def _column(self, name: str, columns: Sequence[Sequence[str]]) -> list[Any]:
        return list(map(self.readings[name].__getitem__, columns[self.positions[name]]))

    def _problems(self, lists: dict[str, list[Any]]) -> dict[int, str]:
        failed = [values for name, values in lists.items() if self.readings[name].failed]
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

    def _reader(self, name: str) -> Callable[[str], Any]:
        read = self._plain_reader(name)
        if name == "sale":
            return _required(read, "no sale number")
        if name not in REQUIRED or (name == "occurred_at" and self.mapping.is_all_or_nothing):
            return read  # later rows of a whole sale are of the day of its first
        return _required(read, REQUIRED[name])

    def _plain_reader(self, name: str) -> Callable[[str], Any]:
        what = name.replace("_", " ")
        special: dict[str, Callable[[str], Any]] = {
            "occurred_at": moment_reader("date", self.zone, self.mapping.date_format),
            "joined_on": day_reader(what, self.zone, self.mapping.date_format),
            "birth_date": birth_date_reader(what, self.mapping.date_format),
            "email": self.contacts.email,
            "phone": self.contacts.phone,
            "is_product": yes_or_no(what),
            "status": word_reader(what, SaleStatus),
            "channel": word_reader(what, SaleChannel),
            "payment_method": word_reader(what, PaymentMethod),
            "customer_type": word_reader(what, CustomerType),
            "unit_cost": number_reader(what, negative=False),
            "discount": number_reader(what, negative=False),
            "tax": number_reader(what, negative=False),
            "paid": number_reader(what, negative=False),
        }
        if name in special:
            return special[name]
        return text_reader(what, LENGTHS[name]) if name in LENGTHS else number_reader(what)


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
            if row.sale != key:
                if key is not None:
                    yield group
                key, group = row.sale, Group([], [])
            if problems and index in problems:
                group.unreadable.append((row.line, problems[index]))
            else:
                group.rows.append(row)
    if key is not None:
        yield group
