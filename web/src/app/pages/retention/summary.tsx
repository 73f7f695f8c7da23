import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import type { Days } from "../../format/periods";
import { Change, Figure, Figures } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const summary = graphql(`
  fragment RetentionSummary on RetentionReport {
    summary {
      customersAtStart
      customersAtEnd
      retainedCustomers
      churnedCustomers
      newCustomers
      reactivatedCustomers
      retentionRate
      churnRate
      winBackRate
    }
    previous {
      retentionRate
      churnRate
      winBackRate
    }
    repeatPurchases {
      oneTimeBuyers
      repeatBuyers
      repeatRate
      medianDaysToSecondPurchase
    }
  }
`);

/** Who stayed, left, came and came back. */
export function Summary({ data, period, compared }: { data: FragmentOf<typeof summary>; period: Days; compared: Days | null }) {
  const formats = useFormats();
  const { summary: now, previous, repeatPurchases } = readFragment(summary, data);
  return (
    <Figures label={t.retention.figures}>
      <Figure
        figure={`retention:${period.start}..${period.end}`}
        label={t.retention.rate}
        value={formats.percent(now.retentionRate)}
        note={<Points now={now.retentionRate} before={previous?.retentionRate} compared={compared} />}
      />
      <Figure
        label={t.retention.churn}
        value={formats.percent(now.churnRate)}
        note={<Points now={now.churnRate} before={previous?.churnRate} compared={compared} isGood={(value) => value < 0} />}
      />
      <Figure
        label={t.retention.winBack}
        value={formats.percent(now.winBackRate)}
        note={<Points now={now.winBackRate} before={previous?.winBackRate} compared={compared} />}
      />
      <Figure
        label={t.retention.flow}
        value={
          <>
            {formats.count(now.customersAtStart)} → <span data-figure={`active:${period.end}`}>{formats.count(now.customersAtEnd)}</span>
          </>
        }
        note={t.retention.flowNote(
          formats.count(now.retainedCustomers),
          formats.count(now.churnedCustomers),
          formats.count(now.newCustomers),
          formats.count(now.reactivatedCustomers),
        )}
      />
      <Figure
        figure={`repeat:${period.end}`}
        label={t.retention.repeat}
        value={formats.percent(repeatPurchases.repeatRate)}
        note={t.retention.repeatNote(formats.count(repeatPurchases.repeatBuyers), formats.count(repeatPurchases.oneTimeBuyers))}
      />
      <Figure
        label={t.retention.median}
        value={formats.number(repeatPurchases.medianDaysToSecondPurchase, 0)}
        note={t.retention.medianNote}
      />
    </Figures>
  );
}

interface PointsProps {
  now: number | null;
  before: number | null | undefined;
  compared: Days | null;
  isGood?: (value: number) => boolean;
}

/** The difference of two rates, in percentage points. */
function Points({ now, before, compared, isGood }: PointsProps) {
  const formats = useFormats();
  if (now === null || before === null || before === undefined || !compared) {
    return null;
  }
  const value = now - before;
  const text = t.retention.points(`${value > 0 ? "+" : ""}${formats.number(value)}`);
  return (
    <>
      <Change value={value} text={text} {...(isGood ? { isGood } : {})} />{" "}
      <span className="versus">{t.figures.versus(formats.shortDays(compared.start, compared.end), formats.percent(before))}</span>
    </>
  );
}
