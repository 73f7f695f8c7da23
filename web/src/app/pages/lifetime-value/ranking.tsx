import { Link } from "@tanstack/react-router";
import type { ColumnDef } from "@tanstack/react-table";
import { useMemo } from "react";

import { type Address, kept, useAddress } from "../../address";
import { type FragmentOf, readFragment, type ResultOf } from "../../api/graphql";
import { usePages } from "../../api/use-pages";
import { useAgain } from "../../api/use-report";
import type { Formats } from "../../format/formats";
import { Panel } from "../../parts/panel";
import { Empty, Failed } from "../../parts/states";
import { VirtualTable } from "../../parts/virtual-table";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { useAsked } from "./asked";
import { ranked, rankedQuery } from "./ranked";

type Row = ResultOf<typeof ranked>["customers"]["nodes"][number];

const FOLLOWING = 200;

/** All customers by value, as far as one scrolls. */
export function Ranking({ data, again }: { data: FragmentOf<typeof ranked>; again(): void }) {
  const formats = useFormats();
  const [address] = useAddress();
  const asked = useAsked();
  const { customers } = readFragment(ranked, data);
  const { nodes, hasMore, isLoading, problem, more } = usePages(customers, {
    query: rankedQuery,
    variables: { ...asked, first: FOLLOWING },
    pick: ({ lifetimeValueReport }) => readFragment(ranked, lifetimeValueReport).customers,
  });
  const columns = useMemo(() => [...columnsOf(formats, address), ...predictedColumns(formats)], [formats, address]);
  const [first] = nodes;
  useAgain(first?.clv.prediction.__typename === "NotEnoughData" && first.clv.prediction.reason === "FITTING", { data, again });
  return (
    <Panel
      title={t.value.ranking}
      about={
        <>
          {t.members.total(formats.count(customers.totalCount), customers.totalCount)}.{" "}
          {address.storefront !== undefined && t.value.aheadOfAll}
        </>
      }
    >
      {customers.totalCount === 0 ? (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      ) : (
        <VirtualTable
          label={t.value.ranking}
          columns={columns}
          rows={nodes}
          total={customers.totalCount}
          hasMore={hasMore}
          isLoading={isLoading}
          more={more}
        />
      )}
      {problem && <Failed problem={problem} retry={more} what={t.value.ranking} />}
    </Panel>
  );
}

function columnsOf(formats: Formats, address: Address): ColumnDef<Row>[] {
  const right = { right: true };
  return [
    {
      id: "customer",
      header: t.columns.customer,
      cell: ({ row: { original } }) => (
        <>
          <span className="rank">{formats.count(original.rank)}</span>
          <Link to="/customers/$number" params={{ number: original.customer.number }} search={kept(address)}>
            {original.customer.name}
          </Link>
        </>
      ),
    },
    { id: "revenue", header: t.figures.revenue, meta: right, cell: ({ row: { original } }) => formats.money(original.clv.revenue) },
    { id: "profit", header: t.customer.profit, meta: right, cell: ({ row: { original } }) => formats.money(original.clv.profit) },
    { id: "orders", header: t.figures.orders, meta: right, cell: ({ row: { original } }) => formats.count(original.clv.orders) },
    { id: "average", header: t.customerColumns.average, meta: right, cell: ({ row: { original } }) => formats.money(original.clv.averageOrderValue) },
    { id: "last", header: t.columns.lastPurchase, meta: right, cell: ({ row: { original } }) => formats.day(original.clv.lastPurchaseDate) },
  ];
}

/** What is expected of the next year, with how sure that is. */
function predictedColumns(formats: Formats): ColumnDef<Row>[] {
  const right = { right: true };
  const found = ({ clv: { prediction } }: Row) => (prediction.__typename === "PredictedCLV" ? prediction : null);
  const shown =
    (text: (prediction: NonNullable<ReturnType<typeof found>>) => string): NonNullable<ColumnDef<Row>["cell"]> =>
    ({ row: { original } }) => {
      const prediction = found(original);
      return prediction ? text(prediction) : "–";
    };
  return [
    { id: "worth", header: t.customer.worth, meta: right, cell: shown(({ totalValue }) => formats.money(totalValue)) },
    { id: "predicted", header: t.prediction.revenueAhead, meta: right, cell: shown(({ predictedRevenue }) => formats.money(predictedRevenue)) },
    {
      id: "ahead",
      header: t.prediction.ordersAhead,
      meta: right,
      cell: shown(({ expectedOrders, expectedOrdersInterval: { low, high } }) =>
        t.prediction.interval(formats.number(expectedOrders), formats.number(low), formats.number(high)),
      ),
    },
    { id: "risk", header: t.prediction.risk, cell: shown(({ churnRisk }) => t.risks[churnRisk]) },
  ];
}
