"""What customers will be worth: the prediction of one, and the model behind all of them."""

from datetime import date
from typing import Annotated, Any

import strawberry

from analytics.prediction.census import NotEnoughData, NotEnoughDataReason
from analytics.prediction.holdout import HoldoutBin
from analytics.prediction.worth import ChurnRisk
from resolvers.prediction.customer import Interval, PredictedCLV, interval_by_prediction, next_order_by_prediction
from resolvers.prediction.model import (
    CLVModelStatus,
    HoldoutCheck,
    LifetimeValueModel,
    ModelParameter,
    ReferenceModel,
    lifetime_value_model,
)
from schema.arguments import AsOf, Info
from schema.execution.lookups import looked_up
from schema.results import registered

strawberry.enum(
    ChurnRisk, description="How likely a customer has left for good: LOW below a third, HIGH above two thirds."
)
strawberry.enum(NotEnoughDataReason, description="Why there is no prediction.")
strawberry.enum(CLVModelStatus, description="Whether there is a model.")


registered(Interval)


registered(
    PredictedCLV,
    expected_orders_interval=looked_up(
        interval_by_prediction,
        Interval,
        "The range of the orders within the horizon, of 80 %: their number is uncertain, and so is the model.",
        key="itself",
    ),
    expected_next_order_date=looked_up(
        next_order_by_prediction,
        date | None,
        "The day by which one more order is expected; null beyond three years.",
        key="itself",
    ),
)


registered(NotEnoughData)


CLVPrediction = Annotated[
    PredictedCLV | NotEnoughData,
    strawberry.union("CLVPrediction", description="What a customer will be worth, or why that is unknown."),
]


registered(ModelParameter)


registered(ReferenceModel)


registered(HoldoutBin)


registered(HoldoutCheck)


registered(LifetimeValueModel)


@strawberry.type
class PredictionQueries:
    """The model behind predictions."""

    @strawberry.field(
        description="The model behind predictions: its parameters, how exactly they are known, a check on later days.",
        graphql_type=LifetimeValueModel,
    )
    @staticmethod
    async def lifetime_value_model(info: Info, as_of: AsOf = None) -> Any:
        """The model behind predictions."""
        return await lifetime_value_model(info.context, as_of)
