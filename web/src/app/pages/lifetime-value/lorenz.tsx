import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const lorenz = graphql(`
  fragment Lorenz on LifetimeValueReport {
    lorenz {
      customers
      revenue
    }
  }
`);

/** As many points as there are where there are customers enough: 0 % to 100 %. */
const PERCENTS = 101;
const WHOLE_TENS = [10, 20, 50];

/** How unevenly revenue lies among customers. */
export function Lorenz({ data }: { data: FragmentOf<typeof lorenz> }) {
  const formats = useFormats();
  const points = readFragment(lorenz, data).lorenz;
  return (
    <Panel title={t.value.lorenz} about={t.value.lorenzAbout}>
      {points.length === 0 ? (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      ) : (
        <LineChart
          label={t.value.lorenz}
          xTitle={t.charts.axes.shareOfCustomers}
          yTitle={t.value.shareOfRevenue}
          points={points.map(({ customers }) => formats.percent(customers, 0))}
          lines={[
            { key: "revenue", label: t.value.shareOfRevenue, color: "var(--c1)", values: points.map(({ revenue }) => revenue) },
            { key: "even", label: t.value.even, color: "var(--soft)", values: points.map(({ customers }) => customers), dashed: true },
          ]}
          strides={points.length === PERCENTS ? WHOLE_TENS : []}
          format={(value) => formats.percent(value)}
          formatTick={(value) => formats.percent(value, 0)}
        />
      )}
    </Panel>
  );
}
