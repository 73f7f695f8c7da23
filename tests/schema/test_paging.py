"""Pages of lists: every row once, forwards and backwards, also where rows are equal or come between."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import RowKey, global_id, read_cursor
from resolvers.operation.paging import Keyset, Page, PageArguments, pager
from tests.builders import Shop, open_shop
from tests.schema.conftest import REFUSED_BY_GRAPHQL, Asker, customer_id

PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { %s } } nodes { %s }"
# Each list by where it is, with the field that names its rows.
LISTS: dict[str, tuple[str, str]] = {
    **{order: (f"customers(orderBy: {order}%s)", "number") for order in ("NEWEST", "NAME", "TOTAL_SPENT")},
    "AVERAGE_ORDER": ("customers(orderBy: AVERAGE_ORDER%s)", "number"),
    "DAYS_SINCE": ("customers(orderBy: DAYS_SINCE_LAST_PURCHASE%s)", "number"),
    "LAST_PURCHASE": ("customers(orderBy: LAST_PURCHASE%s)", "number"),
    "found": ('customers(filter: {search: "t"}%s)', "number"),
    "found, by money": ('customers(orderBy: TOTAL_SPENT, filter: {search: "t"}%s)', "number"),
    "sales": ("sales(%s)", "number"),
    "sales of all": ("sales(filter: {storefront: null, total: {max: 1}}%s)", "number"),
    "sales of a period": ('sales(period: {start: "2026-02-01"}%s)', "number"),
    "refunds": ("refunds(%s)", "amount"),
    "touchpoints": ("touchpoints(%s)", "subject"),
    "touchpoints of a customer": ("touchpoints(type: EMAIL%s)", "subject"),
    "segment": ("customers(%s)", "number"),
}
WITHIN: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(
        ("sales", "sales of a period", "refunds", "touchpoints of a customer"),
        lambda field: f'customer(by: {{number: "T1"}}) {{ {field} }}',
    ),
    "segment": lambda field: f'segmentation(segmentCode: "R5F1M1") {{ segments {{ {field} }} }}',
}
BACKWARDS = [name for name in LISTS if LISTS[name][0].startswith(("customers(order", "customers(filter", "sales"))]


@pytest.fixture
async def ask_ties(both_services: Any, ask_both: Asker) -> Asker:
    """Asks a shop in which much is equal: days, names, money, moments."""
    shop = await open_shop(both_services.database, "Ties")
    await _tell(shop, ["T1", "T2", "T3", "T4", "T5", "T6", "T7"])
    return ask_both.being(business_id=shop.id)


async def _tell(shop: Shop, numbers: list[str]) -> None:
    for place, number in enumerate(numbers):
        shop.customer(number, first_name="Tim" if place % 2 else "tim", joined="2026-02-01")
        if number != "T1":
            shop.sale(number, "2026-03-01", "5.00")
    for place in range(7):
        sale = shop.sale("T1", "2026-02-01" if place else "2026-01-31", "1.00", number=f"T1-{place}")
        shop.refund(None, "2026-02-02", f"0.0{place + 1}", sale=sale)
        shop.touchpoint("T1", "2026-02-02", subject=f"mail {place}")
    await shop.save()


def question(name: str, arguments: str) -> str:
    """A page of a list."""
    call, field = LISTS[name]
    arguments = arguments and (arguments if call.endswith("(%s)") else f", {arguments}")
    call = (call % arguments).replace("()", "")
    total = "totalCount" if name.startswith(("customers", "sales", "refunds", "segment")) else ""
    listed = f"{call} {{ {PAGE % (field, field)} {total} }}"
    return f"{{ {WITHIN.get(name, lambda inner: inner)(listed)} }}"


def page_in(name: str, data: Any) -> Any:
    """The page that an answer holds."""
    if name == "segment":
        data = data["segmentation"]["segments"][0]
    elif name in WITHIN:
        data = data["customer"]
    (page,) = data.values()
    return page


async def page(ask: Asker, name: str, arguments: str = "") -> tuple[list[str], Any]:
    """The names of a page's rows, and its place in the list."""
    found = page_in(name, await ask(question(name, arguments)))
    rows = [next(iter(node.values())) for node in found["nodes"]]
    assert [next(iter(edge["node"].values())) for edge in found["edges"]] == rows
    cursors = [edge["cursor"] for edge in found["edges"]]
    info = found["pageInfo"]
    assert (info["startCursor"], info["endCursor"]) == ((cursors[0], cursors[-1]) if cursors else (None, None))
    return rows, info


