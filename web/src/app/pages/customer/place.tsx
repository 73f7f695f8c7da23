import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { Fact } from "./identity";

export const place = graphql(`
  fragment Place on Customer {
    rfm(scheme: $scheme, days: $days, asOf: $asOf) {
      recencyDays
      frequency
      monetary
      recencyScore
      frequencyScore
      monetaryScore
      segment {
        name
        description
        recommendedActions
      }
    }
  }
`);

const SCORES = [1, 2, 3, 4, 5];

/** Where the customer stands among all, and what to do. */
export function Place({ data }: { data: FragmentOf<typeof place> }) {
  const formats = useFormats();
  const { rfm } = readFragment(place, data);
  return (
    <Panel title={t.customer.place} about={rfm ? t.customer.placeAbout : undefined}>
      {!rfm ? (
        <Empty title={t.customer.noPurchase} />
      ) : (
        <div className="place">
          <div>
            <p className="segment-name">{rfm.segment.name}</p>
            <p className="about">{rfm.segment.description}</p>
          </div>
          <div
            className="mini"
            role="img"
            aria-label={t.customer.scores(rfm.recencyScore, rfm.frequencyScore, rfm.monetaryScore)}
          >
            {SCORES.toReversed().map((recency) => (
              <div key={recency}>
                {SCORES.map((frequency) => (
                  <span
                    key={frequency}
                    data-here={(recency === rfm.recencyScore && frequency === rfm.frequencyScore) || undefined}
                  >
                    {recency === rfm.recencyScore && frequency === rfm.frequencyScore ? rfm.monetaryScore : ""}
                  </span>
                ))}
              </div>
            ))}
          </div>
          <p className="about">{t.customer.axes}</p>
          <dl className="facts">
            <Fact name={t.customer.recency(rfm.recencyScore)}>{t.daysAgo(rfm.recencyDays)}</Fact>
            <Fact name={t.customer.frequency(rfm.frequencyScore)}>{t.customer.purchases(rfm.frequency)}</Fact>
            <Fact name={t.customer.monetary(rfm.monetaryScore)}>{formats.money(rfm.monetary)}</Fact>
          </dl>
          <div>
            <p className="label">{t.segments.actions}</p>
            <ul className="actions">
              {rfm.segment.recommendedActions.map((action) => (
                <li key={action}>{action}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </Panel>
  );
}
