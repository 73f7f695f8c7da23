import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Figure, Figures } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const population = graphql(`
  fragment Population on Segmentation {
    scheme
    days
    asOf
    totalCustomers
    revenue
    refundsOutsidePopulation
    insights {
      fastestGrowingSegment
      needsAttention
    }
  }
`);

/** Whom the segments are of, and what stands out. */
export function Population({ data, includeInactive }: { data: FragmentOf<typeof population>; includeInactive: boolean }) {
  const formats = useFormats();
  const { scheme, days, asOf, totalCustomers, revenue, refundsOutsidePopulation, insights } = readFragment(population, data);
  return (
    <Figures label={t.segments.population}>
      <Figure
        figure={`segmented:${asOf}`}
        label={t.columns.customers}
        value={formats.count(totalCustomers)}
        note={t.segments.who(includeInactive, days)}
      />
      <Figure
        label={t.figures.revenue}
        value={formats.money(revenue)}
        note={t.segments.outside(formats.money(refundsOutsidePopulation))}
      />
      {days !== null && <Figure label={t.segments.growing} value={insights.fastestGrowingSegment ?? "–"} note={t.segments.growingNote} />}
      <Figure label={t.segments.attention} value={insights.needsAttention ?? "–"} note={t.segments.attentionNote} />
    </Figures>
  );
}
