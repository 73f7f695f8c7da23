import { graphql, type ResultOf, type VariablesOf } from "../../api/graphql";

export const salesQuery = graphql(`
  query Sales($filter: SaleFilter!, $customer: ID!, $withCustomer: Boolean!, $first: Int!, $after: String) {
    node(id: $customer) @include(if: $withCustomer) {
      ... on Customer {
        name
      }
    }
    sales(first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        number
        occurredAt
        businessDate
        status
        channel
        total
        refunded
        storefront {
          name
        }
        customer {
          number
          name
        }
      }
    }
  }
`);

export type SalesAsked = VariablesOf<typeof salesQuery>;
export type SalesFound = ResultOf<typeof salesQuery>["sales"];
export type SaleRow = SalesFound["nodes"][number];
