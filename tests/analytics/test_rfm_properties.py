"""What holds for every history of a shop, and equality with the oracle on each."""

import asyncio
import shutil
from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.segmentation import SCHEMES, TRIPLES, RFMScheme, segment_of_cell
from analytics.segmentation.rfm import ScoredSegments
from models.database import Database
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from rules.days import date_of, day_number
from tests.analytics.asking import Told, ask, operation, told, told_by_oracle
from tests.builders import Shop, open_shop
from tests.oracle import rfm

T = TypeVar("T")
FIRST = day_number(date(2025, 6, 1))
STOREFRONTS = ("High Street", "Web")
COUNTED = ("COMPLETED", "PARTIAL")


# ---------------------------------------------------------------- histories


@dataclass(frozen=True)
class Person:
    number: str
    type: str
    is_active: bool


@dataclass(frozen=True)
class Sold:
    """A sale; `counted` is the day from which it counts, None where it never does."""

    number: str
    customer: str | None
    day: int
    total: int
    status: str
    counted: int | None
    storefront: str | None


@dataclass(frozen=True)
class Returned:
    """A refund, of a sale or not; its customer and storefront are then those of the sale."""

    number: str
    customer: str | None
    day: int
    amount: int
    sale: str | None
    storefront: str | None


@dataclass(frozen=True)
class History:
    people: list[Person]
    sales: list[Sold]
    refunds: list[Returned]


LAST = FIRST + 120
DAYS = st.integers(FIRST, LAST)
# Few different amounts, so that values tie.
AMOUNTS = st.one_of(st.sampled_from([0, 1, 500, 1_000, 1_000, 2_500]), st.integers(0, 5_000))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to fifteen customers, a few sales of each, refunds; some of both without a customer."""
    kinds = st.tuples(st.sampled_from(["RETAIL", "RETAIL", "WHOLESALE"]), st.sampled_from([True, True, True, False]))
    size = draw(st.sampled_from([1, 2, 5, 10, 13, 15]))
    people = [Person(f"c{i:02}", *draw(kinds)) for i in range(size)]
    buyers = st.sampled_from([*(p.number for p in people), None])
    late = st.sampled_from([0, 0, 0, 0, 7, 60])
    status = st.sampled_from(["COMPLETED"] * 6 + ["PARTIAL", "PENDING", "CANCELLED"])
    sold = st.tuples(buyers, DAYS, AMOUNTS, status, late, st.sampled_from([None, *STOREFRONTS]))
    sales = [
        Sold(f"S{i}", who, day, total, word, day + later if word in COUNTED else None, where)
        for i, (who, day, total, word, later, where) in enumerate(
            draw(st.lists(sold, min_size=size * draw(st.integers(0, 3)), max_size=3 * size + 5))
        )
    ]
    refunds: list[Returned] = []
    of_sales = st.sampled_from([None, None, *sales])
    given_back = st.tuples(buyers, DAYS, AMOUNTS.map(lambda amount: amount + 1), of_sales)
    for i, (who, day, amount, of) in enumerate(draw(st.lists(given_back, max_size=12))):
        if of is None:
            refunds.append(Returned(f"R{i}", who, day, amount, None, None))
        else:
            refunds.append(Returned(f"R{i}", of.customer, day, amount, of.number, of.storefront))
    return History(people, sales, refunds)


SCHEME = st.sampled_from(["POS", "RETAIL", "REPORT"])
AS_OF = st.one_of(st.integers(LAST - 5, LAST + 5), st.integers(FIRST + 60, LAST), st.integers(FIRST - 1, LAST + 150))
WINDOW = st.one_of(st.sampled_from([None, 30, 50, 60, 90, 90, 365]), st.integers(1, 120))


def pounds(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def tell(shop: Shop, history: History) -> None:
    for person in history.people:
        shop.customer(person.number, type=person.type, is_active=person.is_active)
    for sold in history.sales:
        shop.sale(
            sold.customer,
            date_of(sold.day),
            pounds(sold.total),
            number=sold.number,
            status=sold.status,
            counted_from=None if sold.counted is None else date_of(sold.counted),
            storefront=sold.storefront,
        )
    for back in history.refunds:
        who = None if back.sale else back.customer
        shop.refund(who, date_of(back.day), pounds(back.amount), sale=back.sale, number=back.number)


# ---------------------------------------------------------------- the store of all examples


class World:
    """One store with a business for each example, asked through the copies of one process."""

    def __init__(self, runner: asyncio.Runner, services: Services) -> None:
        self.services = services
        self._runner = runner
        self._names = count(1)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def shop_of(self, history: History) -> Shop:
        shop = await open_shop(self.services.database, f"Example {next(self._names)}")
        tell(shop, history)
        for name in STOREFRONTS:
            shop.storefront(name)
        await shop.save()
        return shop

    def forget(self, shop: Shop) -> None:
        self.services.copies.of(shop.id).drop()


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    path = tmp_path_factory.mktemp("properties") / "store.db"
    shutil.copy(sqlite_template, path)
    with asyncio.Runner() as runner:
        services = Services(Database(f"sqlite:///{path}"))
        yield World(runner, services)
        runner.run(services.close())


async def answered(world: World, shop: Shop, **question: Any) -> Told:
    async with operation(world.services, shop.id) as context:
        return await told(await ask(context, **question), shop.number_of)


# ---------------------------------------------------------------- the oracle's answer


def facts_at(history: History, as_of: int, storefront: str | None) -> rfm.Facts:
    """What the oracle is given: the sales that count at a day, of a storefront if one is asked for."""
    sales = [
        (s.number, s.customer, s.day, 12, s.total)
        for s in history.sales
        if s.counted is not None and s.counted <= as_of and storefront in (None, s.storefront)
    ]
    refunds = [(r.customer, r.day, r.amount) for r in history.refunds if storefront in (None, r.storefront)]
    people = [(p.number, p.is_active, p.type) for p in history.people]
    return rfm.Facts(
        frame(sales, sale=object, customer=object, day="int64", hour="int64", total="int64"),
        frame(refunds, customer=object, day="int64", amount="int64"),
        frame(people, customer=object, is_active=bool, type=object),
    )


def frame(rows: list[tuple[Any, ...]], **types: Any) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else [()] * len(types)
    return pd.DataFrame(
        {name: pd.Series(list(values), dtype=kind) for (name, kind), values in zip(types.items(), columns, strict=True)}
    )


def expected(history: History, scheme: str, as_of: int, days: int | None, storefront: str | None, **who: Any) -> Told:
    """The oracle's answer. It knows no day of counting, so the preceding window is asked with what counted then."""
    table = rfm.SCHEMES[scheme]
    answer = rfm.segmentation(facts_at(history, as_of, storefront), as_of, days, scheme, **who)
    before = None
    if days is not None:
        then = facts_at(history, as_of - days, storefront)
        allowed = rfm.eligible(then.customers, who["include_inactive"], who["customer_type"])
        before = rfm.counts_by_name(rfm.score(rfm.population(then, as_of - days, days, allowed), table, days), table)
    in_order = [answer.segment(s.name) for s in table.segments]
    now = {s.name: s.customer_count for s in in_order}
    growth = {
        name: 100 * (count - before[name]) / before[name] if before and before[name] else None
        for name, count in now.items()
    }
    return told_by_oracle(answer, growth, rfm.find_insights(table, in_order, now, before))


