import { useAddress } from "../../address";
import type { FragmentOf } from "../../api/graphql";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { type cohorts, cohortsOf, nameOf } from "./cohort-table";
import { averages, numberOf, spread } from "./measure";

const DRAWN = 6;
const COLORS = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)"];

/** What a customer of each cohort has brought by each period, of at most six cohorts spread over time, and of all. */
export function Worth({ data }: { data: FragmentOf<typeof cohorts> }) {
  const formats = useFormats();
  const [{ unit = "MONTH" }] = useAddress();
  const found = cohortsOf(data);
  const drawn = spread(
    found.filter(({ periods }) => periods[1]?.complete),
    DRAWN,
  );
  if (drawn.length < 2) {
    return null;
  }
  const steps = Array.from({ length: Math.max(...drawn.map(({ periods }) => periods.filter(({ complete }) => complete).length)) }, (_, step) => step);
  // Of the few oldest cohorts alone an average would jump with each that it loses.
  const isOfMany = (step: number) => 2 * found.filter(({ periods }) => periods[step]?.complete).length >= found.length;
  const all = averages(found, "cumulative").map((value, step) => (isOfMany(step) ? value : null));
  return (
    <Panel title={t.retention.worth} about={t.retention.worthAbout(drawn.length < found.length)}>
      <LineChart
        label={t.retention.worth}
        xTitle={t.charts.axes.after(unit)}
        yTitle={t.charts.axes.revenuePerCustomer}
        points={steps.map((step) => (step === 0 ? "0" : `+${step}`))}
        lines={[
          ...drawn.map((cohort, index) => ({
            key: cohort.key,
            label: nameOf(cohort, unit, formats),
            color: COLORS[index]!,
            values: steps.map((step) => (cohort.periods[step]?.complete ? numberOf(cohort.periods[step], "cumulative") : null)),
          })),
          { key: "all", label: t.retention.mean, color: "var(--soft)", values: steps.map((step) => all[step] ?? null), dashed: true },
        ]}
        format={(value) => formats.money(value)}
        formatTick={(value) => formats.shortMoney(value)}
      />
    </Panel>
  );
}
