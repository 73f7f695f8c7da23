import type { ReactNode } from "react";

import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const revenueSeries = graphql(`
  fragment RevenueSeries on PurchasePatterns {
    series {
      start
      revenue
      complete
    }
  }
`);

/** Revenue over the period; the running unit is dashed. */
export function RevenueSeries({ data, tools }: { data: FragmentOf<typeof revenueSeries>; tools: ReactNode }) {
  const formats = useFormats();
  const { series } = readFragment(revenueSeries, data);
  return (
    <Panel title={t.overview.series} about={t.overview.seriesAbout} tools={tools}>
      {series.some(({ revenue }) => Number(revenue) !== 0) ? (
        <LineChart
          label={t.overview.series}
          xTitle={t.charts.axes.day}
          yTitle={t.charts.axes.revenue}
          points={series.map(({ start }) => formats.day(start))}
          lines={[{ key: "revenue", label: t.figures.revenue, color: "var(--c1)", values: series.map(({ revenue }) => Number(revenue)) }]}
          format={(value) => formats.money(value)}
          formatTick={(value) => formats.shortMoney(value)}
          isRunning={series.at(-1)?.complete === false}
          area
        />
      ) : (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      )}
    </Panel>
  );
}
