"""Which business a name or a number means."""

import pytest

from models.database import Database
from resolvers.businesses import UnknownBusiness, the_business
from tests.builders import open_shop


async def test_without_a_business_none_can_be_meant(sqlite_database: Database) -> None:
    for said in (None, "Corner"):
        with pytest.raises(UnknownBusiness, match="there is no business yet: import a file, or run"):
            await the_business(sqlite_database, said)


async def test_the_only_one_need_not_be_named(sqlite_database: Database) -> None:
    shop = await open_shop(sqlite_database, "Corner")

    for said in (None, "Corner", str(shop.id)):
        assert (await the_business(sqlite_database, said)).id == shop.id


async def test_a_name_comes_before_a_number(sqlite_database: Database) -> None:
    first = await open_shop(sqlite_database, "Corner")
    second = await open_shop(sqlite_database, str(first.id))

    assert (await the_business(sqlite_database, str(first.id))).id == second.id
    assert (await the_business(sqlite_database, str(second.id))).id == second.id
    assert (await the_business(sqlite_database, "Corner")).id == first.id


async def test_what_means_none_or_several_tells_which_there_are(sqlite_database: Database) -> None:
    for name in ("Corner", "Bank"):
        await open_shop(sqlite_database, name)

    with pytest.raises(UnknownBusiness, match='--business is needed where there are several: "Bank", "Corner"'):
        await the_business(sqlite_database, None)
    for said in ("corner", "Corn", "9", ""):
        with pytest.raises(UnknownBusiness, match=f'there is no business "{said}", only "Bank", "Corner"'):
            await the_business(sqlite_database, said)