# ---------------------------------------------------------------- properties


def examples(number: int) -> settings:
    """The same examples in each run; raise the number and take `derandomize` away to look for more."""
    return settings(max_examples=number, deadline=None, derandomize=True)


FILTERS = st.fixed_dictionaries(
    {
        "include_inactive": st.booleans(),
        "customer_type": st.sampled_from([None, None, "RETAIL", "WHOLESALE"]),
        "storefront": st.sampled_from([None, None, *STOREFRONTS]),
    }
)


QUESTIONS = st.lists(st.tuples(SCHEME, AS_OF, WINDOW, FILTERS), min_size=3, max_size=3)


@examples(20)  # of three questions each: what takes the time is to load the copy of an example
@given(history=histories(), questions=QUESTIONS)
def test_every_answer_equals_the_oracle(
    world: World, history: History, questions: list[tuple[str, int, int | None, dict[str, Any]]]
) -> None:
    # Takes seconds: the oracle, which is written for clarity, answers sixty questions.
    async def check() -> None:
        shop = await world.shop_of(history)
        for scheme, as_of, days, filters in questions:
            where = filters["storefront"]
            street = where and global_id("Storefront", shop.id_of_storefront(where))
            asked = {**filters, "storefront": street, "as_of": date_of(as_of), "days": days, "scheme": scheme}
            found = await answered(world, shop, **asked)
            assert found == expected(history, scheme, as_of, days, **filters)
        world.forget(shop)

    world.run(check())


@examples(12)
@given(history=histories(), scheme=SCHEME, as_of=AS_OF, days=WINDOW)
def test_scores_follow_values_and_every_customer_is_in_exactly_one_segment(
    world: World, history: History, scheme: str, as_of: int, days: int | None
) -> None:
    async def check() -> None:
        shop = await world.shop_of(history)
        async with operation(world.services, shop.id) as context:
            answer = await ask(context, scheme, days, as_of=date_of(as_of))
            assert isinstance(answer.people, ScoredSegments)
            people = answer.people.people
            by_rank = {"frequency": people.frequency_score, "monetary": people.monetary_score}
            if scheme != "POS" or days is None:
                by_rank["recency_days"] = people.recency_score
            for name, scores in by_rank.items():
                assert (set(scores.tolist()) == {3}) == (len(set(getattr(people, name).tolist())) == 1), name
            for values, scores, sign in (
                (people.recency_days, people.recency_score, -1),
                (people.frequency, people.frequency_score, 1),
                (people.monetary, people.monetary_score, 1),
            ):
                pairs = sorted((sign * int(v), int(s)) for v, s in zip(values, scores, strict=True))
                assert len({v for v, _ in pairs}) == len(set(pairs)), "equal values have equal scores"
                assert [s for _, s in pairs] == sorted(s for _, s in pairs), "a better value has no worse score"
                assert all(1 <= s <= 5 for _, s in pairs)
            once = people.frequency == 1
            assert set(people.frequency_score[once].tolist()) <= ({3} if once.all() else {1})
            assert sum(c.customer_count for c in answer.cells) == answer.total_customers == len(people)
            assert sum(s.customer_count for s in answer.segments) == answer.total_customers
            assert sum(c.revenue for c in answer.cells) == answer.total_revenue
            members = [set(s.members()["customer_id"].to_pylist()) for s in answer.segments]
            assert sum(map(len, members)) == len(set().union(*members)) == answer.total_customers
            bought = {s.customer for s in history.sales if counts(s, as_of, days)}
            active = {p.number for p in history.people if p.is_active}
            assert {shop.number_of(id_) for id_ in people.customer_id.tolist()} == bought & active
        world.forget(shop)

    world.run(check())


