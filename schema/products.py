"""Products and categories: what they brought, who bought them again, what first purchases led to."""

from typing import Annotated, Any

import strawberry

from analytics.products import ProductGrouping, ProductOrder
from resolvers.operation.paging import PageArguments
from resolvers.products import ProductFigures, ProductQuestion, ProductReport, product_report
from schema.arguments import After, CustomerTypeArg, DateRange, First, Info, StorefrontArg, plain, said
from schema.connections import Words, connection
from schema.exports import export_url
from schema.members import counted_customers
from schema.results import before, computed, registered

strawberry.enum(ProductGrouping, description="Of what the figures are: each product, or each category.")
strawberry.enum(
    ProductOrder,
    description="By what products are ordered, descending, what has no such value last; of equals by name.",
)

ProductName = Annotated[
    str | None, said('Only the product or category called so, compared as written; "" is what has no name.')
]
RepeatDays = Annotated[int, said("Within how many days one has bought again, 1 to 3,650.")]

registered(
    ProductFigures, buyers=counted_customers("Exactly those who bought it, by what they paid for it descending.")
)

ProductConnection = connection(
    ProductFigures, Words(page="A page of products or categories.", each="product"), name="Product"
)

registered(
    ProductReport,
    products=before(
        "notices",
        computed(
            "products", ProductConnection, "The page that `first` and `after` of the report ask for, in its order."
        ),
    ),
    export_url=export_url(),
)


@strawberry.type
class ProductsQueries:
    """What products brought."""

    @strawberry.field(
        description="What products or categories brought in a period, who bought them again, and what first purchases "
        "of them led to.",
        graphql_type=ProductReport,
    )
    @staticmethod
    async def product_report(
        info: Info,
        period: Annotated[DateRange | None, said("The 12 months to today unless given.")] = None,
        by: Annotated[ProductGrouping, said("Of what the figures are.")] = ProductGrouping.PRODUCT,
        order_by: Annotated[ProductOrder, said("Their order.")] = ProductOrder.REVENUE,
        storefront: StorefrontArg = None,
        customer_type: CustomerTypeArg = None,
        repeat_days: RepeatDays = 90,
        name: ProductName = None,
        first: First = None,
        after: After = None,
    ) -> Any:
        """What products brought."""
        question = ProductQuestion(
            period=plain(period),
            by=by,
            order_by=order_by,
            storefront=storefront,
            customer_type=customer_type,
            repeat_days=repeat_days,
            page=PageArguments(first, after),
            name=name,
        )
        return await product_report(info.context, question)
