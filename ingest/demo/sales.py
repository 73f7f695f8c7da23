"""The sales of the demo shop: where and when each was made, what was in it, and what it came to."""

from typing import NamedTuple

import numpy as np

from ingest.demo.calendar import DAY, HOUR, ONLINE_HOURS, STORE_HOURS, DemoCalendar, month_of, weekday_of
from ingest.demo.catalogue import (
    CLOSED_AFTER,
    CLOSED_STORE,
    EXPONENT,
    ONLINE_STORE,
    PRODUCT_CARDS,
    PRODUCTS,
    PRODUCTS_EACH,
    SHELF_CARDS,
    WHOLE,
    price_at,
)
from ingest.demo.chance import (
    Flags,
    Floats,
    Ints,
    Keys,
    between,
    deck,
    drawn,
    drawn_from,
    happens,
    keys_within,
)
from ingest.demo.columns import words
from ingest.demo.customers import DemoPeople
from ingest.demo.visits import DemoVisits
from rules.currency import half_even
from rules.selling import SaleChannel, due, earned, line_profit, line_total

CHANNELS = words(SaleChannel.STORE, SaleChannel.ONLINE, SaleChannel.PHONE, SaleChannel.MARKETPLACE, SaleChannel.OTHER)
STORE, ONLINE, PHONE, MARKETPLACE, OTHER = range(5)
ELSEWHERE = 0.05  # of retail: on a marketplace or at a fair, in no storefront
ELSEWHERE_CARDS = deck([0, 0, 0, 3, 2])
BY_PHONE = 0.35  # of wholesale
ANONYMOUS = 0.17  # of visits to a store: nobody asked for the card

LINES_CARDS = deck([0, 30, 27, 20, 12, 7, 4])
QUANTITY_CARDS = deck([0, 62, 22, 8, 5, 3])
DELIVERED = 0.55  # of online sales; the others are collected
GIFT = 0.012  # of sales get something free
DISCOUNTS = np.array([0, 5, 10, 15, 20, 30], np.int64)
DISCOUNT_CARDS = deck([80, 6, 8, 2, 3, 1])


class Sales:
    """Sales as columns, in the order of customers and their purchases."""

    def __init__(self, people: DemoPeople, visits: DemoVisits, calendar: DemoCalendar) -> None:
        self.who = who = visits.who
        self.ordinal = visits.ordinal
        self.day = visits.day
        self.index = people.index[who]
        self.key = keys_within(people.key[who], visits.ordinal)
        self.wholesale = people.wholesale[who]
        self.joins = (visits.ordinal == 0) & people.at_purchase[who]  # the customer is entered at the till
        self.channel = _channels(self.key, self.wholesale, people.online[who])
        self.storefront = _storefronts(self.key, self.channel, people.home[who], self.day - calendar.opened)
        unasked = happens(self.key, "anonymous", ANONYMOUS) & (self.ordinal > 0) & ~self.wholesale
        self.anonymous = unasked & (self.channel == STORE)
        self.made = _made(self, people.created[who])
        self.years = month_of(self.day) // 12 - int(month_of(np.array([calendar.opened]))[0]) // 12

    def __len__(self) -> int:
        return len(self.who)

    def numbers(self, which: Ints) -> list[str]:
        """The numbers of the sales at these positions, which sort as customers and purchases do."""
        pairs = zip(self.index[which].tolist(), self.ordinal[which].tolist(), strict=True)
        return [f"S-{index:07d}-{ordinal:04d}" for index, ordinal in pairs]


def _channels(keys: Keys, wholesale: Flags, online: Floats) -> Ints:
    channel = np.where(happens(keys, "online", online), ONLINE, STORE)
    elsewhere = happens(keys, "elsewhere", ELSEWHERE) & ~wholesale
    channel = np.where(elsewhere, drawn(keys, "where else", ELSEWHERE_CARDS), channel)
    return np.where(wholesale & happens(keys, "by phone", BY_PHONE), PHONE, channel)


def _storefronts(keys: Keys, channel: Ints, home: Ints, age: Ints) -> Ints:
    """The number of the storefront, -1 for none; who was at home in the closed one goes to another afterwards."""
    away = happens(keys, "another store", 0.08) | ((home == CLOSED_STORE) & (age >= CLOSED_AFTER))
    store = np.where(away, between(keys, "which store", 0, CLOSED_STORE - 1), home)
    store = np.where(channel == ONLINE, ONLINE_STORE, store)
    return np.where(channel >= MARKETPLACE, -1, store)


