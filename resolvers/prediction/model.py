"""The model of a business on a day: as it is known at once, or awaited."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from analytics.copy.pinned import NotShared, PinnedView
from analytics.prediction.beta_geometric import Buying
from analytics.prediction.census import Census, NotEnoughData, NotEnoughDataReason, census_of, shortage
from analytics.prediction.fits import Fit, FitOf
from analytics.prediction.fitting import Maximum
from analytics.prediction.gamma_gamma import Spend
from analytics.prediction.holdout import Holdout, HoldoutBin
from analytics.prediction.lifetime import (
    CODE_VERSION,
    MODEL,
    REFERENCE,
    SPEND_MODEL,
    Facts,
    Model,
    facts_to,
)
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.reports import Kept, Parts, kept
from rules.days import FIRST_DAY, date_of

FITTING = NotEnoughData(
    NotEnoughDataReason.FITTING, "The model is being fitted to the purchases; ask again in a moment."
)


@dataclass(frozen=True)
class _Asked:
    """The model for an `asOf`: of the facts to the end of the day before."""

    context: Context
    through: int
    key: Any
    unit: int
    facts_revision: int

    async def census(self) -> Census:
        """How many customers there are."""

        async def compute(view: PinnedView) -> Kept[Census]:
            return kept(await census_of(view, self.through))

        return await Parts(self.context, "prediction", self.through).get("census", compute)

    @property
    def fit(self) -> Fit | None:
        """The fit that is kept, perhaps of other facts."""
        return self.context.services.fits.kept(self.key)

    def begun(self, census: Census) -> "asyncio.Task[Fit]":
        """The fit that goes on, begun if there is none."""

        async def facts(view: PinnedView) -> Facts:
            return await facts_to(view, self.through, self.unit)

        context = self.context
        told = FitOf(census.sums, self.facts_revision, context.began_at)
        return context.services.fits.begun(self.key, lambda: context.aside(facts), told)


async def _asked(context: Context, as_of: int) -> _Asked:
    row = (await context.business()).row
    through = max(as_of - 1, FIRST_DAY)
    key = (row.epoch, CODE_VERSION, row.id, through, row.currency_exponent)
    return _Asked(context, through, key, 10**row.currency_exponent, row.facts_revision)


async def known_model(context: Context, as_of: int) -> Model | NotEnoughData:
    """The model for a day as far as it is known, without waiting for a fit.

    While it is fitted again after facts of the past changed, the one before is used; the answer then is not kept.
    """
    asked = await _asked(context, as_of)
    census = await asked.census()
    if why := shortage(census, asked.through):
        return why
    fit = asked.fit
    if fit is not None and fit.sums == census.sums:
        return fit.found
    is_old = fit is None or fit.facts_revision < asked.facts_revision
    if is_old and not context.services.fits.is_resting(asked.key):
        asked.begun(census)
    context.will_change()
    return fit.found if fit is not None and isinstance(fit.found, Model) else FITTING


async def needed_model(context: Context, as_of: int, argument: str, *, of_money: bool = False) -> Model:
    """The model for a day, for an argument that means nothing without: BadUserInput says why there is none."""
    model = await known_model(context, as_of)
    if isinstance(model, NotEnoughData) or (of_money and model.spend is None):
        raise BadUserInput(f"`{argument}` cannot be told: {model.message}")
    return model


# ---------------------------------------------------------------- told of itself


class CLVModelStatus(StrEnum):
    """Whether there is a model."""

    FITTING = "FITTING"
    READY = "READY"
    NOT_ENOUGH_DATA = "NOT_ENOUGH_DATA"
    DID_NOT_CONVERGE = "DID_NOT_CONVERGE"


@dataclass(frozen=True)
class ModelParameter:
    """A parameter of a model."""

    name: Annotated[str, "Its name in the literature."]
    value: Annotated[float, "The most likely value."]
    standard_error: Annotated[float | None, "How exactly it is known; null where the purchases do not tell it."]


@dataclass(frozen=True)
class ReferenceModel:
    """Another model of the same purchases, for comparison with the literature."""

    name: Annotated[str, "Its usual name."]
    parameters: Annotated[list[ModelParameter], "Its parameters."]
    log_likelihood: Annotated[float, "How well it fits, as the logarithm of its likelihood."]


@dataclass(frozen=True)
class HoldoutCheck:
    """The model fitted to all but the last fourth of the days, held against that fourth."""

    calibration_end: Annotated[date, "The last day that it was fitted to."]
    holdout_days: Annotated[int, "How many days followed."]
    customers: Annotated[int, "How many customers it was fitted to."]
    actual_orders: Annotated[int, "Their orders in the later days."]
    predicted_orders: Annotated[float, "What it had said."]
    mean_absolute_error: Annotated[float, "How far off it was for one customer in the mean, in orders."]
    by_repeat_orders: Annotated[tuple[HoldoutBin, ...], "The same by repeat orders in the earlier days."]


@dataclass(frozen=True, kw_only=True)
class LifetimeValueModel:
    """The model behind predictions, fitted to everyone's purchases to the end of a day."""

    name: Annotated[str, "Its usual name."]
    status: Annotated[CLVModelStatus, "Whether it is there."]
    message: Annotated[str | None, "Why it is not, or what it lacks."]
    version: Annotated[str | None, "Model, code, last day and a digest of the parameters."] = None
    fitted_at: Annotated[datetime | None, "When it was fitted."] = None
    fitted_through: Annotated[date | None, "The last day that it knows: the one before `asOf`."] = None
    customers: Annotated[int, "How many customers it was fitted to, or would be."]
    transaction_model: Annotated[
        tuple[ModelParameter, ...],
        "MBG/NBD: rates of purchase are Gamma(r, alpha) a week, chances to leave after one are Beta(a, b).",
    ] = ()
    spend_model: Annotated[tuple[ModelParameter, ...], "Gamma-Gamma: p, q and gamma; empty where it failed."] = ()
    log_likelihood: Annotated[float | None, "How well MBG/NBD fits."] = None
    spend_log_likelihood: Annotated[float | None, "How well Gamma-Gamma fits."] = None
    reference: Annotated[ReferenceModel | None, "BG/NBD on the same purchases."] = None
    holdout: Annotated[
        HoldoutCheck | None, "How it would have done on the last fourth of the days; null where it cannot."
    ] = None


