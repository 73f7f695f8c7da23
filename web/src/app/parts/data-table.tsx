import { type ReactNode, useState } from "react";

import { t } from "../texts";
import { FittingTable } from "./fitting-table";
import { followFirst } from "./following";

export interface TableColumn<Row> {
  id: string;
  header: string;
  cell(row: Row): ReactNode;
  /** By what it is sorted here; where it is missing, it is not. */
  value?(row: Row): number | string | null;
  /** By which order of the API all rows are sorted, not only those that are here. */
  order?: string;
  right?: boolean;
  /** Left out of the cards of a phone. */
  wide?: boolean;
}

export interface Sorting {
  id: string;
  isRising: boolean;
}

interface DataTableProps<Row> {
  label: string;
  columns: TableColumn<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
  /** How it is sorted at first; null where the rows come in an order of their own. */
  sorted?: Sorting | null;
  /** Which order of the API the rows come in, and how another is asked for. */
  served?: { order: string; ask(order: string): void };
  /** Whether a press on the row opens the first link in it. */
  opens?(row: Row): boolean;
}

/** Rows that a press on a header sorts, and a press on a row opens; on a phone each is a card. */
export function DataTable<Row>({ label, columns, rows, keyOf, sorted = null, served, opens }: DataTableProps<Row>) {
  const [sorting, sort] = useState(sorted);
  const shown = sortedBy(rows, columns, sorting);
  return (
    <FittingTable label={label}>
      <table className="plain cards" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ id, header, value, order, right = false, wide }) => {
              const isServed = served !== undefined && served.order === order;
              const here = sorting?.id === id ? sorting : isServed ? { id, isRising: false } : null;
              const press = order && served ? () => served.ask(order) : value && (() => sort(turned(sorting, id, right)));
              return (
                <SortHeader key={id} {...{ header, right, wide }} sorting={here}>
                  {press}
                </SortHeader>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)} {...(opens?.(row) ? { onClick: followFirst } : {})}>
              {columns.map(({ id, header, cell, right, wide }, index) =>
                index === 0 ? (
                  <th key={id} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={id} className={`${right ? "right" : ""} ${wide ? "wide" : ""}`} data-label={header}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </FittingTable>
  );
}

interface SortHeaderProps {
  header: string;
  right: boolean;
  wide?: boolean | undefined;
  /** How it is sorted by this, null where it is not. */
  sorting: Sorting | null;
  /** Sorts by this; what cannot be sorted by has nothing. */
  children?: (() => void) | undefined;
}

/** The header of a column, which says whether the table is sorted by it, and sorts. */
export function SortHeader({ header, right, wide = false, sorting, children: sort }: SortHeaderProps) {
  const state = sorting && (sorting.isRising ? "ascending" : "descending");
  return (
    <th scope="col" className={`${right ? "right" : ""} ${wide ? "wide" : ""}`} aria-sort={state ?? undefined}>
      {sort ? (
        <button type="button" className="open sort" title={t.sortBy(header)} onClick={sort}>
          {header}
          {"\u00a0"}
          <span aria-hidden="true">{state === null ? "↕" : sorting?.isRising ? "↑" : "↓"}</span>
        </button>
      ) : (
        header
      )}
    </th>
  );
}

/** A press on another column sorts by it: numbers from the most, words from the first; a second press turns it round. */
export function turned(before: Sorting | null, id: string, isNumber: boolean): Sorting {
  return before?.id === id ? { id, isRising: !before.isRising } : { id, isRising: !isNumber };
}

/** The rows in order; what is not known comes last, however it is sorted. */
export function sortedBy<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], sorting: Sorting | null): readonly Row[] {
  const value = columns.find(({ id }) => id === sorting?.id)?.value;
  if (!value || !sorting) {
    return rows;
  }
  const turn = sorting.isRising ? 1 : -1;
  return rows.toSorted((one, other) => {
    const [a, b] = [value(one), value(other)];
    return a === null || b === null ? Number(a === null) - Number(b === null) : turn * compared(a, b);
  });
}

function compared(one: number | string, other: number | string): number {
  return typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
}
