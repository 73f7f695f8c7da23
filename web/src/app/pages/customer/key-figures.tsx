import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Figure, Figures } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const keyFigures = graphql(`
  fragment CustomerFigures on Customer {
    purchases(asOf: $asOf) {
      orders
      revenue
      refunded
      averageOrderValue
      lastPurchaseDate
      daysSinceLastPurchase
    }
    clv(asOf: $asOf) {
      profit
      profitMargin
      rank
      purchaseFrequencyDays
      heuristic
    }
  }
`);

/** What the customer bought and is worth, in a few numbers. */
export function KeyFigures({ data }: { data: FragmentOf<typeof keyFigures> }) {
  const formats = useFormats();
  const { purchases, clv } = readFragment(keyFigures, data);
  return (
    <Figures label={t.customer.figures}>
      <Figure
        label={t.figures.revenue}
        value={formats.money(purchases.revenue)}
        note={t.customer.refunded(formats.money(purchases.refunded))}
      />
      <Figure
        label={t.figures.orders}
        value={formats.count(purchases.orders)}
        note={t.customer.average(formats.money(purchases.averageOrderValue))}
      />
      <Figure
        label={t.columns.lastPurchase}
        value={t.daysAgo(purchases.daysSinceLastPurchase)}
        note={formats.day(purchases.lastPurchaseDate)}
      />
      {clv && (
        <>
          <Figure
            label={t.customer.profit}
            value={formats.money(clv.profit)}
            note={clv.profitMargin === null ? t.customer.noCost : t.customer.margin(formats.percent(clv.profitMargin))}
          />
          <Figure
            label={t.customer.rank}
            value={formats.count(clv.rank)}
            note={t.customer.every(formats.number(clv.purchaseFrequencyDays))}
          />
          <Figure label={t.customer.heuristic} value={formats.money(clv.heuristic)} note={t.customer.heuristicNote} />
        </>
      )}
    </Figures>
  );
}
