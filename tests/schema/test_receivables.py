"""What one customer owes on sales."""

from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.schema.conftest import Asker
from tests.schema.corner_shop import corner_shop


async def test_what_is_owed_on_sales_at_a_day(both_services: Services) -> None:
    """Of 10.00 on the 1st 4.00 are paid at once and 5.00 on the 3rd; 7.00 more are owed from the 2nd."""
    shop = await corner_shop(both_services.database)
    ask = Asker(both_services, Viewer("stan", Role.STAFF, shop.id))
    shop.customer("NEW", opening_balance="50.00")  # of no sale
    first = shop.sale("NEW", "2026-03-01", "10.00", status="PARTIAL", payments={"CASH": "4.00"})
    shop.sale("NEW", "2026-03-02", "7.00", status="PARTIAL")
    shop.payment("NEW", "2026-03-03", "5.00", sale=first)
    await shop.save()
    days = " ".join(f'd{day}: owed(asOf: "2026-03-0{day}")' for day in (1, 2, 3))
    found = (await ask(f'{{ customer(by: {{number: "NEW"}}) {{ {days} outstandingBalance }} }}'))["customer"]

    assert found == {"d1": "6.00", "d2": "13.00", "d3": "8.00", "outstandingBalance": "58.00"}
