"""The customers that an import makes and keeps right."""

from datetime import date

import pytest

from ingest.mapping import parse_map
from rules.days import day_number

FULL = parse_map(
    "sale=sale,occurred_at=at,customer=who,customer_name=name,email=email,phone=phone,city=city,country=country,"
    "customer_type=type,joined_on=joined,birth_date=born,unit_price=price"
)
HEADER = "sale,at,who,name,email,phone,city,country,type,joined,born,price"
CUSTOMERS = "SELECT * FROM customer ORDER BY number"


async def profile_of(asking, *names):
    return [tuple(row[name] for name in names) for row in await asking(CUSTOMERS)]


async def test_country_is_that_of_the_latest_sale_in_the_file(importing, asking):
    await importing(
        [
            "2,A1,Cup,1,2011-05-01 10:00:00,1.00,100,Spain",
            "1,A1,Cup,1,2011-03-01 10:00:00,1.00,100,France",
            "C3,A1,Cup,-1,2011-09-01 10:00:00,1.00,100,Italy",
            "C4,A1,Cup,-1,2011-09-01 10:00:00,1.00,200,Italy",
            "C5,A1,Cup,-1,2011-08-01 10:00:00,1.00,200,Malta",
        ]
    )
    assert await profile_of(asking, "number", "country") == [("100", "Spain"), ("200", "Italy")]


@pytest.mark.parametrize("batch_size", [1, 5000])
async def test_country_and_first_day_are_right_in_whatever_order_sales_come(importing, asking, batch_size):
    lines = [
        "C1,A1,Cup,-1,2011-01-01 10:00:00,1.00,100,Malta",
        "2,A1,Cup,1,2011-05-01 10:00:00,1.00,100,Spain",
        "3,A1,Cup,1,2011-02-01 10:00:00,1.00,100,France",
        "C4,A1,Cup,-1,2011-12-01 10:00:00,1.00,100,Italy",
    ]
    await importing(lines, batch_size=batch_size)
    await importing(["5,A1,Cup,1,2011-01-15 10:00:00,1.00,100,Norway"], name="earlier.csv")
    assert await profile_of(asking, "country", "joined_day") == [("Spain", day_number(date(2011, 1, 15)))]
    await importing(["6,A1,Cup,1,2011-11-15 10:00:00,1.00,100,Poland"], name="later.csv")
    assert await profile_of(asking, "country", "joined_day") == [("Poland", day_number(date(2011, 1, 15)))]


async def test_a_sale_that_does_not_count_is_no_first_purchase(importing, asking):
    mapping = parse_map("sale=sale,occurred_at=at,customer=who,unit_price=price,status=status")
    await importing(
        ["sale,at,who,price,status", "1,2011-01-01,100,1,cancelled", "2,2011-02-01,100,1,Completed"], mapping=mapping
    )
    assert await profile_of(asking, "joined_day") == [(day_number(date(2011, 2, 1)),)]
    sales = await asking("SELECT status, counted_from FROM sale ORDER BY number")
    assert sales == [
        {"status": "CANCELLED", "counted_from": None},
        {"status": "COMPLETED", "counted_from": day_number(date(2011, 2, 1))},
    ]


