"""Values to choose from and to filter by, in whatever letters they are written, and phone numbers however written."""

from typing import Any

import pytest

from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import Shop, open_shop
from tests.schema.conftest import Asker

FACETS = """{ cities { value customers } countries { value customers } tags { value customers }
    acquisitionSources { value customers } storefronts { storefront { name } customers } }"""


def tell(shop: Shop) -> None:
    """Cities in several spellings: the é of two is one sign, of one it is e with an accent."""
    told: list[tuple[str, dict[str, Any]]] = [
        ("C1", {"city": "Orl\u00e9ans", "tags": ["VIP", "vip", "local"], "acquisition_source": "Ads"}),
        ("C2", {"city": "orl\u00e9ans", "tags": ["vip"], "acquisition_source": "ads"}),
        ("C3", {"city": "ORLE\u0301ANS", "tags": ["Local"], "acquisition_source": "ads"}),
        ("C4", {"city": "orl\u00e9ans", "country": "France"}),
        ("C5", {"city": "Bad Stra\u00dfe", "country": "Germany", "is_active": False}),
        ("C6", {"city": "bad strasse", "country": "GERMANY"}),
        ("GONE", {"city": "Nowhere", "country": "Utopia", "tags": ["lost"], "is_erased": True}),
        ("OLD", {"city": "Nowhere", "tags": ["lost"], "merged_into": "C1"}),
    ]
    for number, columns in told:
        shop.customer(number, joined="2026-01-01", **columns)
    shop.sale("C1", "2026-02-01", "5.00", storefront="Web")
    shop.sale("C1", "2026-02-02", "5.00", storefront="Web")
    shop.sale("C2", "2026-02-02", "5.00", storefront="Web")
    shop.sale("C2", "2026-02-02", "5.00", storefront="High Street")
    shop.sale("GONE", "2026-02-02", "5.00", storefront="High Street")
    shop.sale("C3", "2026-02-02", "5.00", storefront="High Street", status="CANCELLED")


@pytest.fixture
async def asks(both_services: Services) -> Asker:
    shop = await open_shop(both_services.database)
    tell(shop)
    await shop.save()
    return Asker(both_services, Viewer("stan", Role.STAFF, shop.id))


def pairs(facets: list[dict[str, Any]]) -> dict[str, int]:
    """How many customers have each value, in the order of the list."""
    return {one["value"]: one["customers"] for one in facets}


async def test_the_values_that_occur(asks: Asker) -> None:
    found = (await asks(f"{{ customerFacets {FACETS} }}"))["customerFacets"]
    assert pairs(found["cities"]) == {"orl\u00e9ans": 4, "Bad Stra\u00dfe": 2}  # as most have it, of equals the first
    assert pairs(found["countries"]) == {"GERMANY": 2, "France": 1}
    assert pairs(found["tags"]) == {"vip": 2, "Local": 2}  # C1 has two spellings of one
    assert pairs(found["acquisitionSources"]) == {"ads": 3}
    shops = [(one["storefront"]["name"], one["customers"]) for one in found["storefronts"]]
    assert shops == [("Web", 2), ("High Street", 1)]


async def numbers(ask: Asker, arguments: str = "", **filter_: Any) -> list[str]:
    """The numbers of a list."""
    query = f"query($f: CustomerFilter) {{ customers({arguments}orderBy: NAME, filter: $f) {{ nodes {{ number }} }} }}"
    return [node["number"] for node in (await ask(query, f=filter_))["customers"]["nodes"]]


