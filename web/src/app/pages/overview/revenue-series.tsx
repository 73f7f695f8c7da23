import type { ReactNode } from "react";

import type { Grouping } from "../../address";
import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import { beginsWhole, daysBefore } from "../../format/formats";
import { type Days, lengthOf } from "../../format/periods";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { type Shop, useShop } from "../../shell/shop";
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

type Points = ResultOf<typeof revenueSeries>["series"];

interface RevenueSeriesProps {
  data: FragmentOf<typeof revenueSeries>;
  before: FragmentOf<typeof revenueSeries> | undefined;
  period: Days;
  compared: Days | null;
  grouping: Grouping;
  tools: ReactNode;
}

/** Revenue over the period, and behind it that of the days it is compared with. */
export function RevenueSeries({ data, before, period, compared, grouping, tools }: RevenueSeriesProps) {
  const shop = useShop();
  const { formats } = shop;
  const { series } = readFragment(revenueSeries, data);
  const ghost = before && compared && readFragment(revenueSeries, before).series;
  const revenue = { key: "revenue", label: formats.days(period.start, period.end), color: "var(--c1)", ...lineOf(series, grouping, shop) };
  return (
    <Panel title={t.overview.series} about={t.overview.seriesAbout} tools={tools}>
      {series.some(({ revenue: found }) => Number(found) !== 0) ? (
        <LineChart
          label={t.overview.series}
          xTitle={t.charts.axes[grouping]}
          yTitle={t.charts.axes.revenue}
          points={revenue.points}
          days={revenue.days}
          partial={revenue.partial}
          lines={[revenue, ...(ghost ? [{ key: "before", label: formats.days(compared.start, compared.end), color: "var(--ghost)", ...behind(revenue, shifted(lineOf(ghost, grouping, shop), compared, period)) }] : [])]}
          format={(value) => formats.money(value)}
          formatTick={(value) => formats.shortMoney(value)}
          area
        />
      ) : (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      )}
    </Panel>
  );
}

function lineOf(series: Points, grouping: Grouping, { formats, weekStart }: Shop) {
  return {
    values: series.map(({ revenue }) => Number(revenue)),
    days: series.map(({ start }) => start),
    points: series.map(({ start }) => (grouping === "MONTHLY" ? formats.month(start) : formats.day(start))),
    partial: series.map(({ start, complete }) => !complete || !beginsWhole(start, grouping, weekStart)),
  };
}

type Line = ReturnType<typeof lineOf>;

/** A line no further than the one that it lies behind: its last days, cut short, would draw a fall that never was. */
function behind({ days: before }: Line, line: Line): Line {
  const last = before.at(-1) ?? "";
  const count = line.days.filter((day) => day <= last).length;
  return {
    values: line.values.slice(0, count),
    days: line.days.slice(0, count),
    points: line.points.slice(0, count),
    partial: line.partial.slice(0, count),
  };
}

/** A line of other days, each as far from the period's first day as it is from its own period's. */
function shifted(line: Line, from: Days, to: Days): Line {
  const by = lengthOf({ start: from.start, end: to.start }) - 1;
  return { ...line, days: line.days.map((day) => daysBefore(day, -by)) };
}
