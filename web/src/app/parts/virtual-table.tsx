import { Button } from "@mantine/core";
import { type ColumnDef, flexRender, getCoreRowModel, type Row as TableRow, useReactTable } from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";

import { t } from "../texts";
import { SortHeader } from "./data-table";
import { FittingTable } from "./fitting-table";
import { followFirst } from "./following";

interface VirtualTableProps<Row> {
  label: string;
  columns: ColumnDef<Row>[];
  rows: Row[];
  total: number;
  hasMore: boolean;
  isLoading: boolean;
  more(): void;
  /** Which order of the API the rows come in, and how another is asked for, for columns whose `meta` names one. */
  served?: { order: string; ask(order: string): void };
}

/** What a column is besides its header and its cells. */
export interface ColumnMeta {
  right?: boolean;
  /** Left out of the cards of a phone. */
  wide?: boolean;
  order?: string;
}

const ROW_HEIGHT = 54;
const NEAR_END = 100;

/** A table of as many rows as one likes: only those in sight are drawn, more are asked for near its end. */
export function VirtualTable<Row>({ label, columns, rows, total, hasMore, isLoading, more, served }: VirtualTableProps<Row>) {
  const ref = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measured = (ref.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    setTop((before) => (Math.abs(before - measured) > 1 ? measured : before));
  });
  const table = useReactTable({ data: rows, columns, getCoreRowModel: getCoreRowModel() });
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: top,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoading && last >= rows.length - NEAR_END && window.scrollY > 0) {
      more();
    }
  }, [last, rows.length, hasMore, isLoading, more]);
  const above = (items[0]?.start ?? top) - top;
  const below = virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  const drawn = table.getRowModel().rows;
  return (
    <div ref={ref}>
      <FittingTable label={label}>
        <table className="plain virtual cards" aria-rowcount={total + 1}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} aria-rowindex={1}>
                {group.headers.map(({ id, column: { columnDef } }) => {
                  const { right = false, wide, order } = metaOf(columnDef);
                  const sorting = order && served?.order === order ? { id, isRising: order === RISING } : null;
                  return (
                    <SortHeader key={id} header={String(columnDef.header)} {...{ right, wide, sorting }}>
                      {order && served ? () => served.ask(order) : undefined}
                    </SortHeader>
                  );
                })}
              </tr>
            ))}
          </thead>
          <tbody>
            {above > 0 && <Space height={above} />}
            {items.map(({ index }) => drawn[index] && <Line key={index} index={index} row={drawn[index] as TableRow<unknown>} measure={virtualizer.measureElement} />)}
            {below > 0 && <Space height={below} />}
          </tbody>
        </table>
      </FittingTable>
      {hasMore && (
        <Button variant="default" fullWidth mt="sm" loading={isLoading} onClick={more}>
          {t.members.moreRows}
        </Button>
      )}
    </div>
  );
}

interface LineProps {
  row: TableRow<unknown>;
  index: number;
  /** Learns how high the row is, as names wrap on a phone. */
  measure(element: HTMLTableRowElement | null): void;
}

/** A row is drawn once, however often the table around it is while one scrolls. */
const Line = memo(function Line({ row, index, measure }: LineProps) {
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} onClick={followFirst}>
      {row.getVisibleCells().map((cell, column) => {
        const content = flexRender(cell.column.columnDef.cell, cell.getContext());
        return column === 0 ? (
          <th key={cell.id} scope="row">
            {content}
          </th>
        ) : (
          <td key={cell.id} className={classOf(cell.column.columnDef)} data-label={String(cell.column.columnDef.header)}>
            {content}
          </td>
        );
      })}
    </tr>
  );
});

function Space({ height }: { height: number }) {
  return (
    <tr aria-hidden="true">
      <td style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

/** The one order of the API that ascends. */
const RISING = "NAME";

function metaOf<Row>({ meta }: ColumnDef<Row>): ColumnMeta {
  return (meta as ColumnMeta | undefined) ?? {};
}

function classOf<Row>(column: ColumnDef<Row>): string {
  const { right, wide } = metaOf(column);
  return `${right ? "right" : ""} ${wide ? "wide" : ""}`;
}
