import { type CSSProperties, memo } from "react";

import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import type { Unit } from "../../address";
import type { Formats } from "../../format/formats";
import { useGridKeys } from "../../parts/grid-keys";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { averages, mostOf, numberOf, type Shown, textOf } from "./measure";

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

export type CohortRow = ResultOf<typeof cohorts>["cohorts"][number];
export type CohortCell = CohortRow["periods"][number];

export const cohortsOf = (data: FragmentOf<typeof cohorts>) => readFragment(cohorts, data).cohorts;
export const nameOf = ({ key, start }: CohortRow, unit: Unit, formats: Formats) => (unit === "MONTH" ? formats.month(start) : key);

/** A cell that the pointer or the focus is on, and where it stands. */
export interface Told {
  cohort: CohortRow;
  cell: CohortCell;
  element: HTMLElement;
}

interface CohortTableProps {
  found: readonly CohortRow[];
  unit: Unit;
  shown: Shown;
  open(key: string, period: number): void;
  tell(told: Told | null): void;
}

/** The cohorts as a grid, one stop of Tab, with the average of all below. */
export const CohortTable = memo(function CohortTable({ found, unit, shown, open, tell }: CohortTableProps) {
  const formats = useFormats();
  const { stop, ...keys } = useGridKeys();
  const columns = Array.from({ length: found[0]?.periods.length ?? 0 }, (_, index) => index);
  const most = mostOf(found, shown);
  return (
    <table className="heat small" role="grid" aria-label={t.retention.cohorts} onMouseLeave={() => tell(null)} {...keys}>
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
        {found.map((cohort, row) => (
          <tr key={cohort.key}>
            <th scope="row">{nameOf(cohort, unit, formats)}</th>
            <td className="right wide">{formats.count(cohort.size)}</td>
            <td className="right wide">{formats.count(cohort.currentActive)}</td>
            {cohort.periods.map((cell) => {
              const place = `${row}.${cell.period}`;
              const shownBy = { cohort, cell, shown, most, formats, place };
              return <GridCell key={cell.period} {...shownBy} isStop={stop === place} open={open} tell={tell} />;
            })}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t.retention.average}</th>
          <td className="right wide">{formats.count(found.reduce((sum, { size }) => sum + size, 0))}</td>
          <td className="right wide">{formats.count(found.reduce((sum, { currentActive }) => sum + currentActive, 0))}</td>
          {averages(found, shown).map((value, period) => (
            // eslint-disable-next-line react/no-array-index-key
            <td key={period}>
              {value !== null && <span className="cell average">{textOf(value, shown, formats)}</span>}
            </td>
          ))}
        </tr>
      </tfoot>
    </table>
  );
});

interface GridCellProps extends Pick<CohortTableProps, "shown" | "open" | "tell"> {
  cohort: CohortRow;
  cell: CohortCell;
  most: number;
  formats: Formats;
  place: string;
  isStop: boolean;
}

/** Drawn anew only where it changes, as there may be hundreds. */
const GridCell = memo(function GridCell({ cohort, cell, shown, most, formats, place, isStop, open, tell }: GridCellProps) {
  const value = numberOf(cell, shown);
  const share = cell.period === 0 ? 0 : Math.max(value ?? 0, 0) / most;
  const isEmpty = cell.customerCount === 0;
  const told = ({ currentTarget: element }: { currentTarget: HTMLElement }) => tell({ cohort, cell, element });
  return (
    <td>
      <button
        type="button"
        className={`cell ${cell.complete ? "" : "running"}`}
        style={{ "--share": share } as CSSProperties}
        data-place={place}
        tabIndex={isStop ? 0 : -1}
        aria-disabled={isEmpty || undefined}
        onClick={() => isEmpty || open(cohort.key, cell.period)}
        onMouseEnter={told}
        onFocus={told}
        onBlur={() => tell(null)}
      >
        <span className="hidden">{labelOf(cohort.key, cell, formats)} </span>
        {textOf(value, shown, formats)}
      </button>
    </td>
  );
});

function labelOf(key: string, cell: CohortCell, formats: Formats): string {
  const label = t.retention.cell(
    key,
    cell.period,
    formats.count(cell.customerCount),
    formats.percent(cell.retention),
    formats.money(cell.revenue),
  );
  return cell.complete ? label : `${label}. ${t.cohorts.running}`;
}
