import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Bars } from "../../parts/bars";
import { colorsOf } from "../../parts/colors";
import { Panel } from "../../parts/panel";
import { useDay, useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const segmentStrip = graphql(`
  fragment SegmentStrip on Segmentation {
    totalCustomers
    scheme
    days
    insights {
      highestRevenueSegment
      fastestGrowingSegment
      needsAttention
    }
    segments {
      code
      name
      customerCount
      revenue
      growth
    }
  }
`);

/** The segments in short, and what stands out among them. */
export function SegmentStrip({ data, tools }: { data: FragmentOf<typeof segmentStrip>; tools: ReactNode }) {
  const formats = useFormats();
  const [address] = useAddress();
  const day = useDay();
  const { totalCustomers, days, insights, segments } = readFragment(segmentStrip, data);
  const colors = colorsOf(segments);
  const hasGrowth = days !== null; // against the window before
  return (
    <Panel
      title={t.overview.segments}
      about={t.overview.segmentsAbout(formats.count(totalCustomers), days)}
      tools={
        <Group gap="xs">
          <Link to="/segmentation" search={kept(address)}>
            {t.overview.allSegments}
          </Link>
          {tools}
        </Group>
      }
    >
      <Bars
        caption={t.overview.segments}
        head={[t.columns.segment, t.columns.customers, ...(hasGrowth ? [t.columns.growth] : []), t.columns.revenue]}
        bars={segments.map(({ code, name, customerCount, revenue, growth }) => ({
          key: code,
          label: (
            <Link to="/segmentation" search={{ ...kept(address), open: `segment:${code}` }}>
              {name}
            </Link>
          ),
          value: Number(revenue),
          color: colors.get(code) ?? "var(--rest)",
          cells: [
            <span data-figure={`segment ${code}:${day}`}>{formats.count(customerCount)}</span>,
            ...(hasGrowth ? [formats.change(growth)] : []),
            formats.wholeMoney(revenue),
          ],
        }))}
      />
      <p className="about">
        {t.segments.insights(insights.highestRevenueSegment, hasGrowth ? insights.fastestGrowingSegment : null, insights.needsAttention)}
      </p>
    </Panel>
  );
}