async def forwards(ask: Asker, name: str, size: int) -> list[list[str]]:
    """All pages of a list from its start."""
    pages, after = [], ""
    for _ in range(10):
        rows, info = await page(ask, name, f"first: {size}{after}")
        assert info["hasPreviousPage"] == (after != "")
        pages.append(rows)
        if not info["hasNextPage"]:
            return pages
        after = f', after: "{info["endCursor"]}"'
    raise AssertionError(f"{name} has no end: {pages}")


async def backwards(ask: Asker, name: str, size: int) -> list[list[str]]:
    """All pages of a list from its end."""
    pages, before = [], ""
    for _ in range(10):
        rows, info = await page(ask, name, f"last: {size}{before}")
        assert info["hasNextPage"] == (before != "")
        pages.insert(0, rows)
        if not info["hasPreviousPage"]:
            return pages
        before = f', before: "{info["startCursor"]}"'
    raise AssertionError(f"{name} has no start: {pages}")


EXPECTED = {
    "NEWEST": ["T7", "T6", "T5", "T4", "T3", "T2", "T1"],
    "NAME": ["T1", "T2", "T3", "T4", "T5", "T6", "T7"],
    "TOTAL_SPENT": ["T1", "T7", "T6", "T5", "T4", "T3", "T2"],  # 7.00 less 0.28, and 5.00 each
    "AVERAGE_ORDER": ["T7", "T6", "T5", "T4", "T3", "T2", "T1"],  # 5.00 each, and 6.72 / 7
    "DAYS_SINCE": ["T1", "T7", "T6", "T5", "T4", "T3", "T2"],
    "LAST_PURCHASE": ["T7", "T6", "T5", "T4", "T3", "T2", "T1"],
    "found": ["T7", "T6", "T5", "T4", "T3", "T2", "T1"],
    "found, by money": ["T1", "T7", "T6", "T5", "T4", "T3", "T2"],
    "sales": ["T1-6", "T1-5", "T1-4", "T1-3", "T1-2", "T1-1", "T1-0"],
    "sales of all": ["T1-6", "T1-5", "T1-4", "T1-3", "T1-2", "T1-1", "T1-0"],  # 1.00 each
    "sales of a period": ["T1-6", "T1-5", "T1-4", "T1-3", "T1-2", "T1-1"],
    "refunds": ["0.07", "0.06", "0.05", "0.04", "0.03", "0.02", "0.01"],
    "touchpoints": ["mail 6", "mail 5", "mail 4", "mail 3", "mail 2", "mail 1", "mail 0"],
    "touchpoints of a customer": ["mail 6", "mail 5", "mail 4", "mail 3", "mail 2", "mail 1", "mail 0"],
    "segment": ["T2", "T3", "T4", "T5", "T6", "T7"],
}


def chunks(rows: list[str], size: int) -> list[list[str]]:
    """Rows as pages of a size."""
    return [rows[i : i + size] for i in range(0, len(rows), size)]


async def test_every_row_once_forwards(ask_ties: Asker) -> None:
    for name, expected in EXPECTED.items():
        assert (await page(ask_ties, name))[0] == expected, name
        for size in (2, 7, 1000):
            assert await forwards(ask_ties, name, size) == chunks(expected, size), name


