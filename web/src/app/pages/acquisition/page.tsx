import { graphql, type ResultOf } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { PeriodChoice } from "../../parts/dates";
import { Filters } from "../../parts/filters";
import { Page } from "../../parts/page";
import { Figure, Figures } from "../../parts/panel";
import { Empty, Loaded, Notices } from "../../parts/states";
import { useFormats, usePeriod } from "../../shell/shop";
import { t } from "../../texts";
import { bucket, Buckets, bucketsOf } from "./buckets";
import { AcquisitionTools } from "./tools";

export const acquisitionQuery = graphql(
  `
    query Acquisition($period: DateRange!) {
      acquisition(period: $period) {
        totalNew
        referrals
        notices
        bySource {
          ...AcquisitionBucket
        }
        byCampaign {
          ...AcquisitionBucket
        }
      }
    }
  `,
  [bucket],
);

const YEAR = { months: 12 };

export default function AcquisitionPage() {
  const asked = { period: usePeriod(YEAR) };
  const report = useReport(acquisitionQuery, asked);
  return (
    <Page
      title={t.pages.acquisition}
      about={t.acquisition.about}
      isOfAllStorefronts
      tools={<AcquisitionTools asked={asked} />}
      filters={
        <Filters dates={<PeriodChoice usual={YEAR} />} />
      }
    >
      <Loaded report={report} what={t.acquisition.what}>
        {({ acquisition }) => (acquisition.totalNew === 0 ? <Empty title={t.acquisition.none}>{t.acquisition.noneHow}</Empty> : <Found found={acquisition} period={asked.period} />)}
      </Loaded>
    </Page>
  );
}

interface FoundProps {
  found: ResultOf<typeof acquisitionQuery>["acquisition"];
  period: { start: string; end: string };
}

function Found({ found, period }: FoundProps) {
  return (
    <>
      <Summary found={found} period={period} />
      <Notices notices={found.notices} />
      <Buckets title={t.acquisition.sources} about={t.acquisition.sourcesAbout} name={t.acquisition.source} data={found.bySource} isSource period={period} />
      <Buckets title={t.acquisition.campaigns} about={t.acquisition.campaignsAbout} name={t.acquisition.campaign} data={found.byCampaign} period={period} />
    </>
  );
}

/** A source of a handful of customers would be the best by chance. */
const ENOUGH = 10;

function Summary({ found: { totalNew, referrals, bySource }, period: { start, end } }: FoundProps) {
  const formats = useFormats();
  const sources = bucketsOf(bySource);
  const revenue = sources.reduce((sum, { revenue: own }) => sum + Number(own), 0);
  const best = sources
    .filter(({ key, customers, avgClv }) => key !== "Unknown" && customers >= ENOUGH && avgClv !== null)
    .toSorted((one, other) => Number(other.avgClv) - Number(one.avgClv))[0];
  return (
    <Figures label={t.acquisition.figures}>
      <Figure label={t.acquisition.joined} value={formats.count(totalNew)} figure={`joined:${start}..${end}`} />
      <Figure label={t.acquisition.referred} value={formats.count(referrals)} note={t.acquisition.ofJoined(formats.percent((100 * referrals) / totalNew))} />
      <Figure label={t.acquisition.revenue} value={formats.money(revenue)} note={t.acquisition.revenueNote} />
      <Figure label={t.acquisition.each} value={formats.money(revenue / totalNew)} />
      {best && <Figure label={t.acquisition.best} value={best.key} note={t.acquisition.bestNote(formats.money(best.avgClv), formats.count(best.customers))} />}
    </Figures>
  );
}
