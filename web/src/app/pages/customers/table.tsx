import { Link } from "@tanstack/react-router";
import type { ColumnDef } from "@tanstack/react-table";
import { useMemo } from "react";

import { type Address, type CustomerOrder, kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import type { Formats } from "../../format/formats";
import { Personal } from "../../parts/personal";
import { Failed } from "../../parts/states";
import { type ColumnMeta, VirtualTable } from "../../parts/virtual-table";
import { usePages } from "../../api/use-pages";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import type { ColumnName } from "./columns";
import { customersQuery, type Asked } from "./query";
import { row } from "./row";

type Row = ResultOf<typeof row>;

const FOLLOWING = 200;
const ON_WIDE_SCREENS: ColumnName[] = ["joined", "type"];
/** By what the API sorts: all customers, not only those that are here. */
const ORDERS: Partial<Record<ColumnName, CustomerOrder>> = {
  revenue: "TOTAL_SPENT",
  orders: "ORDERS",
  average: "AVERAGE_ORDER",
  last: "LAST_PURCHASE",
  days: "DAYS_SINCE_LAST_PURCHASE",
  joined: "NEWEST",
  balance: "BALANCE",
  stake: "AT_STAKE",
  expected: "EXPECTED_REVENUE",
};

interface CustomersTableProps {
  first: { totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: FragmentOf<typeof row>[] };
  asked: Asked;
  columns: ColumnName[];
}

export function CustomersTable({ first, asked, columns }: CustomersTableProps) {
  const formats = useFormats();
  const [address, set] = useAddress();
  const { nodes, hasMore, isLoading, problem, more } = usePages(first, {
    query: customersQuery,
    variables: { ...asked, first: FOLLOWING },
    pick: ({ customers }) => customers,
  });
  const rows = useMemo(() => nodes.map((node) => readFragment(row, node)), [nodes]);
  const chosen = columns.join(".");
  const drawn = useMemo(() => columnsOf(columns, formats, address), [chosen, formats, address]);
  return (
    <>
      <VirtualTable
        label={t.customers.what}
        columns={drawn}
        rows={rows}
        total={first.totalCount}
        hasMore={hasMore}
        isLoading={isLoading}
        more={more}
        served={{ order: asked.orderBy ?? "TOTAL_SPENT", ask: (order) => set({ order: order === "TOTAL_SPENT" ? undefined : order }) }}
      />
      {problem && <Failed problem={problem} retry={more} what={t.customers.what} />}
    </>
  );
}

function columnsOf(names: ColumnName[], formats: Formats, address: Address): ColumnDef<Row>[] {
  const all: Record<ColumnName, ColumnDef<Row>["cell"]> = {
    revenue: ({ row: { original } }) => formats.money(original.purchases.revenue),
    orders: ({ row: { original } }) => formats.count(original.purchases.orders),
    average: ({ row: { original } }) => formats.money(original.purchases.averageOrderValue),
    last: ({ row: { original } }) => formats.day(original.purchases.lastPurchaseDate),
    days: ({ row: { original } }) => formats.count(original.purchases.daysSinceLastPurchase),
    stake: ({ row: { original } }) => formats.money(original.atStake),
    expected: ({ row: { original: { clv } } }) => formats.money(clv?.prediction.__typename === "PredictedCLV" ? clv.prediction.predictedRevenue : null),
    segment: ({ row: { original } }) => original.rfm?.segment.name ?? "–",
    joined: ({ row: { original } }) => formats.day(original.joinedOn),
    type: ({ row: { original } }) => t.types[original.type],
    tags: ({ row: { original } }) => original.tags?.join(", ") || "–",
    balance: ({ row: { original } }) => formats.money(original.outstandingBalance),
    email: ({ row: { original } }) => <Personal field="email">{original.email ?? "–"}</Personal>,
    city: ({ row: { original } }) => <Personal field="address">{original.address?.city ?? "–"}</Personal>,
  };
  const isRight: ColumnName[] = ["revenue", "orders", "average", "last", "days", "joined", "balance", "stake", "expected"];
  return [
    {
      id: "customer",
      header: t.columns.customer,
      meta: { order: "NAME" },
      cell: ({ row: { original } }) => (
        <>
          <Link to="/customers/$number" params={{ number: original.number }} search={kept(address)}>
            {original.name}
          </Link>
          <span className="under">{[original.name !== original.number && original.number, !original.isActive && t.customers.inactive].filter(Boolean).join(" · ")}</span>
        </>
      ),
    },
    ...names.map(
      (name): ColumnDef<Row> => ({
        id: name,
        header: t.customerColumns[name],
        cell: all[name]!,
        meta: { right: isRight.includes(name), wide: ON_WIDE_SCREENS.includes(name), ...(ORDERS[name] ? { order: ORDERS[name] } : {}) } satisfies ColumnMeta,
      }),
    ),
  ];
}
