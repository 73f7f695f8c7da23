"""The archived library `lifetimes` as an independent oracle, on two real shops."""

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.prediction.beta_geometric import Buying, BuyingLikelihood, BuyingModel
from analytics.prediction.forecast import expected_orders, probability_alive
from analytics.prediction.gamma_gamma import Spend, SpendLikelihood, expected_spend
from analytics.prediction.lifetime import fitted_buying, fitted_spend
from analytics.prediction.summaries import Histories, RepeatSpending, spending_of
from rules.days import day_number
from tests.analytics.prediction.samples import CALIBRATION_END, Sample, cdnow, online_retail

FITTERS = {BuyingModel.BG_NBD: "BetaGeoFitter", BuyingModel.MBG_NBD: "ModifiedBetaGeoFitter"}
SHOPS: dict[str, tuple[Callable[[Path], Sample], int]] = {
    "CDNOW": (cdnow, CALIBRATION_END),
    "Online Retail": (online_retail, day_number(date(2011, 12, 9))),
}


@dataclass(frozen=True)
class Shop:
    """A shop's customers as both sides want them."""

    name: str
    histories: Histories
    spending: RepeatSpending

    @property
    def columns(self) -> list[Any]:
        """x, t_x and T in weeks."""
        return [self.histories.repeats, self.histories.span / 7, self.histories.age / 7]


@pytest.fixture(scope="module", params=list(SHOPS))
def shop(request: pytest.FixtureRequest, data_dir: Path) -> Shop:
    load, through = SHOPS[request.param]
    people = load(data_dir).summaries(through)
    return Shop(request.param, people.histories(through), spending_of(people, 100))


def fitter_of(name: str) -> Any:
    """A fitter of the library, which takes a second to import: the processes of tests that ask it do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it sets an option that pandas no longer has
        return getattr(importlib.import_module("lifetimes"), name)()


def fitted_by_lifetimes(fitter: Any, *columns: Any) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return fitter.fit(*columns)


def parameters(fitter: Any, names: tuple[str, ...]) -> list[float]:
    return [float(fitter.params_[name]) for name in names]


@pytest.mark.parametrize("model", list(BuyingModel))
def test_models_of_repeat_purchases(shop: Shop, model: BuyingModel):
    fitter = fitted_by_lifetimes(fitter_of(FITTERS[model]), *shop.columns)
    found = fitted_buying(model, shop.histories.grouped())
    assert found is not None
    theirs = parameters(fitter, Buying._fields)
    likelihood = BuyingLikelihood(model, shop.histories)
    # It stops at its first flat place: where hardly anybody leaves, ours is the higher maximum.
    assert found.log_likelihood >= likelihood(np.log(theirs))[0] - 1e-6
    assert found.log_likelihood == pytest.approx(likelihood(np.log(theirs))[0], abs=0.5)
    told = found.known.is_determined
    if told.all():
        assert found.values == pytest.approx(theirs, rel=2e-3)
    else:
        assert shop.name == "Online Retail"
        assert found.values[:2] == pytest.approx(theirs[:2], rel=2e-2)


@pytest.mark.parametrize("model", list(BuyingModel))
def test_what_follows_for_customers(shop: Shop, model: BuyingModel):
    at = Buying(0.525, 6.183, 0.891, 1.614)
    fitter = fitter_of(FITTERS[model])
    fitter.params_ = dict(zip(Buying._fields, at, strict=True))
    fitter.predict = None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        alive = np.asarray(fitter.conditional_probability_alive(*shop.columns)).ravel()
        orders = fitter.conditional_expected_number_of_purchases_up_to_time(39.0, *shop.columns)
    once = shop.histories.repeats == 0
    assert probability_alive(model, at, shop.histories) == pytest.approx(alive, rel=1e-7, abs=1e-12)
    assert expected_orders(model, at, shop.histories, 273) == pytest.approx(np.asarray(orders), rel=1e-6)
    assert once.any()


def test_spend_model(shop: Shop):
    spending = shop.spending
    fitter = fitted_by_lifetimes(fitter_of("GammaGammaFitter"), spending.occasions, spending.mean)
    theirs = parameters(fitter, ("p", "q", "v"))
    found, _ = fitted_spend(spending)
    assert found is not None
    at_theirs = SpendLikelihood(spending)(np.log(theirs))[0]
    assert found.log_likelihood >= at_theirs - 1e-6
    assert found.log_likelihood == pytest.approx(at_theirs, abs=0.01)
    assert found.values == pytest.approx(theirs, rel=0.01)
    fitter.params_.update(dict(zip(("p", "q", "v"), found.values, strict=True)))
    expected = fitter.conditional_expected_average_profit(spending.occasions, spending.mean)
    ours = expected_spend(Spend(*found.values), spending.occasions, spending.mean)
    assert ours == pytest.approx(np.asarray(expected), rel=1e-9)
