import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import { Figure, Figures } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { plain, t } from "../../texts";

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
          totalValue
          predictedRevenue
          expectedOrdersInterval {
            low
            high
          }
        }
        ... on NotEnoughData {
          message
        }
      }
    }
  }
`);

type Prediction = NonNullable<ResultOf<typeof keyFigures>["clv"]>["prediction"];

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
          <Worth prediction={clv.prediction} />
        </>
      )}
    </Figures>
  );
}

/** What the customer brought and is expected to, by the model; or why that cannot be told. */
function Worth({ prediction }: { prediction: Prediction }) {
  const formats = useFormats();
  if (prediction.__typename === "NotEnoughData") {
    return <Figure label={t.customer.worth} value="–" note={plain(prediction.message)} />;
  }
  const { totalValue, predictedRevenue, expectedOrdersInterval } = prediction;
  const { low, high } = expectedOrdersInterval;
  return (
    <Figure
      label={t.customer.worth}
      value={formats.money(totalValue)}
      note={t.customer.worthNote(formats.money(predictedRevenue), formats.count(low), formats.count(high))}
    />
  );
}
