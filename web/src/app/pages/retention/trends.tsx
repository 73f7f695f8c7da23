import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { beginsWhole } from "../../format/formats";
import { useShop } from "../../shell/shop";
import { t } from "../../texts";

export const trends = graphql(`
  fragment Trends on RetentionReport {
    trends {
      key
      start
      newCustomers
      reactivatedCustomers
      churnedCustomers
      endingCustomers
      complete
    }
  }
`);

/** Who came, came back, left and was active, month by month. */
export function Trends({ data }: { data: FragmentOf<typeof trends> }) {
  const { formats, weekStart } = useShop();
  const found = readFragment(trends, data).trends;
  const lines = [
    { key: "active", label: t.retention.active, color: "var(--c1)", values: found.map(({ endingCustomers }) => endingCustomers) },
    { key: "new", label: t.retention.new, color: "var(--c3)", values: found.map(({ newCustomers }) => newCustomers) },
    { key: "back", label: t.retention.reactivated, color: "var(--c11)", values: found.map(({ reactivatedCustomers }) => reactivatedCustomers) },
    { key: "left", label: t.retention.churned, color: "var(--c5)", values: found.map(({ churnedCustomers }) => churnedCustomers) },
  ];
  return (
    <Panel title={t.retention.trends} about={t.retention.trendsAbout}>
      <LineChart
        label={t.retention.trends}
        xTitle={t.charts.axes.month}
        yTitle={t.charts.axes.customers}
        days={found.map(({ start }) => start)}
        points={found.map(({ start }) => formats.month(start))}
        lines={lines}
        format={formats.count}
        partial={found.map(({ start, complete }) => !complete || !beginsWhole(start, "MONTHLY", weekStart))}
      />
    </Panel>
  );
}
