"""What a list of customers tells of each beside the profile: segment and scores, orders, balance, and what is ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.copy.engine import column_of
from analytics.figures import average
from analytics.prediction.forecast import probability_alive
from analytics.prediction.lifetime import MODEL, Model
from analytics.prediction.worth import churn_risk
from analytics.scope import Scope
from analytics.segmentation import SCHEMES, RFMScheme, segment_of_cell
from analytics.segmentation.rfm import Population
from exports.customers import Extra, count
from exports.document import Column, day, integer, money, number, text
from models.listing import NEVER
from resolvers.listed_values import balances, expected_revenues, stakes
from resolvers.listing import spending_at
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.prediction.model import known_model, lifetime_value_model
from resolvers.prediction.population import histories_of
from resolvers.segmentation.rfm import SegmentTerms, population
from rules.days import date_of
from rules.exports import BALANCE_COLUMN

Ints = NDArray[np.int64]

AVERAGE = money("averageOrderValue", "Average order", printed=False)
LAST_PURCHASE = day("lastPurchaseDate", "Last purchase")
DAYS_SINCE = integer("daysSinceLastPurchase", "Days since", printed=False)
SEGMENT = text("segment", "Segment")
SCORES = tuple(
    integer(f"{name}Score", title, printed=False)
    for name, title in (("recency", "R"), ("frequency", "F"), ("monetary", "M"))
)
BALANCE = money(BALANCE_COLUMN, "Balance", printed=False)
AHEAD = (
    number("probabilityAlive", "Still a customer", printed=False),
    text("churnRisk", "Risk", is_word=True, printed=False),
    money("expectedRevenue", "Expected revenue", printed=False),
    money("atStake", "At stake", printed=False),
)


def _places(known: Ints, ids: Ints) -> NDArray[np.intp]:
    """Where customers stand among some that ascend, -1 for who is not there."""
    if not len(known):
        return np.full(len(ids), -1, np.intp)
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[places] == ids, places, -1)


def _cells(column: Column, values: NDArray[Any], places: NDArray[np.intp]) -> Extra:
    """A column of the values at some places; nobody at -1 has one."""

    def of(rows: slice) -> Any:
        at = places[rows]
        found = values[at] if len(values) else np.zeros(len(at), values.dtype)
        return pa.array(found, mask=at < 0)

    return Extra(column, of)


def _valued(column: Column, table: pa.Table, ids: Ints) -> Extra:
    known, values = column_of(table, "customer_id"), column_of(table, "value")
    order = np.argsort(known)
    return _cells(column, values[order], _places(known[order], ids))


@dataclass(frozen=True)
class Scoring:
    """By which scheme customers are scored, and among whom."""

    scheme: RFMScheme
    scope: Scope


def usual_scoring(business: BusinessCalendar, as_of: int) -> Scoring:
    """The segmentation of the shop at a day."""
    terms = SegmentTerms(RFMScheme(business.row.segment_scheme), business.row.segment_days)
    return Scoring(terms.scheme, terms.at(as_of))


async def values_of_customers(context: Context, ids: Ints, as_of: int, scoring: Scoring) -> Sequence[Extra]:
    """The columns of customers at a day; a balance is of today alone, and nothing is ahead without a model."""
    business = await context.business()
    extras = [*await _bought(context, ids, as_of), *await _scores(context, ids, scoring)]
    if date_of(as_of) >= business.today:
        extras.append(_valued(BALANCE, await balances(context, as_of), ids))
    return [*extras, *await _ahead(context, ids, as_of)]


async def _bought(context: Context, ids: Ints, as_of: int) -> list[Extra]:
    """How often, for how much each time, and when last."""
    spent = (await spending_at(context, as_of)).at(ids)
    never = spent.last_day == NEVER

    def averages(rows: slice) -> Any:
        pairs = zip(spent.spent[rows].tolist(), spent.orders[rows].tolist(), strict=True)
        return pa.array([average(revenue, orders) for revenue, orders in pairs], pa.int64())

    def last_days(rows: slice) -> Any:
        return pa.array(spent.last_day[rows], pa.int32(), mask=never[rows])

    def days_since(rows: slice) -> Any:
        return pa.array(as_of - spent.last_day[rows].astype(np.int64), mask=never[rows])

    often = count("orders", "Orders", spent.orders)
    return [often, Extra(AVERAGE, averages), Extra(LAST_PURCHASE, last_days), Extra(DAYS_SINCE, days_since)]


async def _scores(context: Context, ids: Ints, scoring: Scoring) -> list[Extra]:
    """Segment and scores."""
    scheme = scoring.scheme
    scored, _ = await population(context, scoring.scope, scheme)
    people: Population = scored.value
    names = np.array([segment.name for segment in SCHEMES[scheme].segments], object)
    places = _places(people.customer_id, ids)
    scores = (people.recency_score, people.frequency_score, people.monetary_score)
    return [
        _cells(SEGMENT, names[segment_of_cell(scheme)[people.cell]], places),
        *(_cells(column, values.astype(np.int64), places) for column, values in zip(SCORES, scores, strict=True)),
    ]


async def _ahead(context: Context, ids: Ints, as_of: int) -> list[Extra]:
    """What the model says, once it is fitted."""
    await lifetime_value_model(context, date_of(as_of))
    model = await known_model(context, as_of)
    if not isinstance(model, Model):
        nothing = np.full(len(ids), -1, np.intp)
        return [_cells(column, np.empty(0), nothing) for column in AHEAD]
    people = await histories_of(context, Scope(as_of, None, include_inactive=True))
    alive = probability_alive(MODEL, model.parameters, people.histories(as_of))
    risks = np.array([churn_risk(chance) for chance in alive.tolist()], object)
    places = _places(people.customer_id, ids)
    chance, risk = _cells(AHEAD[0], alive, places), _cells(AHEAD[1], risks, places)
    if model.spend is None:
        nothing = np.full(len(ids), -1, np.intp)
        return [chance, risk, *(_cells(column, np.empty(0), nothing) for column in AHEAD[2:])]
    tables = (await expected_revenues(context, as_of, "columns"), await stakes(context, as_of, "columns"))
    return [chance, risk, *(_valued(column, table, ids) for column, table in zip(AHEAD[2:], tables, strict=True))]
