"""The values that occur among customers, to choose from."""

from typing import Annotated, Any

import strawberry

from resolvers.facets import CustomerFacets, Facet, StorefrontFacet, customer_facets
from resolvers.storefronts import storefront_by_id
from schema.arguments import Info, said
from schema.execution.lookups import looked_up
from schema.results import before, computed, registered
from schema.storefronts import Storefront

registered(Facet)
registered(
    StorefrontFacet,
    storefront=before("customers", looked_up(storefront_by_id, Storefront, "The storefront.", key="storefront_id")),
)
registered(
    CustomerFacets,
    cities=computed("cities", list[Facet], "Cities; personal data."),
    countries=computed("countries", list[Facet], "Countries; personal data."),
    tags=computed("tags", list[Facet], "Tags."),
    acquisition_sources=computed("acquisition_sources", list[Facet], "Where customers came from."),
    storefronts=computed("storefronts", list[StorefrontFacet], "Where customers bought."),
)


@strawberry.type
class FacetsQueries:
    """The values to filter customers by."""

    @strawberry.field(
        description="The values that occur among the customers that may be listed, to filter them by.",
        graphql_type=CustomerFacets,
    )
    @staticmethod
    async def customer_facets(
        info: Info,
        search: Annotated[str | None, said("Only values with words that begin with the words of it.")] = None,
        first: Annotated[int, said("How many of each at most, 1 to 1,000.")] = 50,
    ) -> Any:
        """The values to choose from."""
        return await customer_facets(info.context, search, first)
