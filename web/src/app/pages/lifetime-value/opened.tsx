import { useAddress } from "../../address";
import { graphql } from "../../api/graphql";
import { members, MembersDrawer, PAGE } from "../../parts/members";
import { t } from "../../texts";
import { useAsked } from "./asked";

export const valueMembersQuery = graphql(
  `
    query ValueMembers(
      $asOf: Date!
      $revenueBasis: RevenueBasis!
      $storefront: ID
      $customerType: CustomerType
      $label: String!
      $first: Int
      $after: String
    ) {
      lifetimeValueReport(
        asOf: $asOf
        revenueBasis: $revenueBasis
        storefront: $storefront
        customerType: $customerType
      ) {
        distribution(label: $label) {
          customers(first: $first, after: $after) {
            ...Members
          }
        }
      }
    }
  `,
  [members],
);

/** The customers of the bucket that the address opens. */
export function Opened() {
  const [{ open }] = useAddress();
  const { orderBy: _order, ...asked } = useAsked();
  if (!open?.startsWith("value:")) {
    return null;
  }
  const label = open.slice("value:".length);
  return (
    <MembersDrawer
      title={t.value.bucket(label)}
      query={valueMembersQuery}
      variables={{ ...asked, label, first: PAGE }}
      pick={({ lifetimeValueReport }) => lifetimeValueReport.distribution[0]?.customers}
    />
  );
}
