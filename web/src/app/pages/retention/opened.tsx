import { useAddress } from "../../address";
import { graphql } from "../../api/graphql";
import { members, MembersDrawer, PAGE } from "../../parts/members";
import { useDay } from "../../shell/shop";
import { t } from "../../texts";
import { useAsked } from "./asked";

export const cohortMembersQuery = graphql(
  `
    query CohortMembers(
      $period: DateRange!
      $cohortPeriod: CohortPeriod!
      $mode: RetentionMode!
      $storefront: ID
      $customerType: CustomerType
      $key: String!
      $cell: Int!
      $asOf: Date!
      $first: Int
      $after: String
    ) {
      retention(
        period: $period
        cohortPeriod: $cohortPeriod
        mode: $mode
        storefront: $storefront
        customerType: $customerType
      ) {
        cohorts(key: $key) {
          periods(period: $cell) {
            customers(first: $first, after: $after) {
              ...Members
            }
          }
        }
      }
    }
  `,
  [members],
);

/** The customers of the cell that the address opens. */
export function Opened() {
  const [{ open }] = useAddress();
  const asked = useAsked();
  const asOf = useDay();
  const [, key, cell] = /^cohort:(.+)\.(\d+)$/.exec(open ?? "") ?? [];
  if (!key) {
    return null;
  }
  return (
    <MembersDrawer
      title={t.retention.cellTitle(key, Number(cell))}
      query={cohortMembersQuery}
      variables={{ ...asked, key, cell: Number(cell), asOf, first: PAGE }}
      pick={({ retention }) => retention.cohorts[0]?.periods[0]?.customers}
    />
  );
}
