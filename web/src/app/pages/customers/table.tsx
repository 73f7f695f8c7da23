import { Link } from "@tanstack/react-router";
import type { ColumnDef } from "@tanstack/react-table";
import { useMemo } from "react";

import { type Address, kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import type { Formats } from "../../format/formats";
import { Failed } from "../../parts/states";
import { VirtualTable } from "../../parts/virtual-table";
import { usePages } from "../../api/use-pages";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import type { ColumnName } from "./columns";
import { customersQuery, type Asked } from "./query";
import { row } from "./row";

type Row = ResultOf<typeof row>;

const FOLLOWING = 200;

interface CustomersTableProps {
  first: { totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: FragmentOf<typeof row>[] };
  asked: Asked;
  columns: ColumnName[];
}

export function CustomersTable({ first, asked, columns }: CustomersTableProps) {
  const formats = useFormats();
  const [address] = useAddress();
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
      />
      {problem && <Failed problem={problem} retry={more} what={t.customers.what} />}
    </>
  );
}

function columnsOf(names: ColumnName[], formats: Formats, address: Address): ColumnDef<Row>[] {
  const right = { right: true };
  const all: Record<ColumnName, ColumnDef<Row>["cell"]> = {
    revenue: ({ row: { original } }) => formats.money(original.purchases.revenue),
    orders: ({ row: { original } }) => formats.count(original.purchases.orders),
    average: ({ row: { original } }) => formats.money(original.purchases.averageOrderValue),
    last: ({ row: { original } }) => formats.day(original.purchases.lastPurchaseDate),
    segment: ({ row: { original } }) => original.rfm?.segment.name ?? "–",
    joined: ({ row: { original } }) => formats.day(original.joinedOn),
    type: ({ row: { original } }) => t.types[original.type],
    tags: ({ row: { original } }) => original.tags?.join(", ") || "–",
    balance: ({ row: { original } }) => formats.money(original.outstandingBalance),
    email: ({ row: { original } }) => original.email ?? "–",
    city: ({ row: { original } }) => original.address?.city ?? "–",
  };
  const isRight: ColumnName[] = ["revenue", "orders", "average", "last", "joined", "balance"];
  return [
    {
      id: "customer",
      header: t.columns.customer,
      cell: ({ row: { original } }) => (
        <>
          <Link to="/customers/$number" params={{ number: original.number }} search={kept(address)}>
            {original.name}
          </Link>
          {original.name !== original.number && <span className="number">{original.number}</span>}
          {!original.isActive && <span className="number">{t.customers.inactive}</span>}
        </>
      ),
    },
    ...names.map(
      (name): ColumnDef<Row> => ({
        id: name,
        header: t.customerColumns[name],
        cell: all[name]!,
        meta: isRight.includes(name) ? right : {},
      }),
    ),
  ];
}
