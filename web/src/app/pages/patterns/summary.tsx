import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import type { Days } from "../../format/periods";
import { Against } from "../../parts/against";
import { Figure, Figures } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const summary = graphql(`
  fragment PatternsSummary on PurchasePatterns {
    summary {
      totalTransactions
      uniqueCustomers
      revenue
      anonymousTransactions
      avgBasketSize
      avgItemsPerTransaction
      transactionsPerCustomer
      busiestDay
      busiestHour
    }
    previous {
      totalTransactions
      uniqueCustomers
      revenue
      avgBasketSize
    }
    frequency {
      daily
      avgDaysBetweenPurchases
    }
  }
`);

/** The period in a few numbers. */
export function Summary({ data, period, compared }: { data: FragmentOf<typeof summary>; period: Days; compared: Days | null }) {
  const formats = useFormats();
  const { summary: now, previous, frequency } = readFragment(summary, data);
  const named = (name: string) => `${name}:${period.start}..${period.end}`;
  return (
    <Figures label={t.patterns.figures}>
      <Figure figure={named("revenue")} label={t.figures.revenue} value={formats.money(now.revenue)} note={<Against now={now.revenue} before={previous?.revenue} compared={compared} format={(value) => formats.money(value)} />} />
      <Figure
        figure={named("orders")}
        label={t.patterns.transactions}
        value={formats.count(now.totalTransactions)}
        note={<Against now={now.totalTransactions} before={previous?.totalTransactions} compared={compared} format={formats.count} />}
      />
      <Figure
        figure={named("buyers")}
        label={t.figures.buyers}
        value={formats.count(now.uniqueCustomers)}
        note={<Against now={now.uniqueCustomers} before={previous?.uniqueCustomers} compared={compared} format={formats.count} />}
      />
      <Figure
        figure={named("basket")}
        label={t.figures.basket}
        value={formats.money(now.avgBasketSize)}
        note={<Against now={now.avgBasketSize} before={previous?.avgBasketSize} compared={compared} format={(value) => formats.money(value)} />}
      />
      <Figure
        label={t.patterns.items}
        value={formats.number(now.avgItemsPerTransaction)}
        note={t.patterns.anonymous(formats.count(now.anonymousTransactions))}
      />
      <Figure
        label={t.patterns.daily(t.patterns.transactions)}
        value={formats.number(frequency.daily)}
        note={t.patterns.perCustomer(formats.number(now.transactionsPerCustomer))}
      />
      <Figure label={t.patterns.between} value={t.patterns.days(formats.number(frequency.avgDaysBetweenPurchases))} />
      <Figure
        label={t.patterns.busiestDay}
        value={now.busiestDay ? t.weekdays[now.busiestDay] : "–"}
        note={now.busiestHour !== null && t.patterns.hour(now.busiestHour)}
      />
    </Figures>
  );
}
