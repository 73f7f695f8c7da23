import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { useAddress } from "../../address";
import { usePages } from "../../api/use-pages";
import { DataTable, type TableColumn } from "../../parts/data-table";
import { Failed } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { type SaleRow, type SalesAsked, type SalesFound, salesQuery } from "./query";

const FOLLOWING = 200;

/** The sales, of which a press on one shows its lines. */
export function SalesTable({ first, asked }: { first: SalesFound; asked: SalesAsked }) {
  const formats = useFormats();
  const [, set] = useAddress();
  const { nodes, hasMore, isLoading, problem, more } = usePages(first, {
    query: salesQuery,
    variables: { ...asked, withCustomer: false, first: FOLLOWING },
    pick: ({ sales }) => sales,
  });
  const columns: TableColumn<SaleRow>[] = [
    {
      id: "sale",
      header: t.sales.sale,
      cell: ({ id, number }) => (
        <button type="button" className="open link" onClick={() => set({ open: `sale:${id}` })}>
          {number}
        </button>
      ),
    },
    {
      id: "when",
      header: t.sales.when,
      cell: ({ businessDate, occurredAt }) => (
        <Link to="/sales" search={{ from: businessDate, to: businessDate }} title={t.sales.ofDay(formats.day(businessDate))}>
          {formats.moment(occurredAt)}
        </Link>
      ),
    },
    {
      id: "customer",
      header: t.columns.customer,
      cell: ({ customer }) =>
        customer ? (
          <Link to="/customers/$number" params={{ number: customer.number }}>
            {customer.name}
          </Link>
        ) : (
          <span className="number">{t.sales.anonymous}</span>
        ),
    },
    { id: "storefront", header: t.sales.storefront, wide: true, cell: ({ storefront }) => storefront?.name ?? "–" },
    { id: "channel", header: t.sales.channel, wide: true, cell: ({ channel }) => t.sales.channels[channel] },
    { id: "status", header: t.sales.status, cell: ({ status }) => t.sales.statuses[status] },
    { id: "refunded", header: t.sales.refunded, right: true, wide: true, cell: ({ refunded }) => (Number(refunded) > 0 ? formats.money(refunded) : "–") },
    { id: "total", header: t.sales.total, right: true, cell: ({ total }) => formats.money(total) },
  ];
  return (
    <>
      <DataTable label={t.sales.what} columns={asked.filter.customer ? columns.filter(({ id }) => id !== "customer") : columns} rows={nodes} keyOf={({ id }) => id} opens={() => true} />
      {problem && <Failed problem={problem} retry={more} what={t.sales.what} />}
      {hasMore && (
        <Button variant="default" fullWidth mt="sm" loading={isLoading} onClick={more}>
          {t.members.moreRows}
        </Button>
      )}
    </>
  );
}
