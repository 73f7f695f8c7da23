import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { useAgain } from "../../api/use-report";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { plain, t } from "../../texts";
import { Fact } from "./identity";

export const prediction = graphql(`
  fragment Prediction on Customer {
    clv(asOf: $asOf) {
      heuristic
      prediction {
        __typename
        ... on PredictedCLV {
          probabilityAlive
          churnRisk
          expectedOrders
          expectedOrdersInterval {
            low
            high
          }
          expectedNextOrderDate
          predictedRevenue
          totalValue
        }
        ... on NotEnoughData {
          reason
          message
        }
      }
    }
  }
`);

interface PredictionProps {
  data: FragmentOf<typeof prediction>;
  /** Asks again: the first prediction of a day waits for its model. */
  again(): void;
}

/** What the customer will be worth in the next year, with how sure that is; or why that cannot be told. */
export function Prediction({ data, again }: PredictionProps) {
  const formats = useFormats();
  const clv = readFragment(prediction, data).clv;
  const found = clv?.prediction;
  const isFitting = found?.__typename === "NotEnoughData" && found.reason === "FITTING";
  useAgain(isFitting, { data, again });
  if (!found) {
    return null;
  }
  return (
    <Panel title={t.prediction.title} about={t.prediction.about}>
      {found.__typename === "NotEnoughData" ? (
        <Empty title={t.prediction.none}>{plain(found.message)}</Empty>
      ) : (
        <dl className="facts across">
          <Fact name={t.prediction.risk}>{t.risks[found.churnRisk]}</Fact>
          <Fact name={t.prediction.alive}>{formats.percent(100 * found.probabilityAlive)}</Fact>
          <Fact name={t.prediction.orders}>
            {t.prediction.interval(
              formats.number(found.expectedOrders),
              formats.count(found.expectedOrdersInterval.low),
              formats.count(found.expectedOrdersInterval.high),
            )}
          </Fact>
          <Fact name={t.prediction.revenue}>{formats.money(found.predictedRevenue)}</Fact>
          <Fact name={t.prediction.total}>{formats.money(found.totalValue)}</Fact>
          <Fact name={t.prediction.next}>{formats.day(found.expectedNextOrderDate)}</Fact>
        </dl>
      )}
      {clv.heuristic !== null && <p className="about">{t.customer.heuristic(formats.money(clv.heuristic))}</p>}
    </Panel>
  );
}
