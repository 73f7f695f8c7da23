"""A customer's sales and refunds, and all that a sale is made of."""

from typing import Any

from resolvers.operation.ids import global_id, read_id
from tests.builders import Line, Shop, open_shop
from tests.schema.conftest import REFUSED_BY_GRAPHQL, Asker
from tests.schema.corner_shop import corner_shop

SALE = """
    number status occurredAt businessDate storefront { name } channel
    subtotal discount tax total profit paid refunded
    refunds { amount occurredAt businessDate reason sale { number } }
    items { product sku category quantity unitPrice total profit isProduct }
    payments { method amount paidAt }
    customer { number }
"""


def of_ann(fields: str) -> str:
    """A question for something of Anna."""
    return f'{{ customer(by: {{number: "ANN"}}) {{ {fields} }} }}'


async def sales(ask: Asker, arguments: str = "", fields: str = SALE) -> Any:
    """Anna's sales."""
    return (await ask(of_ann(f"sales{arguments} {{ totalCount nodes {{ {fields} }} }}")))["customer"]["sales"]


async def test_a_sale_with_everything(ask_both: Asker) -> None:
    found = (await sales(ask_both))["nodes"][4]

    assert found == {
        "number": "A2",
        "status": "COMPLETED",
        "occurredAt": "2025-12-24T10:15:00+00:00",
        "businessDate": "2025-12-24",
        "storefront": {"name": "High Street"},
        "channel": "STORE",
        "subtotal": "13.49",
        "discount": "1.49",
        "tax": "2.40",
        "total": "12.00",
        "profit": "3.67",  # of the tea 7.50 - 3.00, less 0.83 of the discount
        "paid": "14.40",
        "refunded": "0.00",
        "refunds": [],
        "items": [
            {
                "product": "Tea",
                "sku": "T1",
                "category": "Drinks",
                "quantity": "3",
                "unitPrice": "2.50",
                "total": "7.50",
                "profit": "4.50",
                "isProduct": True,
            },
            {
                "product": "Cake",
                "sku": None,
                "category": "Food",
                "quantity": "0.333",
                "unitPrice": "3.001",
                "total": "1.00",  # 0.999333
                "profit": None,
                "isProduct": True,
            },
            {
                "product": "Postage",
                "sku": None,
                "category": None,
                "quantity": "1",
                "unitPrice": "4.99",
                "total": "4.99",
                "profit": None,
                "isProduct": False,
            },
        ],
        "payments": [
            {"method": "CARD", "amount": "10.00", "paidAt": "2025-12-24T10:15:00+00:00"},
            {"method": "VOUCHER", "amount": "4.40", "paidAt": "2025-12-24T10:15:00+00:00"},
        ],
        "customer": {"number": "ANN"},
    }


async def test_sales_of_a_customer_newest_first_whatever_their_status(ask_both: Asker) -> None:
    shown = "number status businessDate total paid refunded channel storefront { name }"
    found = await sales(ask_both, fields=shown)

    assert found["totalCount"] == 6
    assert [tuple(sale.values())[:-1] for sale in found["nodes"]] == [
        ("A6", "CANCELLED", "2026-03-02", "9.99", "0.00", "0.00", "STORE"),
        ("A5", "PENDING", "2026-03-01", "55.00", "0.00", "0.00", "STORE"),
        ("A4", "PARTIAL", "2026-02-01", "100.00", "30.00", "10.00", "ONLINE"),
        ("A3", "REFUNDED", "2026-01-10", "5.00", "0.00", "5.00", "STORE"),
        ("A2", "COMPLETED", "2025-12-24", "12.00", "14.40", "0.00", "STORE"),
        ("A1", "COMPLETED", "2025-06-30", "8.00", "0.00", "0.00", "STORE"),
    ]
    assert [sale["storefront"] for sale in found["nodes"]] == [
        *(None, None, {"name": "Web"}, None, {"name": "High Street"}, None),
    ]


async def test_the_business_date_is_that_of_the_shop(ask: Asker) -> None:
    """Half past eleven in the evening of 30 June in London is half past ten in UTC."""
    last = (await sales(ask, "(last: 1)", "number businessDate occurredAt"))["nodes"]

    assert last == [{"number": "A1", "businessDate": "2025-06-30", "occurredAt": "2025-06-30T22:30:00+00:00"}]


async def test_payments_on_account_do_not_settle(ask: Asker) -> None:
    (found,) = [sale for sale in (await sales(ask))["nodes"] if sale["number"] == "A4"]

    assert found["paid"] == "30.00"
    assert sorted((p["method"], p["amount"]) for p in found["payments"]) == [("CASH", "30.00"), ("CREDIT", "50.00")]


