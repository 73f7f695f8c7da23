import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import type { Days } from "../../format/periods";
import { Figure, Figures, Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const cohortStrip = graphql(`
  fragment CohortStrip on RetentionReport {
    summary {
      retentionRate
      activeCustomers
      repeatPurchaseRate
    }
    cohorts {
      key
      start
      size
      periods {
        period
        retention
        complete
      }
    }
  }
`);

const COHORTS = 7;
const PERIODS = 6;

/** The latest cohorts in their first months. */
export function CohortStrip({ data, year, tools }: { data: FragmentOf<typeof cohortStrip>; year: Days; tools: ReactNode }) {
  const formats = useFormats();
  const [address] = useAddress();
  const { summary, cohorts: all } = readFragment(cohortStrip, data);
  const cohorts = all.slice(-COHORTS);
  const columns = Array.from({ length: PERIODS }, (_, index) => index + 1);
  const most = Math.max(...cohorts.flatMap(({ periods }) => periods.slice(1, PERIODS + 1).map(({ retention }) => retention ?? 0)), 1);
  return (
    <Panel
      title={t.overview.cohorts}
      about={t.overview.cohortsAbout}
      tools={
        <Group gap="xs">
          <Link to="/retention" search={kept(address)}>
            {t.overview.allCohorts}
          </Link>
          {tools}
        </Group>
      }
    >
      <Figures label={t.overview.staying}>
        <Figure figure={`retention:${year.start}..${year.end}`} label={t.figures.retention} value={formats.percent(summary.retentionRate)} note={t.overview.retentionNote} />
        <Figure figure={`active:${year.end}`} label={t.figures.active} value={formats.count(summary.activeCustomers)} note={t.overview.activeNote} />
        <Figure figure={`repeat:${year.end}`} label={t.figures.repeat} value={formats.percent(summary.repeatPurchaseRate)} note={t.overview.repeatNote} />
      </Figures>
      {cohorts.length === 0 ? (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label={t.overview.cohorts}>
          <table className="heat">
            <thead>
              <tr>
                <th scope="col">{t.cohorts.cohort}</th>
                <th scope="col" className="right wide">
                  {t.columns.customers}
                </th>
                {columns.map((period) => (
                  <th key={period} scope="col">
                    {t.cohorts.after(period, "MONTH")}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {cohorts.map(({ key, start, size, periods }) => (
                <tr key={key}>
                  <th scope="row">{formats.month(start)}</th>
                  <td className="right wide">{formats.count(size)}</td>
                  {columns.map((period) => {
                    const cell = periods[period];
                    return (
                      <td key={period}>
                        {cell && (
                          <span
                            className={`cell ${cell.complete ? "" : "running"}`}
                            style={{ "--share": (cell.retention ?? 0) / most } as React.CSSProperties}
                            title={cell.complete ? undefined : t.cohorts.running}
                          >
                            {formats.percent(cell.retention, 0)}
                          </span>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
