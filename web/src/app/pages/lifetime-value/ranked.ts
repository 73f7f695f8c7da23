import { graphql } from "../../api/graphql";

export const ranked = graphql(`
  fragment Ranked on LifetimeValueReport {
    customers {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        rank
        clv {
          revenue
          profit
          orders
          averageOrderValue
          lastPurchaseDate
          heuristic
          prediction @include(if: $withPrediction) {
            __typename
            ... on PredictedCLV {
              churnRisk
              expectedOrders
              expectedOrdersInterval {
                low
                high
              }
              predictedRevenue
            }
          }
        }
        customer {
          number
          name
        }
      }
    }
  }
`);

export const rankedQuery = graphql(
  `
    query RankedCustomers(
      $asOf: Date!
      $revenueBasis: RevenueBasis!
      $orderBy: LifetimeValueOrder!
      $storefront: ID
      $customerType: CustomerType
      $first: Int
      $after: String
      $withPrediction: Boolean!
    ) {
      lifetimeValueReport(
        asOf: $asOf
        revenueBasis: $revenueBasis
        orderBy: $orderBy
        storefront: $storefront
        customerType: $customerType
        first: $first
        after: $after
      ) {
        ...Ranked
      }
    }
  `,
  [ranked],
);
