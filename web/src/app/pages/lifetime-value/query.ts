import { graphql } from "../../api/graphql";
import { distribution } from "./distribution";
import { lorenz } from "./lorenz";
import { ranked } from "./ranked";
import { summary } from "./summary";

export const lifetimeValueQuery = graphql(
  `
    query LifetimeValue(
      $asOf: Date!
      $revenueBasis: RevenueBasis!
      $orderBy: LifetimeValueOrder!
      $storefront: ID
      $customerType: CustomerType
      $first: Int
    ) {
      lifetimeValueReport(
        asOf: $asOf
        revenueBasis: $revenueBasis
        orderBy: $orderBy
        storefront: $storefront
        customerType: $customerType
        first: $first
      ) {
        notices
        ...ValueSummary
        ...Distribution
        ...Lorenz
        ...Ranked
      }
    }
  `,
  [summary, distribution, lorenz, ranked],
);
