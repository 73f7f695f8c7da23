import { SegmentedControl } from "@mantine/core";
import type { CSSProperties } from "react";

import { type Address, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import type { Formats } from "../../format/formats";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const cohorts = graphql(`
  fragment Cohorts on RetentionReport {
    cohorts {
      key
      start
      size
      currentActive
      periods {
        period
        customerCount
        retention
        complete
        revenue
        cumulativeRevenuePerCustomer
      }
    }
  }
`);

type Cell = ResultOf<typeof cohorts>["cohorts"][number]["periods"][number];
type Shown = NonNullable<Address["cells"]>;

/** Of each cohort, who bought in each period after its first; each cell opens to its customers. */
export function Cohorts({ data }: { data: FragmentOf<typeof cohorts> }) {
  const formats = useFormats();
  const [address, set] = useAddress();
  const unit = address.unit ?? "MONTH";
  const shown = address.cells ?? "rate";
  const found = readFragment(cohorts, data).cohorts;
  const columns = Array.from({ length: found[0]?.periods.length ?? 0 }, (_, index) => index);
  const most = mostOf(found.flatMap(({ periods }) => periods), shown);
  return (
    <Panel
      title={t.retention.cohorts}
      about={t.retention.cohortsAbout}
      tools={
        <SegmentedControl
          size="xs"
          className="cells-shown"
          aria-label={t.filters.cells}
          value={shown}
          onChange={(value) => set({ cells: value === "rate" ? undefined : (value as Shown) })}
          data={Object.entries(t.retention.cells).map(([value, label]) => ({ value, label }))}
        />
      }
    >
      {found.length === 0 ? (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label={t.retention.cohorts}>
          <table className="heat small">
            <thead>
              <tr>
                <th scope="col">{t.cohorts.cohort}</th>
                <th scope="col" className="right wide">
                  {t.columns.customers}
                </th>
                <th scope="col" className="right wide">
                  {t.retention.active}
                </th>
                {columns.map((period) => (
                  <th key={period} scope="col">
                    {period === 0 ? "0" : `+${period}`}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.map(({ key, start, size, currentActive, periods }) => (
                <tr key={key}>
                  <th scope="row">{unit === "MONTH" ? formats.month(start) : key}</th>
                  <td className="right wide">{formats.count(size)}</td>
                  <td className="right wide">{formats.count(currentActive)}</td>
                  {periods.map((cell) => (
                    <td key={cell.period}>
                      <button
                        type="button"
                        className={`cell ${cell.complete ? "" : "running"}`}
                        style={{ "--share": Math.max(numberOf(cell, shown) ?? 0, 0) / most } as CSSProperties}
                        disabled={cell.customerCount === 0}
                        onClick={() => set({ open: `cohort:${key}.${cell.period}` })}
                        title={cell.complete ? undefined : t.cohorts.running}
                      >
                        <span className="hidden">{labelOf(key, cell, formats)} </span>
                        {textOf(cell, shown, formats)}
                      </button>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function mostOf(cells: Cell[], shown: Shown): number {
  if (shown === "rate") {
    return 100;
  }
  return Math.max(...cells.map((cell) => numberOf(cell, shown) ?? 0), 1);
}

function numberOf(cell: Cell, shown: Shown): number | null {
  switch (shown) {
    case "rate":
      return cell.retention;
    case "customers":
      return cell.customerCount;
    case "revenue":
      return Number(cell.revenue);
    case "cumulative":
      return cell.cumulativeRevenuePerCustomer === null ? null : Number(cell.cumulativeRevenuePerCustomer);
  }
}

function textOf(cell: Cell, shown: Shown, formats: Formats): string {
  const value = numberOf(cell, shown);
  if (shown === "rate") {
    return formats.percent(value, 0);
  }
  return shown === "customers" || value === null ? formats.count(value) : formats.shortMoney(value);
}

function labelOf(key: string, cell: Cell, formats: Formats): string {
  const label = t.retention.cell(
    key,
    cell.period,
    formats.count(cell.customerCount),
    formats.percent(cell.retention),
    formats.money(cell.revenue),
  );
  return cell.complete ? label : `${label}. ${t.cohorts.running}`;
}
