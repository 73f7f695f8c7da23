"""Which customers need attention, and what is at stake with each: of one customer, and as lists."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.copy.engine import table_of
from analytics.copy.pinned import PinnedView
from analytics.prediction.attention import Attention, UsualGaps, amounts_at_stake, is_needed, usual_gaps
from analytics.prediction.forecast import probability_alive
from analytics.prediction.lifetime import MODEL, Model
from analytics.prediction.summaries import Floats, Summaries, summaries_of
from analytics.scope import Scope
from resolvers.operation.context import Context
from resolvers.operation.reports import Kept, Parts
from resolvers.prediction.model import known_model, needed_model
from resolvers.prediction.population import computed_histories, histories_of


class Standing(NamedTuple):
    """A customer, and whether the shop still serves it."""

    id: int
    is_active: bool
    is_erased: bool


async def attention_by_customer(context: Context, asked: Sequence[Standing], as_of: int) -> list[Attention | None]:
    """Which attention each customer needs at a day; None without a model, and where none is needed."""
    model = await known_model(context, as_of)
    if not isinstance(model, Model):
        return [None] * len(asked)
    gaps = await _usual_gaps(context, as_of)
    people = await _people(context, [one.id for one in asked], as_of)

    def each() -> list[Attention | None]:
        found: dict[int, Attention] = {}
        alive = _alive(model, people, as_of)
        for attention in Attention:
            needed = people.customer_id[_needed(attention, alive, people, gaps, as_of)]
            found.update(dict.fromkeys(needed.tolist(), attention))
        return [found.get(one.id) if one.is_active and not one.is_erased else None for one in asked]

    return await asyncio.to_thread(each)


async def stake_by_customer(context: Context, ids: Sequence[int], as_of: int) -> list[Decimal | None]:
    """What is lost if each customer leaves; None where the model does not tell, or nothing was bought."""
    model = await known_model(context, as_of)
    if not isinstance(model, Model) or model.spend_parameters is None:
        return [None] * len(ids)
    business = await context.business()
    people = await _people(context, ids, as_of)
    stakes = await asyncio.to_thread(_stakes, model, people, as_of, 10**business.row.currency_exponent)
    found = dict(zip(people.customer_id.tolist(), stakes.tolist(), strict=True))
    return [business.money(round(found[id_])) if np.isfinite(found.get(id_, np.nan)) else None for id_ in ids]


async def members_needing(context: Context, attention: Attention, as_of: int) -> pa.Table:
    """The customers who need an attention, whether they are active or not; BadUserInput without a model."""
    model = await needed_model(context, as_of, "attention")
    gaps = await _usual_gaps(context, as_of)
    people = await histories_of(context, Scope(as_of, None, include_inactive=True))

    def members() -> pa.Table:
        ids = people.customer_id[_needed(attention, _alive(model, people, as_of), people, gaps, as_of)]
        return table_of(customer_id=ids, revenue=np.zeros(len(ids), np.int64))

    return await asyncio.to_thread(members)


async def stakes_of_all(context: Context, model: Model, as_of: int) -> pa.Table:
    """What is at stake with everyone of whom it can be told: `customer_id` and `value`; the model knows of spend."""
    unit = 10 ** (await context.business()).row.currency_exponent
    computed = await computed_histories(context, Scope(as_of, None, include_inactive=True))
    people = computed.value

    async def compute(_: PinnedView) -> Kept[pa.Table]:
        stakes = await asyncio.to_thread(_stakes, model, people, as_of, unit)
        is_told = np.isfinite(stakes)
        table = table_of(customer_id=people.customer_id[is_told], value=np.rint(stakes[is_told]).astype(np.int64))
        return Kept(table, table.nbytes)

    of = (computed.seen.facts_revision, model.version)  # what is made of a part is of the part's facts
    return await Parts(context, "attention", as_of).get("stakes", compute, frozenset(), *of)


async def _usual_gaps(context: Context, as_of: int) -> UsualGaps:
    async def compute(view: PinnedView) -> Kept[UsualGaps]:
        gaps = await usual_gaps(view, as_of)
        return Kept(gaps, gaps.nbytes)

    return await Parts(context, "attention", as_of).get("usual gaps", compute)


async def _people(context: Context, ids: Sequence[int], as_of: int) -> Summaries:
    """The histories of those of some customers who bought."""
    return await summaries_of(await context.facts(), Scope(as_of, None, include_inactive=True), sorted(set(ids)))


def _alive(model: Model, people: Summaries, as_of: int) -> Floats:
    return probability_alive(MODEL, model.parameters, people.histories(as_of))


def _needed(attention: Attention, alive: Floats, people: Summaries, gaps: UsualGaps, as_of: int) -> NDArray[np.bool_]:
    return is_needed(attention, alive, (as_of - people.last_day).astype(np.int64), gaps.of(people.customer_id))


def _stakes(model: Model, people: Summaries, as_of: int, unit: int) -> Floats:
    spend = model.spend_parameters
    assert spend is not None
    return amounts_at_stake(model, spend, people, as_of=as_of, unit=unit)
