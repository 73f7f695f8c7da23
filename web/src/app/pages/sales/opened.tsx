import { Skeleton } from "@mantine/core";

import { useAddress } from "../../address";
import { graphql } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { Beside } from "../../parts/beside";
import { SaleDetails, saleDetails } from "../../parts/sale";
import { Failed } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const saleQuery = graphql(
  `
    query Sale($id: ID!) {
      node(id: $id) {
        __typename
        ... on Sale {
          number
          occurredAt
          total
          ...SaleDetails
        }
      }
    }
  `,
  [saleDetails],
);

/** The sale that the address opens. */
export function OpenedSale() {
  const [{ open }] = useAddress();
  const id = /^sale:(.+)$/.exec(open ?? "")?.[1];
  return id ? <Opened id={id} /> : null;
}

function Opened({ id }: { id: string }) {
  const formats = useFormats();
  const { data, problem, retry } = useReport(saleQuery, { id });
  const sale = data?.node?.__typename === "Sale" ? data.node : null;
  return (
    <Beside title={sale ? t.sales.title(sale.number) : t.sales.sale}>
      {problem && <Failed problem={problem} retry={retry} what={t.sales.sale} />}
      {!data && !problem && <Skeleton height={240} role="status" aria-label={t.loading} />}
      {sale && (
        <>
          <p className="segment-name">{formats.money(sale.total)}</p>
          <p className="about">{formats.moment(sale.occurredAt)}</p>
          <SaleDetails data={sale} />
        </>
      )}
    </Beside>
  );
}
