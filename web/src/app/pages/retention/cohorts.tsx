import { SegmentedControl } from "@mantine/core";
import { useCallback, useRef, useState } from "react";

import { useAddress } from "../../address";
import type { FragmentOf } from "../../api/graphql";
import { Tip } from "../../parts/charts/tip";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { type cohorts, cohortsOf, CohortTable, nameOf, type Told } from "./cohort-table";
import type { Shown } from "./measure";

/** Of each cohort, who bought in each period after its first; each cell opens to its customers. */
export function Cohorts({ data }: { data: FragmentOf<typeof cohorts> }) {
  const [{ unit = "MONTH", cells: shown = "rate" }, set] = useAddress();
  const [told, tell] = useState<Told | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const open = useCallback((key: string, period: number) => set({ open: `cohort:${key}.${period}` }), [set]);
  const found = cohortsOf(data);
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
        <div className="drawn" ref={place}>
          <div className="scroll edged" onScroll={() => told && tell({ ...told })}>
            <CohortTable found={found} unit={unit} shown={shown} open={open} tell={tell} />
          </div>
          {told && place.current && <CellTip told={told} within={place.current} />}
        </div>
      )}
    </Panel>
  );
}

/** What a cell counts, below it. */
function CellTip({ told: { cohort, cell, element }, within }: { told: Told; within: HTMLElement }) {
  const formats = useFormats();
  const [{ unit = "MONTH" }] = useAddress();
  const [at, from] = [element.getBoundingClientRect(), within.getBoundingClientRect()];
  return (
    <Tip at={{ x: at.left - from.left + at.width / 2, y: at.bottom - from.top + 6 }} within={from.width}>
      <strong>{t.retention.cellTitle(nameOf(cohort, unit, formats), cell.period)}</strong>
      <span>{t.retention.ofSize(formats.count(cell.customerCount), formats.count(cohort.size), formats.percent(cell.retention))}</span>
      <span>
        {t.figures.revenue} <b>{formats.money(cell.revenue)}</b>
      </span>
      <span>
        {t.retention.toDate} <b>{formats.money(cell.cumulativeRevenuePerCustomer)}</b>
      </span>
      {!cell.complete && <span>{t.cohorts.running}</span>}
    </Tip>
  );
}
