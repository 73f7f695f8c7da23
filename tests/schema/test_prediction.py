"""What customers will be worth, through GraphQL: a fit in the background, and what follows from it."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.prediction import fits, lifetime
from analytics.prediction.lifetime import facts_to, model_of
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.prediction import model as prediction_model
from schema.schema import schema
from tests.builders import NOW, Shop, open_shop
from tests.schema.conftest import Asker
from tests.schema.predicting import PREDICTION, answered, lively, model, predictions

ONE = f'{{ customer(by: {{ number: "C001" }}) {{ clv {{ {PREDICTION} }} }} }}'


@pytest.fixture
async def sold(services: Services) -> Shop:
    shop = await open_shop(services.database)
    lively(shop)
    await shop.save()
    return shop


@pytest.fixture
def buys(services: Services, sold: Shop) -> Asker:
    """Asks the lively shop."""
    return Asker(services, Viewer("mona", Role.MANAGER, sold.id))


async def test_a_prediction_never_waits_for_its_fit_and_is_not_kept_until_it_is_there(buys: Asker) -> None:
    data, is_kept = await answered(buys, ONE)
    assert data["customer"]["clv"]["prediction"]["reason"] == "FITTING"
    assert not is_kept
    status, is_kept = await answered(buys, "{ lifetimeValueModel { status } }")
    assert status == {"lifetimeValueModel": {"status": "READY"}}
    assert is_kept
    data, is_kept = await answered(buys, ONE)
    assert data["customer"]["clv"]["prediction"]["probabilityAlive"] > 0
    assert is_kept


async def test_while_it_is_fitted_the_rest_answers(buys: Asker) -> None:
    report = "orderBy: PREDICTED, first: 3) { notices customers { nodes { clv { revenue } } } }"
    data, is_kept = await answered(buys, f"{{ lifetimeValueReport({report} }}")
    notice = "There is no model of future purchases: order PREDICTED is by revenue. The model is being fitted"
    assert data["lifetimeValueReport"]["notices"][0].startswith(notice)
    revenues = [Decimal(node["clv"]["revenue"]) for node in data["lifetimeValueReport"]["customers"]["nodes"]]
    assert revenues == sorted(revenues, reverse=True)
    assert not is_kept


async def test_a_filter_by_risk_is_refused_while_it_is_fitted(buys: Asker) -> None:
    message = await buys.refused("{ customers(filter: { churnRisk: HIGH }) { totalCount } }")
    assert message.startswith("`churnRisk` cannot be told: The model is being fitted")


async def test_askers_share_one_fit(buys: Asker) -> None:
    found = await asyncio.gather(*(model(buys) for _ in range(8)))
    assert {one["version"] for one in found} == {found[0]["version"]}
    assert buys.services.fits.count == 1


async def test_each_day_has_its_own_fit(buys: Asker) -> None:
    today, earlier = await model(buys), await model(buys, "2026-01-10")
    assert (today["fittedThrough"], earlier["fittedThrough"]) == ("2026-03-04", "2026-01-09")
    assert today["version"] != earlier["version"]
    for arguments, found in (('(asOf: "2026-01-10")', earlier), ("", today)):
        assert {one["modelVersion"] for one in (await predictions(buys, arguments)).values()} == {found["version"]}
    assert buys.services.fits.count == 2


async def test_an_operation_waits_no_longer_than_it_may(buys: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(facts: Any) -> Any:
        time.sleep(0.5)
        return model_of(facts)

    monkeypatch.setattr(fits, "model_of", slow)
    found, is_kept = await answered(buys, "{ lifetimeValueModel { status message version customers } }", seconds=1.1)
    assert found["lifetimeValueModel"] == {
        "status": "FITTING",
        "message": "The model is being fitted to the purchases; ask again in a moment.",
        "version": None,
        "customers": 130,
    }
    assert not is_kept
    assert (await model(buys))["status"] == "READY"
    assert buys.services.fits.count == 1


async def test_sales_of_today_change_histories_but_not_the_fit(buys: Asker, sold: Shop) -> None:
    version = (await model(buys))["version"]
    before = (await predictions(buys))["C001"]
    sold.sale("C001", NOW.date(), "25.00")
    await sold.save()
    after = (await predictions(buys))["C001"]  # at once, by the fit that is still right
    assert after["modelVersion"] == version
    assert after["probabilityAlive"] > before["probabilityAlive"]
    assert (await model(buys))["version"] == version
    assert buys.services.fits.count == 1


async def test_a_late_sale_of_the_past_is_fitted_while_the_fit_before_serves(buys: Asker, sold: Shop) -> None:
    version = (await model(buys))["version"]
    sold.sale("C001", NOW.date() - timedelta(9), "25.00")
    await sold.save()
    data, is_kept = await answered(buys, ONE)
    assert data["customer"]["clv"]["prediction"]["modelVersion"] == version
    assert not is_kept
    assert (await model(buys))["version"] != version
    assert buys.services.fits.count == 2


async def test_profit_is_by_the_customer_s_margin_else_by_everyone_s(buys: Asker, sold: Shop) -> None:
    sold.sale("uncosted", NOW.date() - timedelta(30), "80.00")
    await sold.save()
    await model(buys)
    found = await predictions(buys)
    query = """{ customer(by: { number: "C001" }) { clv { profitMargin } }
        lifetimeValueReport { summary { totalProfit totalRevenue } } }"""
    margins = await buys(query)
    own = Decimal(margins["customer"]["clv"]["profitMargin"]) / 100
    summary = margins["lifetimeValueReport"]["summary"]
    everyone = Decimal(summary["totalProfit"]) / Decimal(summary["totalRevenue"])
    for number, margin in (("C001", own), ("uncosted", everyone)):
        one = found[number]
        expected = Decimal(one["predictedRevenue"]) * margin
        assert Decimal(one["predictedProfit"]) == pytest.approx(expected, abs=Decimal("0.01"))


async def test_in_a_report_on_margin_revenue_is_profit(buys: Asker, sold: Shop) -> None:
    await model(buys)
    fields = f"customers {{ nodes {{ customer {{ number }} clv {{ revenue {PREDICTION} }} }} }}"

    async def found(basis: str) -> dict[str, Any]:
        report = await buys(f"{{ lifetimeValueReport(revenueBasis: {basis}, first: 200) {{ {fields} }} }}")
        return {node["customer"]["number"]: node["clv"] for node in report["lifetimeValueReport"]["customers"]["nodes"]}

    net, margin = await found("NET"), await found("MARGIN")
    for number, clv in margin.items():
        prediction = clv["prediction"]
        assert prediction["predictedRevenue"] == prediction["predictedProfit"]
        assert prediction["predictedProfit"] == net[number]["prediction"]["predictedProfit"]
        assert Decimal(prediction["totalValue"]) == Decimal(clv["revenue"]) + Decimal(prediction["predictedRevenue"])


async def test_a_storefront_s_report_predicts_from_its_own_sales(buys: Asker, sold: Shop) -> None:
    for days in (200, 150, 100, 30, 5):
        sold.sale("both", NOW.date() - timedelta(days), "20.00", storefront="Web" if days > 120 else "High Street")
    await sold.save()
    await model(buys)
    query = f"""query($storefront: ID) {{ lifetimeValueReport(storefront: $storefront) {{
        customers {{ nodes {{ customer {{ number }} clv {{ orders {PREDICTION} }} }} }} }} }}"""
    web = (await buys(query, storefront=global_id("Storefront", sold.id_of_storefront("Web"))))["lifetimeValueReport"]
    (node,) = web["customers"]["nodes"]
    everywhere = (await predictions(buys))["both"]
    assert (node["customer"]["number"], node["clv"]["orders"]) == ("both", 2)
    assert node["clv"]["prediction"]["probabilityAlive"] < everywhere["probabilityAlive"]
    assert node["clv"]["prediction"]["modelVersion"] == everywhere["modelVersion"]


async def test_the_horizon_scales_what_is_expected(buys: Asker) -> None:
    await model(buys)
    month, year = [await predictions(buys, f"(horizonDays: {days})") for days in (30, 365)]
    assert all(year[number]["expectedOrders"] > month[number]["expectedOrders"] for number in year)
    assert all(year[number]["churnRisk"] == month[number]["churnRisk"] for number in year)
    assert {one["expectedNextOrderDate"] for one in year.values()} == {
        one["expectedNextOrderDate"] for one in month.values()
    }


async def test_a_fit_does_not_hold_up_the_event_loop(buys: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fits, "model_of", lambda facts: [model_of(facts) for _ in range(10)][-1])
    ticks = 0
    task = asyncio.create_task(model(buys))
    started = time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.005)
        ticks += 1
    assert (await task)["status"] == "READY"
    assert ticks > (time.perf_counter() - started) / 0.1  # never away for long


async def test_a_model_without_a_maximum_says_so(buys: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime, "maximum_of", lambda *_: None)
    found = await model(buys)
    message = "The likelihood of MBG/NBD has no maximum on the purchases to 2026-03-04."
    assert (found["status"], found["message"], found["customers"]) == ("DID_NOT_CONVERGE", message, 130)
    one = (await predictions(buys))["C001"]
    assert (one["reason"], one["message"]) == ("MODEL_DID_NOT_CONVERGE", message)


async def test_a_fit_that_fails_is_tried_again(buys: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(fits, "model_of", broken)
        answer = await buys.run("{ lifetimeValueModel { status } }")
        assert answer.codes == ["INTERNAL: RuntimeError('a bug')"]
    data, _ = await answered(buys, ONE)
    assert data["customer"]["clv"]["prediction"]["reason"] == "FITTING"
    assert buys.services.fits.running == 0  # for those who do not wait it rests for a while
    assert (await model(buys))["status"] == "READY"  # who waits has it tried again


async def test_a_fit_has_a_view_of_its_own(buys: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    async def spying(view: Any, *rest: Any) -> Any:
        seen.append(view)
        return await facts_to(view, *rest)

    monkeypatch.setattr(prediction_model, "facts_to", spying)
    context = Context(buys.services, buys.viewer, buys.now)
    result = await schema.execute(f"query {ONE}", context_value=context)
    assert not result.errors
    assert await model(buys)
    assert seen[0] is not await context.facts()  # the statements of the operation do not wait for those of the fit
    await context.close()


async def test_the_clock_of_another_day_asks_for_another_fit(buys: Asker) -> None:
    first = await model(buys)
    tomorrow = replace(buys, now=NOW + timedelta(1))
    second = await model(tomorrow)
    assert (first["fittedThrough"], second["fittedThrough"]) == ("2026-03-04", "2026-03-05")