async def test_a_whole_profile(importing, asking):
    await importing(
        [
            HEADER,
            "1,2011-01-05,7,Édith  Piaf-Gassion,Edith@Example.COM,020 7946 0958,Paris,France,wholesale,2009-12-24,"
            "1915-12-19,1.00",
        ],
        mapping=FULL,
    )
    [row] = await asking(CUSTOMERS)
    expected = {
        "first_name": "Édith", "last_name": "Piaf-Gassion", "sort_name": "édith piaf-gassion",
        "email": "edith@example.com", "phone": "+442079460958", "city": "Paris", "country": "France",
        "type": "WHOLESALE", "joined_day": day_number(date(2009, 12, 24)), "search_name": "7 edith piaf gassion",
        "search_contact": "edith example com 442079460958 02079460958",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert bool(row["joined_given"])
    assert str(row["birth_date"]) == "1915-12-19"


async def test_a_given_day_of_joining_stays(importing, asking):
    await importing([HEADER, "1,2011-01-05,7,,,,,,,2010-05-05,,1"], mapping=FULL)
    await importing([HEADER, "2,2009-01-05,7,,,,,,,,,1"], mapping=FULL)
    assert await profile_of(asking, "joined_day") == [(day_number(date(2010, 5, 5)),)]


async def test_an_impossible_contact_is_left_out_and_counted(importing, asking):
    summary = await importing([HEADER, "1,2011-01-05,7,Ann,ann at example,123,,,,,,1"], mapping=FULL)
    assert (summary.written, summary.contacts_dropped) == (1, 2)
    assert await profile_of(asking, "first_name", "last_name", "email", "phone") == [("Ann", None, None, None)]


async def test_a_contact_of_somebody_else_is_left_out_and_counted(importing, asking):
    summary = await importing(
        [HEADER, "1,2011-01-05,7,,a@example.com,,,,,,,1", "2,2011-01-05,8,,A@example.com,,,,,,,1"], mapping=FULL
    )
    assert summary.contacts_dropped == 1
    summary = await importing([HEADER, "3,2011-01-06,9,,a@example.com,,,,,,,1"], mapping=FULL)
    assert summary.contacts_dropped == 1
    assert await profile_of(asking, "number", "email") == [("7", "a@example.com"), ("8", None), ("9", None)]


async def test_an_older_sale_only_fills_what_is_not_known(importing, asking):
    await importing([HEADER, "1,2011-05-05,7,Ann Lee,,,Leeds,,,,,1"], mapping=FULL)
    await importing([HEADER, "2,2011-01-05,7,Ann Old,ann@example.com,,York,,,,,1"], mapping=FULL)
    assert await profile_of(asking, "last_name", "city", "email", "search_contact") == [
        ("Lee", "Leeds", "ann@example.com", "ann example com")
    ]


async def test_a_new_email_is_not_a_verified_one(importing, asking, database, shop):
    await importing([HEADER, "1,2011-05-05,7,,ann@example.com,,,,,,,1"], mapping=FULL)
    async with database.transaction(shop.id) as connection:
        await connection.exec_driver_sql("UPDATE customer SET is_email_verified = NOT is_email_verified")
    await importing([HEADER, "2,2011-06-05,7,,lee@example.com,,,,,,,1"], mapping=FULL)
    [row] = await asking(CUSTOMERS)
    assert (row["email"], bool(row["is_email_verified"])) == ("lee@example.com", False)


async def test_sales_of_a_merged_customer_go_to_the_one_that_was_kept(importing, asking, database, shop):
    await importing([HEADER, *(f"{n},2011-05-05,{n},,,,,,,,,1" for n in (1, 2, 3))], mapping=FULL)
    ids = {row["number"]: row["id"] for row in await asking(CUSTOMERS)}
    async with database.transaction(shop.id) as connection:
        await connection.exec_driver_sql(f"UPDATE customer SET merged_into_id = {ids['2']} WHERE number = '1'")
        await connection.exec_driver_sql(f"UPDATE customer SET merged_into_id = {ids['3']} WHERE number = '2'")
    await importing([HEADER, "9,2011-01-05,1,,,,,Ghana,,,,1"], mapping=FULL)
    assert await asking("SELECT customer_id FROM sale WHERE number = '9'") == [{"customer_id": ids["3"]}]
    assert len(await asking(CUSTOMERS)) == 3


async def test_an_erased_customer_gets_sales_and_no_profile(importing, asking, database, shop):
    await importing([HEADER, "1,2011-05-05,7,,,,,,,,,1"], mapping=FULL)
    async with database.transaction(shop.id) as connection:
        await connection.exec_driver_sql("UPDATE customer SET is_erased = NOT is_erased, search_name = ''")
    await importing([HEADER, "2,2011-06-05,7,Ann Lee,a@example.com,,Leeds,,,,,1"], mapping=FULL)
    assert await profile_of(asking, "last_name", "city", "email", "search_name") == [(None, None, None, "")]
    assert len(await asking("SELECT id FROM sale WHERE customer_id IS NOT NULL")) == 2
