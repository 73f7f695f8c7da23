import { useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Bars } from "../../parts/bars";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { beginsWhole } from "../../format/formats";
import { useShop } from "../../shell/shop";
import { t } from "../../texts";

export const series = graphql(`
  fragment Series on PurchasePatterns {
    series {
      start
      transactionCount
      revenue
      complete
    }
  }
`);

/** Revenue over the period. */
export function Series({ data }: { data: FragmentOf<typeof series> }) {
  const { formats, weekStart } = useShop();
  const [{ grouping = "WEEKLY" }] = useAddress();
  const found = readFragment(series, data).series;
  return (
    <Panel title={t.patterns.series} about={t.overview.seriesAbout}>
      <LineChart
        label={t.patterns.series}
        xTitle={t.charts.axes[grouping]}
        yTitle={t.charts.axes.revenue}
        days={found.map(({ start }) => start)}
        points={found.map(({ start }) => (grouping === "MONTHLY" ? formats.month(start) : formats.day(start)))}
        lines={[{ key: "revenue", label: t.figures.revenue, color: "var(--c1)", values: found.map(({ revenue }) => Number(revenue)) }]}
        format={(value) => formats.money(value)}
        formatTick={(value) => formats.shortMoney(value)}
        partial={found.map(({ start, complete }) => !complete || !beginsWhole(start, grouping, weekStart))}
        area
      />
    </Panel>
  );
}

export const seasons = graphql(`
  fragment Seasons on PurchasePatterns {
    seasonality {
      month
      index
    }
  }
`);

/** Which months are strong. */
export function Seasons({ data }: { data: FragmentOf<typeof seasons> }) {
  const { formats } = useShop();
  const { seasonality } = readFragment(seasons, data);
  return (
    <Panel title={t.patterns.seasonality} about={t.patterns.seasonalityAbout}>
      <Bars
        caption={t.patterns.seasonality}
        head={[t.patterns.month, t.patterns.index]}
        bars={seasonality.map(({ month, index }) => ({
          key: String(month),
          label: formats.monthName(month, "long"),
          value: index ?? 0,
          color: index !== null && index >= 1 ? "var(--c1)" : "var(--c7)",
          cells: [formats.number(index, 2)],
        }))}
      />
    </Panel>
  );
}
