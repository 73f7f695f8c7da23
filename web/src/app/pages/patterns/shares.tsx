import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { inWords } from "../../format/formats";
import { Bars } from "../../parts/bars";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const baskets = graphql(`
  fragment Baskets on PurchasePatterns {
    baskets {
      min
      max
      transactionCount
      percentage
      avgItems
    }
  }
`);

/** Sales by their total. */
export function Baskets({ data }: { data: FragmentOf<typeof baskets> }) {
  const formats = useFormats();
  const found = readFragment(baskets, data).baskets;
  const short = (value: string) => formats.shortMoney(Number(value));
  const nameOf = (min: string | null, max: string | null) =>
    min === null ? t.patterns.below(short(max ?? "0")) : max === null ? t.patterns.from(short(min)) : t.patterns.between2(short(min), short(max));
  return (
    <Panel title={t.patterns.baskets} about={t.patterns.basketsAbout}>
      <Bars
        caption={t.patterns.baskets}
        head={[t.patterns.basket, t.patterns.transactions, t.columns.share, t.patterns.itemsIn]}
        bars={found.map(({ min, max, transactionCount, percentage, avgItems }) => ({
          key: `${min} ${max}`,
          label: nameOf(min, max),
          value: transactionCount,
          cells: [formats.count(transactionCount), formats.percent(percentage), formats.number(avgItems)],
        }))}
      />
    </Panel>
  );
}

export const payments = graphql(`
  fragment Payments on PurchasePatterns {
    paymentMethods {
      method
      transactionCount
      percentage
      avgTransactionValue
    }
  }
`);

/** How is paid. */
export function Payments({ data }: { data: FragmentOf<typeof payments> }) {
  const formats = useFormats();
  const { paymentMethods } = readFragment(payments, data);
  return (
    <Panel title={t.patterns.payments}>
      {paymentMethods.length === 0 ? (
        <Empty title={t.patterns.noPayments} />
      ) : (
        <Bars
          caption={t.patterns.payments}
          head={[t.patterns.method, t.patterns.transactions, t.columns.share, t.patterns.average]}
          bars={paymentMethods.map(({ method, transactionCount, percentage, avgTransactionValue }) => ({
            key: method,
            label: inWords(method),
            value: transactionCount,
            color: "var(--c2)",
            cells: [formats.count(transactionCount), formats.percent(percentage), formats.money(avgTransactionValue)],
          }))}
        />
      )}
    </Panel>
  );
}

export const categories = graphql(`
  fragment Categories on PurchasePatterns {
    categories {
      category
      purchaseCount
      percentage
      avgSpend
      revenue
    }
  }
`);

/** What is bought. */
export function Categories({ data }: { data: FragmentOf<typeof categories> }) {
  const formats = useFormats();
  const found = readFragment(categories, data).categories;
  return (
    <Panel title={t.patterns.categories} about={t.patterns.categoriesAbout}>
      {found.length === 0 ? (
        <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
      ) : (
        <Bars
          caption={t.patterns.categories}
          head={[t.patterns.category, t.patterns.transactions, { wide: t.columns.share }, t.patterns.average, t.figures.revenue]}
          bars={found.map(({ category, purchaseCount, percentage, avgSpend, revenue }) => ({
            key: category,
            label: category,
            value: Number(revenue),
            color: "var(--c3)",
            cells: [formats.count(purchaseCount), formats.percent(percentage), formats.money(avgSpend), formats.shortMoney(Number(revenue))],
          }))}
        />
      )}
    </Panel>
  );
}
