import { graphql, type ResultOf, type VariablesOf } from "../../api/graphql";

export const productsQuery = graphql(`
  query Products(
    $period: DateRange!
    $by: ProductGrouping!
    $orderBy: ProductOrder!
    $storefront: ID
    $customerType: CustomerType
    $first: Int!
    $after: String
  ) {
    productReport(
      period: $period
      by: $by
      orderBy: $orderBy
      storefront: $storefront
      customerType: $customerType
      first: $first
      after: $after
    ) {
      notices
      products {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          name
          category
          revenue
          percentage
          profit
          units
          customers
          repeatRate
          firstPurchases
          firstPurchaseRepeatRate
          firstPurchaseValue
        }
      }
    }
  }
`);

export type ProductsAsked = VariablesOf<typeof productsQuery>;
export type ProductsFound = ResultOf<typeof productsQuery>["productReport"]["products"];
export type ProductRow = ProductsFound["nodes"][number];
