"""Every mutation as everybody: who may not is refused, and nothing has changed."""

from typing import Any

import pytest

from resolvers.operation.viewer import Role, Viewer
from schema.document.roles import LEAST_ROLE
from tests.builders import Shop
from tests.schema.conftest import Asker
from tests.schema.mutations import OF_NOTHING, OF_SOMETHING_ELSE, ROLES, calls_before, mutation_calls
from tests.schema.walking import all_coordinates
from tests.schema.writing import everything

MUTATIONS = sorted(ROLES)


def test_every_mutation_is_walked_and_has_the_role_of_the_specification(shop: Shop) -> None:
    served = {c.removeprefix("Mutation.") for c in all_coordinates() if c.startswith("Mutation.")}
    assert set(mutation_calls(shop)) == ROLES.keys() == served
    assert {f"Mutation.{name}": role for name, role in ROLES.items()} == {
        name: role for name, role in LEAST_ROLE.items() if name.startswith("Mutation.")
    }


@pytest.mark.parametrize("name", MUTATIONS)
async def test_who_may_not_is_refused_and_nothing_has_changed(ask: Asker, shop: Shop, name: str) -> None:
    before = await everything(shop.database)
    document = f"mutation {{ {mutation_calls(shop)[name]} {{ __typename }} }}"
    for customer in ("ANN", "BEN") if ROLES[name] is not Role.CUSTOMER else ():  # its own, and another's
        await ask.being(Role.CUSTOMER, customer_id=shop.id_of(customer)).refused(document, "FORBIDDEN")
    for role in (role for role in Role if role is not Role.CUSTOMER and role.rank < ROLES[name].rank):
        await ask.being(role, pii=True).refused(document, "FORBIDDEN")
    assert await everything(shop.database) == before


@pytest.mark.parametrize("name", sorted(set(MUTATIONS) - OF_NOTHING))
async def test_what_is_of_another_business_is_not_there(ask: Asker, shop: Shop, other: Shop, name: str) -> None:
    before = await everything(shop.database)
    document = f"mutation {{ {mutation_calls(shop)[name]} {{ __typename }} }}"
    stranger = Asker(ask.services, Viewer("stranger", Role.ADMIN, other.id))
    assert _each(name, (await stranger(document))[name]) == [{"__typename": "NotFound"}]
    assert await everything(shop.database) == before


@pytest.mark.parametrize("name", sorted(set(MUTATIONS) - OF_SOMETHING_ELSE))
async def test_who_may_is_answered(ask: Asker, shop: Shop, name: str) -> None:
    if name in calls_before(shop):
        await ask.being(Role.ADMIN)(f"mutation {{ {calls_before(shop)[name]} {{ __typename }} }}")
    document = f"mutation {{ {mutation_calls(shop)[name]} {{ __typename }} }}"
    done: Any = (await ask.being(ROLES[name])(document))[name]
    kinds = [one["__typename"] for one in _each(name, done)]
    assert not {"NotFound", "NotAllowed", "InvalidInput", "Duplicate"}.intersection(kinds)


def _each(name: str, done: Any) -> list[Any]:
    """The results of a mutation, which answers for a list with a list."""
    return done if name in ("recordSales", "upsertCustomers") else [done]
