import { useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Bars } from "../../parts/bars";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const distribution = graphql(`
  fragment Distribution on LifetimeValueReport {
    distribution {
      label
      min
      max
      customerCount
      revenue
    }
  }
`);

/** How many customers are worth how much; each row opens to them. */
export function Distribution({ data }: { data: FragmentOf<typeof distribution> }) {
  const formats = useFormats();
  const [, set] = useAddress();
  const buckets = readFragment(distribution, data).distribution;
  const whole = (value: string) => formats.shortMoney(Number(value));
  const nameOf = (min: string | null, max: string | null) =>
    min === null ? t.patterns.below(whole(max ?? "0")) : max === null ? t.patterns.from(whole(min)) : t.patterns.between2(whole(min), whole(max));
  return (
    <Panel title={t.value.distribution} about={t.value.distributionAbout}>
      {buckets.length === 0 ? (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      ) : (
        <Bars
          caption={t.value.distribution}
          head={[t.figures.revenue, t.columns.customers, t.value.together]}
          bars={buckets.map(({ label, min, max, customerCount, revenue }) => ({
            key: label,
            label: (
              <button type="button" className="open link" onClick={() => set({ open: `value:${label}` })}>
                {nameOf(min, max)}
              </button>
            ),
            value: customerCount,
            cells: [formats.count(customerCount), formats.money(revenue)],
          }))}
        />
      )}
    </Panel>
  );
}
