import type { ReactNode } from "react";

import type { Grouping } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { beginsWhole } from "../../format/formats";
import { useShop } from "../../shell/shop";
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
export function RevenueSeries({ data, grouping, tools }: { data: FragmentOf<typeof revenueSeries>; grouping: Grouping; tools: ReactNode }) {
  const { formats, weekStart } = useShop();
  const { series } = readFragment(revenueSeries, data);
  return (
    <Panel title={t.overview.series} about={t.overview.seriesAbout} tools={tools}>
      {series.some(({ revenue }) => Number(revenue) !== 0) ? (
        <LineChart
          label={t.overview.series}
          xTitle={t.charts.axes.day}
          yTitle={t.charts.axes.revenue}
          days={series.map(({ start }) => start)}
          points={series.map(({ start }) => formats.day(start))}
          lines={[{ key: "revenue", label: t.figures.revenue, color: "var(--c1)", values: series.map(({ revenue }) => Number(revenue)) }]}
          format={(value) => formats.money(value)}
          formatTick={(value) => formats.shortMoney(value)}
          partial={series.map(({ start, complete }) => !complete || !beginsWhole(start, grouping, weekStart))}
          area
        />
      ) : (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      )}
    </Panel>
  );
}
