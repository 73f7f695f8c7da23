import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Figure, Figures } from "../../parts/panel";
import { useDay, useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const summary = graphql(`
  fragment ValueSummary on LifetimeValueReport {
    costCoverage
    summary {
      totalCustomers
      revenue
      totalProfit
      averageClv
      averageProfitPerCustomer
      topCustomerRevenue
      top10PercentContribution
    }
  }
`);

/** What all customers together were worth. */
export function Summary({ data }: { data: FragmentOf<typeof summary> }) {
  const formats = useFormats();
  const asOf = useDay();
  const { summary: found, costCoverage } = readFragment(summary, data);
  return (
    <Figures label={t.value.figures}>
      <Figure figure={`valued:${asOf}`} label={t.columns.customers} value={formats.count(found.totalCustomers)} note={t.value.everyone} />
      <Figure figure={`valuedRevenue:${asOf}`} label={t.figures.revenue} value={formats.money(found.revenue)} note={t.value.soFar} />
      <Figure
        label={t.customer.profit}
        value={formats.money(found.totalProfit)}
        note={costCoverage !== null && t.value.coverage(formats.percent(costCoverage))}
      />
      <Figure
        label={t.value.average}
        value={formats.money(found.averageClv)}
        note={t.value.averageProfit(formats.money(found.averageProfitPerCustomer))}
      />
      <Figure
        label={t.value.topTenth}
        value={formats.percent(found.top10PercentContribution)}
        note={t.value.ofRevenue(formats.money(found.topCustomerRevenue))}
      />
    </Figures>
  );
}