def _made(sales: Sales, created: Ints) -> Ints:
    keys = sales.key
    hour = drawn_from(keys, "hour", STORE_HOURS, weekday_of(sales.day) - 1)
    hour = np.where(sales.channel == ONLINE, drawn(keys, "hour", ONLINE_HOURS), hour)
    made = sales.day * DAY + hour * HOUR + between(keys, "second", 0, HOUR - 1)
    return np.where(sales.joins, created, np.maximum(made, created + sales.ordinal * 60))


class Lines:
    """The lines of sales as columns, in the order of the sales."""

    def __init__(self, sales: Sales, people: DemoPeople) -> None:
        goods = drawn(sales.key, "lines", LINES_CARDS)
        delivered = (sales.channel == ONLINE) & ~sales.wholesale & happens(sales.key, "delivered", DELIVERED)
        gift = happens(sales.key, "gift", GIFT)
        counts = goods + delivered + gift
        self.first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if len(counts) else counts
        self.sale = sale = np.repeat(np.arange(len(sales), dtype=np.int64), counts)
        self.position = np.arange(len(sale), dtype=np.int64) - self.first[sale]
        keys = keys_within(sales.key[sale], self.position)
        is_delivery = delivered[sale] & (self.position == goods[sale])
        is_free = self.position == (goods + delivered)[sale]
        self.product = np.where(is_delivery, PRODUCTS.delivery, _products(keys, people, sales.who[sale]))
        self.quantity = np.where(is_delivery | is_free, WHOLE, _quantities(keys, self.product, sales.wholesale[sale]))
        price = price_at(self.product, sales.years[sale])
        self.price = np.where(is_free, 0, np.where(sales.wholesale[sale] & ~is_delivery, price * 8 // 10, price))
        self.cost = PRODUCTS.cost[self.product]
        self.cost_known = PRODUCTS.cost_known[self.product]
        self.total = line_total(self.quantity, self.price, EXPONENT)
        profit = line_profit(self.total, self.quantity, self.cost, EXPONENT)
        self.profit = np.where(self.cost_known, profit, 0)

    def __len__(self) -> int:
        return len(self.sale)


def _products(keys: Keys, people: DemoPeople, who: Ints) -> Ints:
    favoured = happens(keys, "favourite", people.loyalty[who])
    shelf = np.where(favoured, people.favourite[who], drawn(keys, "shelf", SHELF_CARDS))
    return shelf * PRODUCTS_EACH + drawn(keys, "product", PRODUCT_CARDS)


def _quantities(keys: Keys, product: Ints, wholesale: Flags) -> Ints:
    pieces = np.where(wholesale, between(keys, "boxes", 2, 18), drawn(keys, "pieces", QUANTITY_CARDS)) * WHOLE
    weight = np.where(wholesale, between(keys, "wheels", 6, 40) * (WHOLE // 4), between(keys, "grams", 30, 220) * 5_000)
    return np.where(PRODUCTS.by_weight[product], weight, pieces)


class Amounts(NamedTuple):
    """What each sale came to, in minor units; `profit` means nothing where `cost_known` is false."""

    subtotal: Ints
    discount: Ints
    tax: Ints
    total: Ints
    profit: Ints
    costed: Ints
    cost_known: Flags

    @property
    def due(self) -> Ints:
        """What has to be paid."""
        return due(self.total, self.tax)


def amounts(sales: Sales, lines: Lines) -> Amounts:
    """The derived columns of sales: a discount is shared by the lines as their totals are."""
    known = lines.cost_known
    subtotal = _summed(lines.total, lines)
    discount = subtotal * DISCOUNTS[drawn(sales.key, "discount", DISCOUNT_CARDS)] // 100
    total = subtotal - discount
    taxed = _summed(lines.total * PRODUCTS.tax[lines.product], lines)
    costed = _summed(np.where(known, lines.total, 0), lines)
    earnings = earned(subtotal=subtotal, discount=discount, costed=costed, profit=_summed(lines.profit, lines))
    return Amounts(
        subtotal=subtotal,
        discount=discount,
        tax=half_even(taxed * total, np.maximum(subtotal, 1) * 1000),
        total=total,
        profit=earnings.profit,
        costed=earnings.costed,
        cost_known=_summed(known.astype(np.int64), lines) > 0,
    )


def _summed(values: Ints, lines: Lines) -> Ints:
    return np.add.reduceat(values, lines.first) if len(values) else values
