import { Link } from "@tanstack/react-router";

import { kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Panel } from "../../parts/panel";
import { SaleDetails, saleDetails } from "../../parts/sale";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const sales = graphql(
  `
    fragment Sales on Customer {
      id
      purchases(asOf: $asOf) {
        orders
      }
      sales(first: 10, period: { end: $asOf }) {
        totalCount
        nodes {
          number
          businessDate
          total
          items {
            product
          }
          ...SaleDetails
        }
      }
    }
  `,
  [saleDetails],
);

/** The latest sales, each opening to its items and refunds; the last one is open. */
export function Sales({ data }: { data: FragmentOf<typeof sales> }) {
  const formats = useFormats();
  const [address] = useAddress();
  const {
    id,
    purchases,
    sales: { totalCount, nodes },
  } = readFragment(sales, data);
  return (
    <Panel
      title={t.customer.sales}
      about={t.customer.salesAbout(nodes.length, formats.count(totalCount), totalCount > purchases.orders)}
      tools={
        <Link to="/sales" search={{ ...kept(address), customer: id, range: "all" }}>
          {t.sales.all}
        </Link>
      }
    >
      {nodes.length === 0 ? (
        <Empty title={t.customer.noPurchase} />
      ) : (
        <div className="sales">
          {nodes.map((sale, index) => (
            <details key={sale.number} open={index === 0}>
              <summary>
                <span className="when">{formats.day(sale.businessDate)}</span>
                <span className="what">{sale.items.map(({ product }) => product).join(", ") || sale.number}</span>
                <span className="right">{formats.money(sale.total)}</span>
              </summary>
              <SaleDetails data={sale} />
            </details>
          ))}
        </div>
      )}
    </Panel>
  );
}
