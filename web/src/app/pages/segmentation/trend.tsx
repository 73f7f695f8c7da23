import { type FragmentOf, graphql, readFragment, type VariablesOf } from "../../api/graphql";
import { REST } from "../../parts/colors";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { type trendSignQuery, TrendTools } from "./tools";

export const trend = graphql(`
  fragment Trend on SegmentationTrend {
    points {
      asOf
      segments {
        code
        name
        customerCount
      }
    }
  }
`);

/** How many there were in each segment at the end of each month. */
export function Trend({ data, colors, asked }: { data: FragmentOf<typeof trend>; colors: Map<string, string>; asked: VariablesOf<typeof trendSignQuery> }) {
  const formats = useFormats();
  const { points } = readFragment(trend, data);
  const names = points[0]?.segments ?? [];
  return (
    <Panel title={t.segments.trend} about={t.segments.trendAbout} tools={<TrendTools asked={asked} />}>
      <LineChart
        label={t.segments.trend}
        xTitle={t.charts.axes.month}
        yTitle={t.charts.axes.customers}
        days={points.map(({ asOf }) => asOf)}
        points={points.map(({ asOf }) => formats.day(asOf))}
        lines={names.map(({ code, name }) => ({
          key: code,
          label: name,
          color: colors.get(code) ?? REST,
          values: points.map(({ segments }) => segments.find((segment) => segment.code === code)?.customerCount ?? null),
        }))}
        format={(value) => formats.count(value)}
        height={280}
      />
    </Panel>
  );
}
