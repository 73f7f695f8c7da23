import { useState } from "react";
import { NativeSelect } from "@mantine/core";

import { useAddress } from "../../address";
import type { FragmentOf } from "../../api/graphql";
import { LineChart } from "../../parts/charts/line-chart";
import { Panel } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { type cohorts, cohortsOf, nameOf as cohortName } from "./cohort-table";
import { compared, type Held } from "./compared";
import { averages } from "./measure";

const NOBODY = "";

/** Two cohorts against the mean of all: does one hold better than the other? */
export function Curves({ data }: { data: FragmentOf<typeof cohorts> }) {
  const formats = useFormats();
  const [{ unit = "MONTH" }] = useAddress();
  const found = cohortsOf(data).filter(({ periods }) => periods.length > 1);
  const [one = found.at(-8)?.key ?? found[0]?.key ?? NOBODY, setOne] = useState<string>();
  const [other = found.at(-7)?.key ?? found[1]?.key ?? NOBODY, setOther] = useState<string>();
  if (found.length < 2) {
    return null;
  }
  const chosen = [one, other].map((key) => found.find((cohort) => cohort.key === key)).filter((cohort) => cohort !== undefined);
  const length = Math.max(...chosen.map(({ periods }) => periods.filter(({ complete }) => complete).length), 2);
  const steps = Array.from({ length }, (_, index) => index);
  const mean = averages(found, "rate");
  const options = found.map((cohort) => ({ value: cohort.key, label: cohortName(cohort, unit, formats) }));
  const nameOf = (key: string) => options.find(({ value }) => value === key)?.label ?? key;
  return (
    <Panel
      title={t.retention.curves}
      about={t.retention.curvesAbout}
      tools={
        <div className="pair">
          <NativeSelect size="xs" aria-label={t.retention.oneCohort} value={one} onChange={({ currentTarget }) => setOne(currentTarget.value)} data={options} />
          <NativeSelect size="xs" aria-label={t.retention.otherCohort} value={other} onChange={({ currentTarget }) => setOther(currentTarget.value)} data={options} />
        </div>
      }
    >
      <LineChart
        label={t.retention.curves}
        xTitle={t.charts.axes.after(unit)}
        yTitle={t.charts.axes.shareOfCohort}
        points={steps.map((step) => (step === 0 ? "0" : `+${step}`))}
        lines={[
          ...chosen.map(({ key, periods }, index) => ({
            key: `${index} ${key}`,
            label: nameOf(key),
            color: index === 0 ? "var(--c1)" : "var(--c4)",
            values: steps.map((step) => (periods[step]?.complete ? periods[step].retention : null)),
          })),
          { key: "mean", label: t.retention.mean, color: "var(--soft)", values: steps.map((step) => mean[step] ?? null), dashed: true },
        ]}
        format={(value) => formats.percent(value)}
        formatTick={(value) => formats.percent(value, 0)}
      />
      <p className="about">{verdict(chosen, nameOf, formats)}</p>
    </Panel>
  );
}

/** In words, whether one holds better. */
function verdict(chosen: Held[], nameOf: (key: string) => string, formats: { percent(value: number): string }): string {
  const [one, other] = chosen;
  if (!one || !other || one.key === other.key) {
    return "";
  }
  const found = compared(one, other);
  if (!found) {
    return t.retention.tooEarly;
  }
  const { first, second, periods, isMoreThanChance } = found;
  const [better, worse] = first >= second ? [one, other] : [other, one];
  const say = isMoreThanChance ? t.retention.better : t.retention.alike;
  const [high, low] = [Math.max(first, second), Math.min(first, second)];
  return say(nameOf(better.key), nameOf(worse.key), formats.percent(high), formats.percent(low), periods);
}
