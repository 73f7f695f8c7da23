import { Button } from "@mantine/core";

import { type Address, type ProductOrder, useAddress } from "../../address";
import { usePages } from "../../api/use-pages";
import { DataTable, type TableColumn } from "../../parts/data-table";
import { ShareBar } from "../../parts/share-bar";
import { Failed } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { type ProductRow, type ProductsAsked, type ProductsFound, productsQuery } from "./query";

const FOLLOWING = 200;

/** The order that the address names, if it is one of products. */
export function orderOf({ order }: Address): ProductOrder {
  return (Object.keys(t.products.orders) as ProductOrder[]).find((word) => word === order) ?? "REVENUE";
}

/** Products or categories; all of them are sorted by a press on a header, not only those loaded. */
export function ProductsTable({ first, asked }: { first: ProductsFound; asked: ProductsAsked }) {
  const formats = useFormats();
  const [address, set] = useAddress();
  const { nodes, hasMore, isLoading, problem, more } = usePages(first, {
    query: productsQuery,
    variables: { ...asked, first: FOLLOWING },
    pick: ({ productReport }) => productReport.products,
  });
  const most = Math.max(...nodes.map(({ revenue }) => Number(revenue)), 1);
  const isProduct = asked.by === "PRODUCT";
  const right = true;
  const columns: TableColumn<ProductRow>[] = [
    {
      id: "name",
      header: isProduct ? t.products.product : t.products.category,
      cell: ({ name, revenue, category, customers }) => (
        <ShareBar share={Number(revenue) / most}>
          {customers > 0 ? (
            <button type="button" className="open link" onClick={() => set({ open: `product:${name}` })}>
              {name || t.products.noName}
            </button>
          ) : (
            name || t.products.noName
          )}
          {isProduct && <span className="under">{category ?? t.products.none}</span>}
        </ShareBar>
      ),
    },
    { id: "revenue", order: "REVENUE", header: t.products.revenue, right, cell: ({ revenue }) => formats.wholeMoney(revenue) },
    { id: "share", header: t.products.share, right, wide: true, cell: ({ percentage }) => formats.percent(percentage) },
    { id: "profit", header: t.products.profit, right, wide: true, cell: ({ profit }) => formats.wholeMoney(profit) },
    { id: "units", order: "UNITS", header: t.products.units, right, wide: true, cell: ({ units }) => formats.quantity(units) },
    { id: "customers", order: "CUSTOMERS", header: t.products.customers, right, cell: ({ customers }) => formats.count(customers) },
    { id: "repeat", order: "REPEAT_RATE", header: t.products.repeat, right, cell: ({ repeatRate }) => formats.percent(repeatRate) },
    { id: "first", order: "FIRST_PURCHASES", header: t.products.first, right, cell: ({ firstPurchases }) => formats.count(firstPurchases) },
    { id: "firstRepeat", header: t.products.firstRepeat, right, wide: true, cell: ({ firstPurchaseRepeatRate }) => formats.percent(firstPurchaseRepeatRate) },
    { id: "value", order: "FIRST_PURCHASE_VALUE", header: t.products.value, right, cell: ({ firstPurchaseValue }) => formats.wholeMoney(firstPurchaseValue) },
  ];
  return (
    <>
      <DataTable
        label={t.products.what}
        columns={columns}
        rows={nodes}
        keyOf={({ name }) => name}
        opens={({ customers }) => customers > 0}
        served={{ order: orderOf(address), ask: (order) => set({ order: order === "REVENUE" ? undefined : order }) }}
      />
      {problem && <Failed problem={problem} retry={more} what={t.products.what} />}
      {hasMore && (
        <Button variant="default" fullWidth mt="sm" loading={isLoading} onClick={more}>
          {t.members.moreRows}
        </Button>
      )}
    </>
  );
}