async def test_a_filter_takes_any_spelling_and_lists_as_many_as_are_told(asks: Asker) -> None:
    assert await numbers(asks, city="ORLE\u0301ANS") == ["C1", "C2", "C3", "C4"]
    assert await numbers(asks, city="bad stra\u00dfe") == ["C5", "C6"]
    assert await numbers(asks, country="germany", isActive=True) == ["C6"]
    assert await numbers(asks, acquisitionSource="ADS", tags=["LOCAL"]) == ["C1", "C3"]
    assert await numbers(asks, tags=["vip", "VIP", "local"]) == ["C1"]
    assert await numbers(asks, tags=["vip", "lost"]) == []
    assert await numbers(asks, city="Nowhere") == []
    found = (await asks(f"{{ customerFacets {FACETS} }}"))["customerFacets"]
    fields = {"cities": "city", "countries": "country", "acquisitionSources": "acquisitionSource"}
    for name, argument in fields.items():
        for value, customers in pairs(found[name]).items():
            assert len(await numbers(asks, **{argument: value})) == customers
    for value, customers in pairs(found["tags"]).items():
        assert len(await numbers(asks, tags=[value])) == customers
    for shop in (await asks("{ customerFacets { storefronts { storefront { id } customers } } }"))["customerFacets"][
        "storefronts"
    ]:
        assert len(await numbers(asks, storefront=shop["storefront"]["id"])) == shop["customers"]


async def test_a_search_chooses_values_by_the_beginnings_of_their_words(asks: Asker) -> None:
    asked = (
        'customerFacets(search: "%s", first: 1) { cities { value } tags { value } storefronts { storefront { name } } }'
    )
    found = (await asks(f"{{ {asked % 'STRAS'} }}"))["customerFacets"]
    assert found == {"cities": [{"value": "Bad Stra\u00dfe"}], "tags": [], "storefronts": []}
    found = (await asks(f"{{ {asked % 'orlean'} }}"))["customerFacets"]  # without the accent, as search has it
    assert found["cities"] == [{"value": "orl\u00e9ans"}]
    assert (await asks(f"{{ {asked % 'street'} }}"))["customerFacets"]["storefronts"] == [
        {"storefront": {"name": "High Street"}}
    ]
    assert await asks.refused("{ customerFacets(first: 0) { tags { value } } }") == (
        "`first` must be from 1 to 1,000, not 0"
    )


async def test_where_customers_live_is_personal(asks: Asker) -> None:
    answer = await asks.being(Role.VIEWER).run(f"{{ customerFacets {FACETS} }}")
    assert answer.data["customerFacets"]["cities"] == answer.data["customerFacets"]["countries"] == []
    assert len(answer.data["customerFacets"]["tags"]) == 2
    assert sorted(answer.messages) == [
        "CustomerFacets.cities is personal data: the token needs the pii claim",
        "CustomerFacets.countries is personal data: the token needs the pii claim",
    ]


# ---------------------------------------------------------------- phone numbers

WRITTEN = [
    "+442079460018",
    "+44 20 7946 0018",
    "0044 20 7946 0018",
    "020 7946 0018",
    "(020) 7946-0018",
    "02079460018",
    "20 7946 0018",
    "7946 0018",
    "0018",
    "460018",
    "020 7946",  # as far as it was written
    "+44 20 79",
]
OF_NOBODY = ["018", "0019", "+33 20 7946 0018", "0018 x"]


@pytest.fixture
async def calls(both_services: Services) -> Asker:
    shop = await open_shop(both_services.database)
    shop.customer("PHONE", phone="+442079460018", joined="2026-01-01")
    shop.customer("OTHER", phone="+441632960961", joined="2026-01-01")
    shop.sale("PHONE", "2026-02-01", "5.00", number="S1")
    await shop.save()
    return Asker(both_services, Viewer("stan", Role.STAFF, shop.id))


async def test_a_phone_is_found_however_it_is_written(calls: Asker) -> None:
    for written in WRITTEN:
        assert await numbers(calls, search=written) == ["PHONE"], written
    for written in OF_NOBODY:
        assert await numbers(calls, search=written) == [], written
    assert await numbers(calls, search="020 7946 0018", totalSpent={"min": "1"}) == ["PHONE"]
    sales = await calls('{ sales(filter: {search: "7946 0018"}) { nodes { number } } }')
    assert sales["sales"]["nodes"] == [{"number": "S1"}]
    assert await numbers(calls.being(Role.VIEWER), search="+44 20 7946 0018") == []
