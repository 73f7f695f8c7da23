import { graphql, type VariablesOf } from "../../api/graphql";
import { row } from "./row";

export const customersQuery = graphql(
  `
    query Customers(
      $filter: CustomerFilter
      $orderBy: CustomerOrder
      $asOf: Date!
      $scheme: RFMScheme!
      $days: Int
      $first: Int
      $after: String
      $withTags: Boolean!
      $withEmail: Boolean!
      $withBalance: Boolean!
      $withCity: Boolean!
      $withSegment: Boolean!
      $withStake: Boolean!
      $withExpected: Boolean!
    ) {
      customers(first: $first, after: $after, filter: $filter, orderBy: $orderBy, asOf: $asOf) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...CustomerRow
        }
      }
    }
  `,
  [row],
);

export type Asked = VariablesOf<typeof customersQuery>;
