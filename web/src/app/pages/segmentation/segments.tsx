import { useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Bars } from "../../parts/bars";
import { REST } from "../../parts/colors";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useDay, useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const segments = graphql(`
  fragment Segments on Segmentation {
    totalCustomers
    days
    segments {
      code
      name
      customerCount
      percentage
      revenue
      revenueContribution
      averageOrderValue
      growth
    }
  }
`);

/** The segments, each opening to its customers and what to do for them. */
export function Segments({ data, colors }: { data: FragmentOf<typeof segments>; colors: Map<string, string> }) {
  const formats = useFormats();
  const [, set] = useAddress();
  const day = useDay();
  const found = readFragment(segments, data);
  const hasGrowth = found.days !== null; // against the window before
  return (
    <Panel title={t.segments.title} about={t.segments.titleAbout}>
      {found.totalCustomers === 0 ? (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      ) : (
        <Bars
          caption={t.segments.title}
          head={[
            t.columns.segment,
            t.columns.customers,
            { wide: t.columns.share },
            ...(hasGrowth ? [t.columns.growth] : []),
            t.columns.revenue,
            hasGrowth ? { wide: t.segments.contribution } : t.segments.contribution,
            { wide: t.segments.averageOrder },
          ]}
          bars={found.segments.map((segment) => ({
            key: segment.code,
            label: (
              <button type="button" className="open link" onClick={() => set({ open: `segment:${segment.code}` })}>
                {segment.name}
              </button>
            ),
            value: segment.customerCount,
            color: colors.get(segment.code) ?? REST,
            cells: [
              <span data-figure={`segment ${segment.code}:${day}`}>{formats.count(segment.customerCount)}</span>,
              formats.percent(segment.percentage),
              ...(hasGrowth ? [formats.change(segment.growth)] : []),
              formats.money(segment.revenue),
              formats.percent(segment.revenueContribution),
              formats.money(segment.averageOrderValue),
            ],
          }))}
        />
      )}
    </Panel>
  );
}
