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
    }
    clv(asOf: $asOf) {
      profit
      profitMargin
      rank
      prediction {
        __typename
        ... on PredictedCLV {
          predictedRevenue
          totalValue
        }
        ... on NotEnoughData {
          message
        }
      }
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
      {clv && (
        <>
          <Figure
            label={t.customer.profit}
            value={formats.money(clv.profit)}
            note={clv.profitMargin === null ? t.customer.noCost : t.customer.margin(formats.percent(clv.profitMargin))}
          />
          <Figure label={t.customer.rank} value={formats.count(clv.rank)} />
          {clv.prediction.__typename === "PredictedCLV" ? (
            <Figure
              label={t.prediction.revenueAhead}
              value={formats.money(clv.prediction.predictedRevenue)}
              note={t.customer.toDate(formats.money(clv.prediction.totalValue))}
            />
          ) : (
            <Figure label={t.prediction.revenueAhead} value="–" note={clv.prediction.message} />
          )}
        </>
      )}
    </Figures>
  );
}