async def test_every_row_once_backwards(ask_ties: Asker) -> None:
    for name in BACKWARDS:
        for size in (3, 1000):
            pages = [c[::-1] for c in chunks(EXPECTED[name][::-1], size)][::-1]
            assert await backwards(ask_ties, name, size) == pages, name


async def test_back_from_any_row(ask_ties: Asker) -> None:
    """Before the cursor of a row is what a page from the start had before it, and after it what came after."""
    for name in ("NAME", "TOTAL_SPENT", "sales"):
        found = page_in(name, await ask_ties(question(name, "")))
        for place, edge in enumerate(found["edges"]):
            cursor = edge["cursor"]
            assert (await page(ask_ties, name, f'last: 2, before: "{cursor}"'))[0] == (
                EXPECTED[name][max(place - 2, 0) : place]
            )
            assert (await page(ask_ties, name, f'before: "{cursor}"'))[0] == EXPECTED[name][:place]
            assert (await page(ask_ties, name, f'after: "{cursor}"'))[0] == EXPECTED[name][place + 1 :]


async def test_a_page_of_nothing(ask_ties: Asker) -> None:
    for name in EXPECTED:
        rows, info = await page(ask_ties, name, "first: 0")
        assert (rows, info["hasNextPage"], info["hasPreviousPage"]) == ([], True, False), name
    for name in BACKWARDS:
        rows, info = await page(ask_ties, name, "last: 0")
        assert (rows, info["hasNextPage"], info["hasPreviousPage"]) == ([], False, True), name


async def test_rows_that_come_between_pages(ask_both: Asker) -> None:
    """Who was there before is on one page exactly; who comes is on a later one, or on none where it belongs before."""
    shop = await open_shop(ask_both.services.database, "Growing")
    ask = ask_both.being(business_id=shop.id)
    for number in range(6):
        shop.customer(f"T{number}", first_name=f"Tim {number}", joined=f"2026-02-0{number + 1}")
        shop.sale(f"T{number}", f"2026-02-0{number + 1}", f"{number}.00")
    await shop.save()
    for name in ("NEWEST", "NAME", "TOTAL_SPENT", "LAST_PURCHASE"):
        rows, info = await page(ask, name, "first: 3")
        shop.customer(f"N-{name}", first_name="Tim 0", joined="2026-02-06")  # the same name and day as one of before
        shop.sale(f"N-{name}", "2026-02-03", "2.00")
        await shop.save()
        rest, _ = await page(ask, name, f'after: "{info["endCursor"]}"')
        old = [number for number in (*rows, *rest) if not number.startswith("N-")]
        assert sorted(old) == ["T0", "T1", "T2", "T3", "T4", "T5"], name
        assert len(old) == 6


async def test_a_page_that_ends_with_a_row_that_is_gone(ask_both: Asker) -> None:
    """A cursor is a place, not a row: it holds after its row has moved or is not shown any more."""
    shop = await open_shop(ask_both.services.database, "Shrinking")
    ask = ask_both.being(business_id=shop.id)
    for number in range(4):
        shop.customer(f"T{number}", first_name=f"Tim {number}", joined=f"2026-02-0{number + 1}")
    await shop.save()
    for name, gone in (("NAME", "T1"), ("NEWEST", "T2")):
        rows, info = await page(ask, name, "first: 2")
        assert rows[-1] == gone
        shop.customer(gone, is_erased=True)
        await shop.save()
        rest, _ = await page(ask, name, f'first: 2, after: "{info["endCursor"]}"')
        assert rest == (["T2", "T3"] if name == "NAME" else ["T0"])


# ---------------------------------------------------------------- what is refused


