"""Who buys in the demo shop on which day.

As in the MBG/NBD model (Batislam, Denizel, Filiztekin 2007) a customer buys at random at a rate of its own and may
leave after any purchase; here some of those who left are won back much later. The rate is per average day, so that
purchases follow the seasons.
"""

from typing import NamedTuple

import numpy as np

from ingest.demo.calendar import DemoCalendar
from ingest.demo.chance import Floats, Ints, happens, keys_within, uniform
from ingest.demo.customers import NEVER, DemoPeople

WON_BACK = 0.16
AWAY = (130.0, 260.0)  # days: at least, and at most so many more


class DemoVisits(NamedTuple):
    """Purchases by customer and order: the customer's position, which one of its purchases from 0, and the day."""

    who: Ints
    ordinal: Ints
    day: Ints


def visits(people: DemoPeople, calendar: DemoCalendar) -> DemoVisits:
    """Every purchase to the end of the calendar; closes the accounts of some who left for good."""
    here = np.flatnonzero(people.buys).astype(np.int64)
    first = people.first_day[here]
    here = here[first <= calendar.last]
    clock = calendar.busyness_until(people.first_day[here], uniform(people.key[here], "first moment"))
    left = np.full(len(people), NEVER, np.int64)
    found: list[DemoVisits] = []
    while True:
        day = calendar.day_of(clock)
        in_time = day <= calendar.last
        here, clock, day = here[in_time], clock[in_time], day[in_time]
        if not len(here):
            break
        found.append(DemoVisits(here, np.full(len(here), len(found), np.int64), day))
        keys = keys_within(people.key[here], found[-1].ordinal)
        leaves = happens(keys, "leaves", people.leaves[here])
        gone = leaves & ~happens(keys, "won back", WON_BACK)
        left[here[gone]] = day[gone]
        away = np.where(leaves, AWAY[0] + AWAY[1] * uniform(keys, "away"), 0.0)
        wait: Floats = away - np.log1p(-uniform(keys, "wait")) / people.rate[here]
        here, clock = here[~gone], (clock + wait)[~gone]
    people.close_accounts(left)
    return _in_order(found)


def _in_order(found: list[DemoVisits]) -> DemoVisits:
    if not found:
        return DemoVisits(*(np.zeros(0, np.int64) for _ in DemoVisits._fields))
    who, ordinal, day = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(who, kind="stable")
    return DemoVisits(who[order], ordinal[order], day[order])
