"""Contacts of the demo shop with its customers: around their purchases, and by the campaigns of each month."""

from typing import NamedTuple

import numpy as np

from ingest.demo.calendar import DAY, HOUR, month_of
from ingest.demo.chance import Flags, Ints, Keys, between, deck, drawn, drawn_from, happens, keys_within
from ingest.demo.columns import Objects, words
from ingest.demo.customers import DemoPeople
from ingest.demo.sales import Sales
from models.touchpoints import TouchpointChannel, TouchpointOutcome, TouchpointType

OUTCOMES = words(
    TouchpointOutcome.DELIVERED, TouchpointOutcome.OPENED, TouchpointOutcome.CLICKED, TouchpointOutcome.REPLIED,
    TouchpointOutcome.CONVERTED, TouchpointOutcome.POSITIVE, TouchpointOutcome.NEUTRAL, TouchpointOutcome.NEGATIVE,
    TouchpointOutcome.NO_RESPONSE, None,
)  # fmt: skip
POSITIVE, NEUTRAL, NEGATIVE, NO_OUTCOME = 5, 6, 7, 9
NO_SCORE = -1


class ContactKind(NamedTuple):
    """A kind of contact: how often it goes with a purchase, how many days after, and how it ends."""

    weight: float
    type: TouchpointType
    channel: TouchpointChannel
    days: tuple[int, int]
    subject: str
    outcomes: list[float]  # in the order of OUTCOMES


