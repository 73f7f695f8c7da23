"""Which column of a file holds which field, the layouts known by name, and the `--map` of any other."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.problems import ImportProblem
from rules.selling import SaleChannel
from rules.words import did_you_mean

# Every field that a column can be mapped to, with what it means to somebody who writes a --map.
SALE_FIELDS = {
    "sale": "number of the sale; all rows with the same number are one sale",
    "occurred_at": "when it was sold: a date, a time of the shop's clock, or a time with offset",
    "customer": "number of the customer; empty for an anonymous sale",
    "product": "name of the product",
    "sku": "code of the product",
    "category": "category of the product",
    "quantity": "how many; 1 where there is no such column",
    "unit_price": "price of one, in the currency of the business",
    "amount": "total of the row, in place of unit_price or beside it",
    "unit_cost": "what one cost the shop; empty where unknown",
    "is_product": "yes or no; no for postage, fees and the like",
    "discount": "taken off this row; a sale's discount is the sum of its rows'",
    "tax": "tax of this row, not contained in its price; a sale's tax is the sum of its rows'",
    "status": "PENDING, COMPLETED, PARTIAL or CANCELLED; COMPLETED where no row of the sale says",
    "channel": "STORE, ONLINE, PHONE, MARKETPLACE or OTHER; STORE where no row of the sale says",
    "storefront": "name of the shop or site, made where it does not exist",
    "payment_method": "CASH, CARD, MOBILE_MONEY, BANK_TRANSFER, CREDIT, VOUCHER or OTHER",
    "paid": "paid by payment_method for this row; all of it where there is no such column and the sale is COMPLETED",
}
PROFILE_FIELDS = {
    "customer_name": "whole name; its last word is the last name",
    "first_name": "first name",
    "last_name": "last name",
    "email": "e-mail address",
    "phone": "phone number",
    "birth_date": "date of birth",
    "line1": "first line of the address",
    "line2": "second line of the address",
    "city": "city",
    "state": "state or region",
    "postal_code": "postal code",
    "country": "country",
    "customer_type": "RETAIL or WHOLESALE",
    "joined_on": "the day the customer joined; the first purchase where there is no such column",
}
FIELDS = SALE_FIELDS | PROFILE_FIELDS


class Rules(StrEnum):
    """How the rows of a file become sales and refunds."""

    SALES = "SALES"  # rows of one number are a sale, all of them or none
    INVOICES = "INVOICES"  # good rows of one number are a sale; its first letter tells cancellations and adjustments
    PURCHASES = "PURCHASES"  # every row is a sale, numbered customer-date-n


@dataclass(frozen=True)
class Mapping:
    """A layout: for each field the column that holds it, or several of which the first one present is taken."""

    name: str  # what ImportRun remembers it by
    columns: Dictionary[str, tuple[str, ...]]
    rules: Rules = Rules.SALES
    date_format: str | None = None  # strptime's; ISO 8601 where there is none
    channel: SaleChannel = SaleChannel.STORE  # of a sale whose row names none
    product: str = "Item"  # of a row that names none
    profile: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "profile", tuple(name for name in PROFILE_FIELDS if name in self.columns))

    @property
    def is_all_or_nothing(self) -> bool:
        """Whether one row that cannot be used keeps all rows of its number out."""
        return self.rules is Rules.SALES

    def positions(self, header: list[str], file_name: str) -> dict[str, int]:
        """Where in a row each mapped field stands; ImportProblem names the columns that the file lacks."""
        places = {name: index for index, name in enumerate(header)}
        found = {
            name: next((places[column] for column in choices if column in places), None)
            for name, choices in self.columns.items()
        }
        missing = {choices: None for name, choices in self.columns.items() if found[name] is None}
        if missing:
            raise ImportProblem(
                _missing(list(missing), header, file_name, none_found=len(missing) == len(self.columns))
            )
        doubled = sorted({header[index] for index in found.values() if index and header.count(header[index]) > 1})
        if doubled:
            raise ImportProblem(f"{file_name} has more than one column {', '.join(doubled)}")
        return {name: index for name, index in found.items() if index is not None}


def _missing(missing: list[tuple[str, ...]], header: list[str], file_name: str, *, none_found: bool) -> str:
    lacked = "; ".join(" or ".join(choices) + did_you_mean(choices[0], header) for choices in missing)
    message = f"{file_name} lacks the column{'s' if len(missing) > 1 else ''} {lacked}; it has {', '.join(header)}"
    if none_found:
        message += ". Its first line must name the columns; name them by --map where they are called otherwise"
    return message


def _one_each(columns: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: (column,) for name, column in columns.items()}


PRESETS = {
    "online-retail": Mapping(
        name="online-retail",
        columns=_one_each(
            {
                "sale": "InvoiceNo",
                "sku": "StockCode",
                "product": "Description",
                "quantity": "Quantity",
                "occurred_at": "InvoiceDate",
                "unit_price": "UnitPrice",
                "customer": "CustomerID",
                "country": "Country",
            }
        ),
        rules=Rules.INVOICES,
        channel=SaleChannel.ONLINE,
    ),
    "cdnow": Mapping(
        name="cdnow",
        columns={
            "customer": ("master_id", "customer_id"),
            "occurred_at": ("date",),
            "quantity": ("quantity",),
            "amount": ("amount",),
        },
        rules=Rules.PURCHASES,
        channel=SaleChannel.ONLINE,
        product="CD",
    ),
}


def preset(name: str) -> Mapping:
    """The layout known by this name; ImportProblem names those there are."""
    if name not in PRESETS:
        raise ImportProblem(f'there is no preset "{name}"{did_you_mean(name, PRESETS)}: use {" or ".join(PRESETS)}')
    return PRESETS[name]


def parse_map(text: str, *, date_format: str | None = None) -> Mapping:
    """The mapping written as `sale=OrderId,occurred_at=Date,unit_price=Price,…` (field=column of the file).

    A column name that contains a comma is put in double quotes. ImportProblem says which field is unknown, doubled
    or lacking.
    """
    columns: dict[str, str] = {}
    for pair in _pairs(text):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not name or not column:
            raise ImportProblem(f'--map is written field=column,field=column…; "{pair.strip()}" is not')
        if name not in FIELDS:
            raise ImportProblem(f'--map knows no field "{name}"{did_you_mean(name, FIELDS)}: {", ".join(FIELDS)}')
        if name in columns:
            raise ImportProblem(f"--map names the field {name} twice")
        columns[name] = column
    _check_complete(columns)
    return Mapping(name="map", columns=_one_each(columns), date_format=date_format)


def _pairs(text: str) -> list[str]:
    """The text split at its commas, except those inside double quotes, which are taken away."""
    pairs, quoted = [""], False
    for letter in text:
        if letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            pairs.append("")
        else:
            pairs[-1] += letter
    return [pair for pair in pairs if pair.strip()]


def _check_complete(columns: dict[str, str]) -> None:
    lacking = [name for name in ("sale", "occurred_at") if name not in columns]
    if "unit_price" not in columns and "amount" not in columns:
        lacking.append("unit_price or amount")
    if lacking:
        raise ImportProblem(f"--map lacks {', '.join(lacking)}: sale, occurred_at and unit_price or amount are needed")
    personal = [name for name in columns if name in PROFILE_FIELDS]
    if personal and "customer" not in columns:
        raise ImportProblem(f"--map names {personal[0]} without customer, the column of the customer's number")
    if "paid" in columns and "payment_method" not in columns:
        raise ImportProblem("--map names paid without payment_method")
    if "customer_name" in columns and ("first_name" in columns or "last_name" in columns):
        raise ImportProblem("--map names customer_name beside first_name or last_name: one or the other")