NAME = f"{MODEL} with {SPEND_MODEL}"


async def lifetime_value_model(context: Context, as_of: date | None) -> LifetimeValueModel:
    """The model for a day; its fit is awaited as long as the operation may take."""
    day, _ = (await context.business()).as_of(as_of)
    asked = await _asked(context, day)
    census = await asked.census()
    why = shortage(census, asked.through)
    if why is not None:
        return LifetimeValueModel(
            name=NAME, status=CLVModelStatus.NOT_ENOUGH_DATA, message=why.message, customers=census.customers
        )
    fit = await _awaited(asked, census)
    if fit is None:
        context.will_change()
        return LifetimeValueModel(
            name=NAME, status=CLVModelStatus.FITTING, message=FITTING.message, customers=census.customers
        )
    if not isinstance(fit.found, Model):
        return LifetimeValueModel(
            name=NAME, status=CLVModelStatus.DID_NOT_CONVERGE, message=fit.found.message, customers=census.customers
        )
    return _told(fit.found, fit.fitted_at)


async def _awaited(asked: _Asked, census: Census) -> Fit | None:
    """The fit to the facts as the operation sees them, or later ones; None where time is up."""
    context = asked.context
    while (fit := asked.fit) is None or (fit.sums != census.sums and fit.facts_revision <= asked.facts_revision):
        is_mine = not context.services.fits.is_running(asked.key)
        task = asked.begun(census)
        done, _ = await asyncio.wait([task], timeout=context.seconds_left)
        if not done:
            return None
        try:
            task.result()
        except NotShared:
            if is_mine:
                raise
    if fit.sums != census.sums:
        context.will_change()
    return fit


def _told(model: Model, fitted_at: datetime) -> LifetimeValueModel:
    reference = model.reference
    return LifetimeValueModel(
        name=NAME,
        status=CLVModelStatus.READY,
        message=model.message,
        customers=model.customers,
        version=model.version,
        fitted_at=fitted_at,
        fitted_through=date_of(model.through),
        transaction_model=_parameters(Buying._fields, model.buying),
        spend_model=() if model.spend is None else _parameters(Spend._fields, model.spend),
        log_likelihood=model.buying.log_likelihood,
        spend_log_likelihood=None if model.spend is None else model.spend.log_likelihood,
        reference=reference
        and ReferenceModel(REFERENCE, [*_parameters(Buying._fields, reference)], reference.log_likelihood),
        holdout=model.holdout and _check(model.holdout),
    )


def _parameters(names: tuple[str, ...], found: Maximum) -> tuple[ModelParameter, ...]:
    return tuple(map(ModelParameter, names, found.values.tolist(), found.standard_errors))


def _check(found: Holdout) -> HoldoutCheck:
    return HoldoutCheck(
        calibration_end=date_of(found.calibration_end),
        holdout_days=found.days,
        customers=found.customers,
        actual_orders=found.actual,
        predicted_orders=found.predicted,
        mean_absolute_error=found.mean_absolute_error,
        by_repeat_orders=found.bins,
    )