_T, _C = TouchpointType, TouchpointChannel
KINDS = [
    ContactKind(78, _T.SALE, _C.STORE, (0, 0), "", [1]),  # none: most purchases stand alone
    ContactKind(1.2, _T.SALE, _C.STORE, (0, 0), "Advice at the counter", [0, 0, 0, 0, 1]),
    ContactKind(3.0, _T.EMAIL, _C.EMAIL, (1, 3), "Thank you for your order", [50, 34, 9, 2, 0, 0, 0, 0, 5]),
    ContactKind(1.8, _T.SMS, _C.SMS, (1, 2), "Your parcel is on its way", [88, 0, 8, 1, 0, 0, 0, 0, 3]),
    ContactKind(1.6, _T.CALL, _C.PHONE, (2, 20), "Call about the last order", [0, 0, 0, 20, 12, 26, 24, 8, 10]),
    ContactKind(1.8, _T.VISIT, _C.STORE, (3, 40), "Visited without buying", [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ContactKind(1.5, _T.SUPPORT, _C.PHONE, (1, 12), "Question about a product", [0, 0, 0, 0, 0, 45, 30, 25]),
    ContactKind(0.9, _T.SOCIAL, _C.SOCIAL, (1, 25), "Mentioned the shop", [0, 0, 0, 0, 0, 60, 28, 12]),
    ContactKind(2.8, _T.WEB, _C.ONLINE, (2, 30), "Looked at the web shop", [0, 0, 3, 0, 1, 0, 0, 0, 0, 6]),
    ContactKind(0.7, _T.WEB, _C.APP, (2, 30), "Opened the app", [0, 0, 3, 0, 0, 0, 0, 0, 0, 7]),
    ContactKind(2.2, _T.REVIEW, _C.ONLINE, (2, 21), "Review", [0, 0, 0, 0, 0, 70, 18, 12]),
    ContactKind(0.8, _T.REFERRAL, _C.ONLINE, (2, 30), "Recommended the shop to a friend", [0, 0, 0, 0, 30, 70]),
    ContactKind(3.7, _T.SURVEY, _C.EMAIL, (3, 9), "How likely are you to recommend us?", [1]),
]  # fmt: skip
SURVEY = len(KINDS) - 1
SCORE_CARDS = deck([1, 1, 2, 2, 3, 5, 7, 13, 20, 22, 24])

EMAIL, SMS, POST = len(KINDS), len(KINDS) + 1, len(KINDS) + 2
BY_CAMPAIGN = [
    ContactKind(0, _T.EMAIL, _C.EMAIL, (0, 0), "", [48, 29, 10, 1, 3, 0, 0, 1, 8]),
    ContactKind(0, _T.SMS, _C.SMS, (0, 0), "", [70, 0, 12, 3, 3, 0, 0, 1, 11]),
    ContactKind(0, _T.CAMPAIGN, _C.STORE, (0, 0), "", [60, 0, 0, 3, 7, 0, 0, 0, 30]),
]
CAMPAIGNS = [
    "Winter sale", "Valentine", "Spring collection", "Easter", "Mother's Day", "Summer picnic",
    "Summer sale", "Back from holidays", "Wine fair", "Autumn collection", "Black Friday", "Christmas gifts",
]  # fmt: skip
EMAILED, TEXTED, POSTED = 0.11, 0.05, 0.008  # of customers, by each month's campaign

ALL = KINDS + BY_CAMPAIGN
TYPES = words(*(kind.type for kind in ALL))
CHANNELS = words(*(kind.channel for kind in ALL))
SUBJECTS = words(*(kind.subject or None for kind in ALL))
KIND_CARDS = deck([kind.weight for kind in KINDS])
OUTCOME_DECKS = np.stack([deck(kind.outcomes + [0.0] * (len(OUTCOMES) - len(kind.outcomes))) for kind in ALL])
FIRST_DAY = np.array([kind.days[0] for kind in KINDS], np.int64)
MORE_DAYS = np.array([kind.days[1] - kind.days[0] for kind in KINDS], np.int64)


class DemoContacts(NamedTuple):
    """Touchpoints as columns: of which customer, of which kind, when, how it ended, and the month of its campaign."""

    who: Ints
    kind: Ints
    time: Ints
    outcome: Ints
    score: Ints
    month: Ints  # NO_SCORE where it is of no campaign


def around_sales(sales: Sales) -> DemoContacts:
    """Contacts that follow a purchase."""
    kind = drawn(sales.key, "contact", KIND_CARDS)
    which = np.flatnonzero((kind > 0) & ~sales.anonymous).astype(np.int64)
    kind, keys, made = kind[which], sales.key[which], sales.made[which]
    days = FIRST_DAY[kind] + between(keys, "contact day", 0, 839) % (MORE_DAYS[kind] + 1)
    office = (made // DAY + days) * DAY + 9 * HOUR + between(keys, "contact second", 0, 10 * HOUR - 1)
    time = np.where(days == 0, made, office)
    score = np.where(kind == SURVEY, drawn(keys, "score", SCORE_CARDS), NO_SCORE)
    outcome = drawn_from(keys, "outcome", OUTCOME_DECKS, kind)
    outcome = np.where(kind == SURVEY, _outcome_of(score), outcome)
    return DemoContacts(sales.who[which], kind, time, outcome, score, np.full(len(which), NO_SCORE, np.int64))


def _outcome_of(score: Ints) -> Ints:
    return np.where(score >= 9, POSITIVE, np.where(score >= 7, NEUTRAL, NEGATIVE))


def of_campaigns(people: DemoPeople, after_day: int, last_day: int) -> DemoContacts:
    """Contacts by the campaigns of the months from one day to another, with those who were customers by then."""
    first, last = month_of(np.array([after_day, last_day], np.int64)).tolist()
    parts = [_of_campaign(people, month) for month in range(first, last + 1)]
    return DemoContacts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _of_campaign(people: DemoPeople, month: int) -> DemoContacts:
    keys = keys_within(people.key, np.full(len(people), month, np.int64))
    kind = np.where(happens(keys, "posted", POSTED), POST, NO_SCORE)
    kind = np.where(people.wants_sms & happens(keys, "texted", TEXTED), SMS, kind)
    kind = np.where(people.wants_email & happens(keys, "emailed", EMAILED), EMAIL, kind)
    time = _sent(keys, month)
    known = (kind > 0) & (people.created < time) & (people.closed > time)
    who = np.flatnonzero(known).astype(np.int64)
    outcome = drawn_from(keys[who], "outcome", OUTCOME_DECKS, kind[who])
    none = np.full(len(who), NO_SCORE, np.int64)
    return DemoContacts(who, kind[who], time[who], outcome, none, np.full(len(who), month, np.int64))


def _sent(keys: Keys, month: int) -> Ints:
    start = int(np.datetime64(month - 1970 * 12, "M").astype("datetime64[D]").astype(np.int64))
    days = start + between(keys, "sent on", 3, 12)
    return days * DAY + 9 * HOUR + between(keys, "sent at", 0, 3 * HOUR - 1)


def joined_contacts(parts: list[DemoContacts], keep: tuple[int, int]) -> DemoContacts:
    """The contacts of all parts from one time to another, by customer."""
    whole = DemoContacts(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    inside: Flags = (whole.time >= keep[0]) & (whole.time < keep[1])
    order = np.flatnonzero(inside)[np.argsort(whole.who[inside], kind="stable")]
    return DemoContacts(*(column[order] for column in whole))


def campaign_names(months: Ints) -> Objects:
    """The names of the campaigns of months, None for NO_SCORE."""
    distinct, inverse = np.unique(months, return_inverse=True)
    names = [None if month < 0 else f"{CAMPAIGNS[month % 12]} {month // 12}" for month in distinct.tolist()]
    return np.array(names, object)[inverse]


def subjects_of(contacts: DemoContacts) -> Objects:
    """What each contact was about: its kind, or its campaign."""
    named = campaign_names(contacts.month)
    return np.where(contacts.month < 0, SUBJECTS[contacts.kind], named)