async def test_refunds_of_a_sale_by_time(ask_both: Asker) -> None:
    (found,) = [sale for sale in (await sales(ask_both))["nodes"] if sale["number"] == "A3"]

    assert found["refunds"] == [
        {
            "amount": "5.00",
            "occurredAt": "2026-01-20T16:00:00+00:00",
            "businessDate": "2026-01-20",
            "reason": "broken",
            "sale": {"number": "A3"},
        }
    ]
    assert (found["profit"], found["items"][0]["profit"]) == ("3.00", "3.00")  # a refund leaves a sale as it was


async def test_refunds_of_a_customer_newest_first(ask_both: Asker) -> None:
    query = of_ann("refunds { totalCount nodes { amount businessDate reason sale { number } } edges { node { id } } }")
    found = (await ask_both(query))["customer"]["refunds"]

    assert found["totalCount"] == 3
    assert [tuple(refund.values()) for refund in found["nodes"]] == [
        ("2.50", "2026-02-10", None, None),
        ("10.00", "2026-02-05", None, {"number": "A4"}),
        ("5.00", "2026-01-20", "broken", {"number": "A3"}),
    ]
    assert [read_id(edge["node"]["id"])[0] for edge in found["edges"]] == ["Refund"] * 3


async def test_periods(ask_both: Asker) -> None:
    expected = {
        '{start: "2026-01-10"}': ["A6", "A5", "A4", "A3"],
        '{start: "2026-01-11"}': ["A6", "A5", "A4"],
        '{end: "2025-12-24"}': ["A2", "A1"],
        '{end: "2025-12-23"}': ["A1"],
        '{start: "2025-12-24", end: "2026-02-01"}': ["A4", "A3", "A2"],
        '{start: "2026-02-01", end: "2026-02-01"}': ["A4"],
        '{start: "2027-01-01"}': [],
        '{end: "0001-01-01"}': [],
        "{}": ["A6", "A5", "A4", "A3", "A2", "A1"],
        "null": ["A6", "A5", "A4", "A3", "A2", "A1"],
        "{start: null, end: null}": ["A6", "A5", "A4", "A3", "A2", "A1"],
    }
    for period, numbers in expected.items():
        found = await sales(ask_both, f"(period: {period})", "number")
        assert [sale["number"] for sale in found["nodes"]] == numbers, period
        assert found["totalCount"] == len(numbers), period

    refunds = 'refunds(period: {start: "2026-02-05", end: "2026-02-05"}) { totalCount nodes { amount } }'
    assert await ask_both(of_ann(refunds)) == {
        "customer": {"refunds": {"totalCount": 1, "nodes": [{"amount": "10.00"}]}}
    }


async def test_impossible_periods(ask: Asker) -> None:
    backwards = '(period: {start: "2026-02-02", end: "2026-02-01"})'
    for field in ("sales", "refunds"):
        told = await ask.refused(of_ann(f"{field}{backwards} {{ totalCount }}"))
        assert told == "`period` starts on 2026-02-02, after its end on 2026-02-01"
    await ask.refused(of_ann('sales(period: {start: "2026-02-30"}) { totalCount }'), REFUSED_BY_GRAPHQL)


async def test_the_pages_of_several_customers(ask_both: Asker) -> None:
    query = "{ customers(orderBy: NAME) { nodes { number sales(first: 2) { totalCount nodes { number } } } } }"
    found = {c["number"]: c["sales"] for c in (await ask_both(query))["customers"]["nodes"]}

    assert {n: (page["totalCount"], [s["number"] for s in page["nodes"]]) for n, page in found.items()} == {
        "ANN": (6, ["A6", "A5"]),
        "BEN": (2, ["B2", "B1"]),
        "NONAME": (1, ["N1"]),
        "IDLE": (1, ["I1"]),
        "NEW": (0, []),
    }


async def test_sales_at_one_moment_are_ordered_by_record(ask_both: Asker) -> None:
    """Four sales at noon and one before them."""
    shop = await open_shop(ask_both.services.database, "Ties")
    for number in ("first", "second", "third", "fourth"):
        shop.sale("TIM", "2026-02-01", "1.00", number=number)
    shop.sale("TIM", "2026-01-31", "1.00", number="before")
    await shop.save()
    asker = ask_both.being(business_id=shop.id)
    query = '{ customer(by: {number: "TIM"}) { sales { nodes { number } } } }'

    found = (await asker(query))["customer"]["sales"]["nodes"]
    assert [sale["number"] for sale in found] == ["fourth", "third", "second", "first", "before"]


