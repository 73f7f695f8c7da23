import { useAddress } from "../../address";
import { graphql } from "../../api/graphql";
import type { Days } from "../../format/periods";
import { members, MembersDrawer, PAGE } from "../../parts/members";
import { t } from "../../texts";
import type { ProductsAsked } from "./query";

export const buyersQuery = graphql(
  `
    query Buyers(
      $period: DateRange!
      $asOf: Date!
      $by: ProductGrouping!
      $storefront: ID
      $customerType: CustomerType
      $name: String!
      $first: Int
      $after: String
    ) {
      productReport(period: $period, by: $by, storefront: $storefront, customerType: $customerType, name: $name) {
        products {
          nodes {
            buyers(first: $first, after: $after) {
              ...Members
            }
          }
        }
      }
    }
  `,
  [members],
);

/** Who bought the product or category that the address opens. */
export function Opened({ asked: { period, by, storefront, customerType } }: { asked: Omit<ProductsAsked, "first" | "period"> & { period: Days } }) {
  const [{ open }] = useAddress();
  if (!open?.startsWith("product:")) {
    return null;
  }
  const name = open.slice("product:".length);
  return (
    <MembersDrawer
      title={t.products.buyers(name || t.products.noName)}
      query={buyersQuery}
      variables={{ period, asOf: period.end, by, storefront: storefront ?? null, customerType: customerType ?? null, name, first: PAGE }}
      pick={({ productReport }) => productReport.products.nodes[0]?.buyers}
    />
  );
}
