import { graphql } from "../../api/graphql";

/** A customer of the list; what is wanted only with some columns is asked for only with them. */
export const row = graphql(`
  fragment CustomerRow on Customer {
    number
    name
    type
    isActive
    joinedOn
    tags @include(if: $withTags)
    email @include(if: $withEmail)
    outstandingBalance @include(if: $withBalance)
    address @include(if: $withCity) {
      city
    }
    purchases(asOf: $asOf) {
      orders
      revenue
      averageOrderValue
      lastPurchaseDate
      daysSinceLastPurchase
    }
    atStake(asOf: $asOf) @include(if: $withStake)
    clv(asOf: $asOf) @include(if: $withExpected) {
      prediction {
        __typename
        ... on PredictedCLV {
          predictedRevenue
        }
      }
    }
    rfm(scheme: $scheme, days: $days, asOf: $asOf) @include(if: $withSegment) {
      segment {
        name
      }
    }
  }
`);