async def test_impossible_sizes(ask_ties: Asker) -> None:
    for name in EXPECTED:
        for size, shown in ((1001, "1,001"), (100_000, "100,000"), (-1, "-1"), (2**31 - 1, "2,147,483,647")):
            answer = await ask_ties.run(question(name, f"first: {size}"))
            assert set(answer.codes) == {"BAD_USER_INPUT"}
            assert set(answer.messages) == {f"`first` must be from 0 to 1,000, not {shown}"}
        assert set((await ask_ties.run(question(name, "first: 3000000000"))).codes) == {REFUSED_BY_GRAPHQL}
    for name in BACKWARDS:
        assert await ask_ties.refused(question(name, "last: 1001")) == "`last` must be from 0 to 1,000, not 1,001"
        assert await ask_ties.refused(question(name, "last: -1")) == "`last` must be from 0 to 1,000, not -1"


async def test_impossible_directions(ask_ties: Asker) -> None:
    for name in BACKWARDS:
        for arguments, told in (
            ("first: 1, last: 1", "give `first` or `last`, not both"),
            ('after: "x", before: "y"', "give `after` or `before`, not both"),
            ('first: 1, before: "x"', "`after` goes with `first`, `before` with `last`"),
            ('last: 1, after: "x"', "`after` goes with `first`, `before` with `last`"),
        ):
            assert await ask_ties.refused(question(name, arguments)) == told


async def cursor_of(ask: Asker, name: str) -> str:
    """The cursor of the second row of a list."""
    return page_in(name, await ask(question(name, "first: 2")))["edges"][1]["cursor"]


async def test_a_cursor_of_another_list(ask_ties: Asker) -> None:
    cursors = {name: await cursor_of(ask_ties, name) for name in EXPECTED}
    assert len(set(cursors.values())) == len(EXPECTED)
    other_kind = "is not a cursor of this API: use one that `pageInfo` or an edge gave"
    other_arguments = "this cursor is of a list with other arguments: begin again without it"
    for name in EXPECTED:
        for of, cursor in cursors.items():
            answer = await ask_ties.run(question(name, f'after: "{cursor}"'))
            if of != name:
                assert set(answer.codes) == {"BAD_USER_INPUT"}, (name, of)
                assert all(m == other_arguments or m.endswith(other_kind) for m in answer.messages), (name, of)
            else:
                assert answer.errors == [], name


async def test_a_cursor_of_the_same_list_with_other_arguments(ask: Asker, shop: Shop) -> None:
    query = "{ customers(first: 2%s) { pageInfo { endCursor } } }"
    of = {
        arguments: (await ask(query % arguments))["customers"]["pageInfo"]["endCursor"]
        for arguments in (
            "",
            ", filter: {isActive: true}",
            ", filter: {isActive: true, type: RETAIL}",
            ', filter: {search: "a"}',
            ', filter: {tags: ["vip"]}',
            ', filter: {joined: {start: "2024-01-01"}}',
            ', filter: {joined: {end: "2027-01-01"}}',
            ', filter: {totalSpent: {min: "1"}}',
            ", orderBy: LAST_PURCHASE",
            ', orderBy: LAST_PURCHASE, asOf: "2026-02-01"',
        )
    }
    for arguments in of:
        for made_by, cursor in of.items():
            answer = await ask.run(query % f'{arguments}, after: "{cursor}"')
            assert answer.codes == ([] if made_by == arguments else ["BAD_USER_INPUT"]), (arguments, made_by)

    sales = "query($id: ID!, $after: String) { customer(by: {id: $id}) { sales(first: 1, after: $after) { %s } } }"
    ann, ben = customer_id(shop, "ANN"), customer_id(shop, "BEN")
    cursor = (await ask(sales % "pageInfo { endCursor }", id=ann))["customer"]["sales"]["pageInfo"]["endCursor"]
    assert (await ask(sales % "nodes { number }", id=ann, after=cursor))["customer"]["sales"]["nodes"] != []
    assert "other arguments" in await ask.refused(sales % "nodes { number }", id=ben, after=cursor)


def opened(cursor: str) -> list[Any]:
    """What a cursor holds."""
    return orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def closed(values: Any) -> str:
    """A cursor that somebody made up."""
    return urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


