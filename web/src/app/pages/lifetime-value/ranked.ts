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
          prediction {
            __typename
            ... on NotEnoughData {
              reason
            }
            ... on PredictedCLV {
              churnRisk
              expectedOrders
              expectedOrdersInterval {
                low
                high
              }
              predictedRevenue
              totalValue
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