def counts(sold: Sold, as_of: int, days: int | None) -> bool:
    started = days is None or sold.day > as_of - days
    return sold.counted is not None and sold.counted <= as_of and sold.day <= as_of and started


@examples(8)
@given(history=histories(), chance=st.randoms(use_true_random=False), scheme=SCHEME, as_of=AS_OF, days=WINDOW)
def test_the_order_of_rows_is_irrelevant(
    world: World, history: History, chance: Any, scheme: str, as_of: int, days: int | None
) -> None:
    # Takes seconds: an example is two shops, and the copy of each is loaded.
    def shuffled(rows: list[T]) -> list[T]:
        return chance.sample(rows, len(rows))

    async def check() -> None:
        other = History(shuffled(history.people), shuffled(history.sales), shuffled(history.refunds))
        asked = {"scheme": scheme, "days": days, "as_of": date_of(as_of)}
        answers = []
        for one in (history, other):
            shop = await world.shop_of(one)
            answers.append(await answered(world, shop, **asked))
            world.forget(shop)
        assert answers[0] == answers[1]

    world.run(check())


@examples(12)
@given(earlier=histories(), later=histories(), scheme=SCHEME, as_of=AS_OF, days=WINDOW)
def test_facts_of_later_days_change_nothing(
    world: World, earlier: History, later: History, scheme: str, as_of: int, days: int | None
) -> None:
    # Takes seconds: an example is two shops, and the copy of each is loaded.
    async def check() -> None:
        shop = await world.shop_of(earlier)
        asked = {"scheme": scheme, "days": days, "as_of": date_of(as_of)}
        before = await answered(world, shop, **asked)
        for i, sold in enumerate(later.sales):
            if sold.counted is not None:  # some are sold before that day and count only after it
                counted = date_of(max(sold.counted, as_of + 1 + i % 3))
                number, total, status = f"L{sold.number}", pounds(sold.total), sold.status
                shop.sale(sold.customer, date_of(sold.day), total, number=number, status=status, counted_from=counted)
        for i, back in enumerate(later.refunds):
            of = earlier.sales[i].number if i < len(earlier.sales) else None  # which may be REFUNDED by it
            who = None if of else back.customer
            shop.refund(who, date_of(as_of + 1 + i % 3), pounds(back.amount), sale=of, number=f"L{back.number}")
        await shop.save()
        assert await answered(world, shop, **asked) == before
        world.forget(shop)

    world.run(check())


@examples(12)
@given(history=histories(), as_of=AS_OF, days=WINDOW, filters=FILTERS)
def test_a_filter_never_raises_population_and_orders(
    world: World, history: History, as_of: int, days: int | None, filters: dict[str, Any]
) -> None:
    # Takes seconds: the copy of each example is loaded.
    async def check() -> None:
        shop = await world.shop_of(history)
        day = date_of(as_of)
        everyone = (await answered(world, shop, days=days, as_of=day, include_inactive=True)).customers
        where = filters["storefront"] and global_id("Storefront", shop.id_of_storefront(filters["storefront"]))
        some = (await answered(world, shop, days=days, as_of=day, **(filters | {"storefront": where}))).customers
        assert set(some) <= set(everyone)
        assert all(some[number][1] <= everyone[number][1] for number in some)
        assert all(some[number][0] >= everyone[number][0] for number in some)  # nor is anyone more recent
        if filters["storefront"] is None:  # a customer keeps all that it did
            assert all(some[number][:3] == everyone[number][:3] for number in some)
        world.forget(shop)

    world.run(check())


@settings(deadline=None, derandomize=True)
@given(r=st.integers(1, 5), f=st.integers(1, 5), m=st.integers(1, 5), scheme=st.sampled_from(RFMScheme))
def test_no_segment_is_nearer_than_that_of_a_triple(r: int, f: int, m: int, scheme: RFMScheme) -> None:
    segments = SCHEMES[scheme].segments
    chosen = segment_of_cell(scheme)[TRIPLES.index((r, f, m))]
    distances = [min(box.distance(r, f, m) for box in segment.boxes) for segment in segments]
    assert distances[chosen] == min(distances)
    assert all(distance > distances[chosen] for distance in distances[:chosen])