async def test_a_cursor_tells_no_key_of_a_row(ask_ties: Asker) -> None:
    for name in ("NEWEST", "NAME", "LAST_PURCHASE", "sales"):
        digest, _, key = opened(await cursor_of(ask_ties, name))
        assert re.fullmatch("[0-9a-f]{16}", digest), name
        assert re.fullmatch("Row_[0-9a-f]{32}", key), name
    with pytest.raises(BadUserInput):  # an id of a row is no place in a list
        read_cursor(closed(["digest", global_id("Customer", 7)]), "digest", [RowKey])
    assert read_cursor(closed(["digest", global_id("Row", 7)]), "digest", [RowKey]) == (7,)


MALFORMED = [
    "",
    "x",
    "%%%",
    "é",
    "\ud800",
    "a" * 5000,
    "bnVsbA",
    "e30",
    "W10",
    closed({"a": 1}),
    closed([[]]),
    "WzEsMg",
]


async def test_forged_cursors(ask_ties: Asker) -> None:
    """A cursor is nobody's secret: whatever is put into one is refused, or is a place in the list."""
    query = question("NEWEST", "first: 2, after: $after").replace("{", "query($after: String) {", 1)
    for cursor in MALFORMED:
        assert "is not a cursor of this API" in await ask_ties.refused(query, after=cursor)
    for name in ("NEWEST", "NAME", "LAST_PURCHASE", "sales", "segment"):
        digest, first, second = opened(await cursor_of(ask_ties, name))
        forged = [
            closed([digest]),
            closed([digest, first]),
            closed([digest, first, second, 1]),
            closed([None, first, second]),
            *(closed([digest, value, second]) for value in ODD),
            *(closed([digest, first, value]) for value in ODD),
        ]
        query = question(name, "first: 2, after: $after").replace("{", "query($after: String) {", 1)
        for cursor in forged:
            answer = await ask_ties.run(query, after=cursor)
            assert set(answer.codes) <= {"BAD_USER_INPUT"}, (name, opened(cursor))


ODD: list[Any] = [
    *(None, True, 1.5, [], {}, "", "x", "\0", "2026-02-30", "2026-02-01", "2026-02-01T00:00:00"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-01T00:00:00+00:00", "z" * 5000),
    *(0, -1, 2**31, -(2**31) - 1, 2**62, 2**63 - 1, -(2**63), 2**64 - 1),
]


# ---------------------------------------------------------------- the arithmetic of pages, of any list


async def _nobody() -> int:
    return 0


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), unique_by=lambda row: row[1], max_size=12),
    size=st.integers(1, 5),
    backward=st.booleans(),
)
def test_pages_cover_any_list(rows: list[tuple[int, int]], size: int, backward: bool) -> None:
    ordered = sorted(rows)
    found: list[tuple[int, int]] = []
    edge = None
    for _ in range(len(rows) + 2):
        asked = PageArguments(last=size, before=edge) if backward else PageArguments(first=size, after=edge)
        got = _page(ordered, asked)
        assert len(got.nodes) <= size
        found = [*got.nodes, *found] if backward else [*found, *got.nodes]
        edge = got.start_cursor if backward else got.end_cursor
        if not (got.has_previous_page if backward else got.has_next_page):
            break
    assert found == ordered


PAIRS = Keyset({"first": int, "second": int}, list)


def _page(ordered: list[tuple[int, int]], asked: PageArguments) -> Page:
    """A page of rows, as a store with a keyset would find it."""
    wanted = pager(asked, "digest", PAIRS)
    request = wanted.request
    towards = ordered[::-1] if request.backward else ordered
    position = request.position
    past = [r for r in towards if position is None or (r < position if request.backward else r > position)]
    return wanted.page(past[: request.limit + 1])


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_no_text_breaks_a_cursor(text: str) -> None:
    with pytest.raises(BadUserInput):
        pager(PageArguments(after=text), "digest", PAIRS)
