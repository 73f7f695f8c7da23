import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { CustomersExports } from "../customers/exports";

export const attention = graphql(`
  fragment Attention on CustomerConnection {
    totalCount
    nodes {
      number
      name
      isActive
      purchases(asOf: $asOf) {
        revenue
        daysSinceLastPurchase
      }
    }
  }
`);

const SEGMENT = "CANT_LOSE_THEM";

/** Those who were among the best and are leaving, the most valuable first. */
export function Attention({ data, asOf }: { data: FragmentOf<typeof attention>; asOf: string }) {
  const formats = useFormats();
  const [address] = useAddress();
  const { totalCount, nodes } = readFragment(attention, data);
  return (
    <Panel
      title={t.overview.attention}
      about={
        <>
          {t.overview.attentionAbout}{" "}
          <Link to="/customers" search={{ ...kept(address), risk: "HIGH", order: "TOTAL_SPENT" }}>
            {t.overview.attentionRisk}
          </Link>
          .
        </>
      }
      tools={
        totalCount > 0 && (
          <Group gap="xs">
            <Link to="/customers" search={{ ...kept(address), segment: SEGMENT, order: "TOTAL_SPENT" }}>
              {t.overview.attentionAll(formats.count(totalCount))}
            </Link>
            <CustomersExports asked={{ filter: { rfmSegment: SEGMENT, type: address.type ?? null }, orderBy: "TOTAL_SPENT", asOf }} />
          </Group>
        )
      }
    >
      {totalCount === 0 ? (
        <Empty title={t.overview.attentionNone} />
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label={t.overview.attention}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t.columns.customer}</th>
              <th scope="col" className="right">
                {t.columns.revenueToDate}
              </th>
              <th scope="col" className="right">
                {t.columns.lastPurchase}
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map(({ number, name, isActive, purchases }) => (
              <tr key={number}>
                <th scope="row">
                  <Link to="/customers/$number" params={{ number }} search={kept(address)}>
                    {name}
                  </Link>
                  {!isActive && <span className="number">{t.customers.inactive}</span>}
                </th>
                <td className="right">{formats.money(purchases.revenue)}</td>
                <td className="right">{t.daysAgo(purchases.daysSinceLastPurchase)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        </div>
      )}
    </Panel>
  );
}