async def test_prices_have_the_decimals_of_money_and_more_where_they_need_them(ask: Asker, shop: Shop) -> None:
    expected = {
        "0.001": "0.001",
        "3": "3.00",
        "2.5": "2.50",
        "0.123456": "0.123456",
        "0": "0.00",
        "1000000": "1000000.00",
    }
    shop.sale("NEW", "2026-03-01", lines=[Line("Thing", price, "0.5") for price in expected])
    await shop.save()
    query = '{ customer(by: {number: "NEW"}) { sales { nodes { items { quantity unitPrice } } } } }'
    (sale,) = (await ask(query))["customer"]["sales"]["nodes"]

    assert sale["items"] == [{"quantity": "0.5", "unitPrice": shown} for shown in expected.values()]


async def test_money_in_currencies_of_other_exponents(ask_both: Asker) -> None:
    expected = {"JPY": ("1234", "-1", "617"), "KWD": ("1.234", "-0.001", "0.617")}
    for currency, (total, profit, average) in expected.items():
        shop = await open_shop(ask_both.services.database, currency, currency=currency)
        shop.sale("TIM", "2026-02-01", number="1", lines=[Line("Thing", total, cost=str(float(total) + 0.001))])
        shop.sale("TIM", "2026-02-02", lines=[Line("Gift", "0")])
        await shop.save()
        asker = ask_both.being(business_id=shop.id)
        query = """{ customer(by: {number: "TIM"}) { creditLimit purchases { revenue averageOrderValue }
            sales(last: 1) { nodes { total tax profit items { total unitPrice } } } } }"""
        found = (await asker(query))["customer"]

        assert found["purchases"] == {"revenue": total, "averageOrderValue": average}
        (sale,) = found["sales"]["nodes"]
        assert (sale["total"], sale["items"]) == (total, [{"total": total, "unitPrice": total}])
        zero = "0" if currency == "JPY" else "0.000"
        assert (found["creditLimit"], sale["tax"]) == (zero, zero)
        assert sale["profit"] == ("0" if currency == "JPY" else profit)


async def test_a_sale_of_nobody(ask: Asker, shop: Shop) -> None:
    id_ = global_id("Sale", shop.id_of_sale("X1"))
    found = await ask(f'{{ node(id: "{id_}") {{ ... on Sale {{ number total customer {{ number }} }} }} }}')

    assert found == {"node": {"number": "X1", "total": "7.00", "customer": None}}


async def test_storefronts(ask: Asker, shop: Shop, other: Shop) -> None:
    found = await ask("{ storefronts { id name isActive } }")

    assert [(s["name"], s["isActive"]) for s in found["storefronts"]] == [
        ("High Street", True),
        ("Old Street", False),
        ("Web", True),
    ]
    assert found["storefronts"][2]["id"] == global_id("Storefront", shop.id_of_storefront("Web"))
    assert [s["name"] for s in (await ask.being(business_id=other.id)("{ storefronts { name } }"))["storefronts"]] == [
        "Web"
    ]


async def test_the_business_and_its_revision(ask_both: Asker) -> None:
    query = "{ viewer { subject role business { id name currency timezone weekStart dataRevision dataUpdatedAt } } }"
    id_ = ask_both.viewer.business_id
    expected = {
        "id": global_id("Business", id_),
        "name": "Corner Shop",
        "currency": "GBP",
        "timezone": "Europe/London",
        "weekStart": "MONDAY",
        "dataRevision": 1,
        "dataUpdatedAt": "2026-03-05T12:00:00+00:00",
    }

    assert await ask_both(query) == {"viewer": {"subject": "stan", "role": "STAFF", "business": expected}}


async def test_the_day_is_that_of_the_business(services: Any, ask: Asker) -> None:
    """At noon in London it is already tomorrow in Kiritimati, and still today in London."""
    shop = await corner_shop(services.database, name="Far Shop", timezone="Pacific/Kiritimati")
    query = '{ customer(by: {number: "NONAME"}) { purchases { daysSinceLastPurchase } } segmentation { asOf } }'

    assert await ask.being(business_id=shop.id)(query) == {
        "customer": {"purchases": {"daysSinceLastPurchase": 14}},
        "segmentation": {"asOf": "2026-03-06"},
    }
    assert (await ask(query))["segmentation"] == {"asOf": "2026-03-05"}
