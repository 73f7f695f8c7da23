import { graphql } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { useAddress } from "../../address";
import { Choice, DayChoice, Filters, StorefrontChoice, TypeChoice, WindowChoice } from "../../parts/filters";
import { Page } from "../../parts/page";
import { Loaded, Notices } from "../../parts/states";
import { scopeOf, useDay } from "../../shell/shop";
import { daysBefore, monthsBefore } from "../../format/formats";
import { t } from "../../texts";
import { attention, Attention } from "./attention";
import { CohortStrip, cohortStrip } from "./cohort-strip";
import { KeyFigures, keyFigures, retentionFigures } from "./key-figures";
import { PatternsTools } from "../patterns/tools";
import { RetentionTools } from "../retention/tools";
import { SegmentationTools } from "../segmentation/tools";
import { RevenueSeries, revenueSeries } from "./revenue-series";
import { SegmentStrip, segmentStrip } from "./segment-strip";

export const overviewQuery = graphql(
  `
    query Overview(
      $asOf: Date!
      $days: Int
      $period: DateRange!
      $year: DateRange!
      $compareTo: Comparison!
      $revenueBasis: RevenueBasis!
      $grouping: Grouping!
      $storefront: ID
      $customerType: CustomerType
    ) {
      purchasePatterns(
        period: $period
        compareTo: $compareTo
        revenueBasis: $revenueBasis
        grouping: $grouping
        storefront: $storefront
        customerType: $customerType
      ) {
        notices
        ...KeyFigures
        ...RevenueSeries
      }
      segmentation(asOf: $asOf, days: $days, storefront: $storefront, customerType: $customerType) {
        ...SegmentStrip
      }
      retention(period: $year, storefront: $storefront, customerType: $customerType) {
        ...RetentionFigures
        ...CohortStrip
      }
      atRisk: customers(
        first: 6
        orderBy: TOTAL_SPENT
        asOf: $asOf
        filter: { rfmSegment: "CANT_LOSE_THEM", type: $customerType }
      ) {
        ...Attention
      }
    }
  `,
  [keyFigures, revenueSeries, segmentStrip, retentionFigures, cohortStrip, attention],
);

const WINDOW = 90;

export default function Overview() {
  const [address] = useAddress();
  const day = useDay();
  const days = address.days === 0 ? null : (address.days ?? WINDOW);
  const scope = scopeOf(address);
  const period = days === null ? { end: day } : { start: daysBefore(day, days - 1), end: day };
  const year = { start: daysBefore(monthsBefore(day, 12), -1), end: day };
  const revenueBasis = address.basis ?? "NET";
  const grouping = days === null || days > 400 ? "MONTHLY" : days > 45 ? "WEEKLY" : "DAILY";
  const report = useReport(overviewQuery, {
    asOf: day,
    days,
    period,
    year,
    compareTo: address.compare ?? "PREVIOUS_PERIOD",
    revenueBasis,
    grouping,
    ...scope,
  });
  return (
    <Page
      title={t.pages.overview}
      about={t.overview.about}
      filters={
        <Filters>
          <DayChoice />
          <WindowChoice usual={WINDOW} />
          <Choice name="compare" label={t.filters.compare} usual="PREVIOUS_PERIOD" options={t.comparisons} />
          <Choice name="basis" label={t.filters.basis} usual="NET" options={t.bases} />
          <StorefrontChoice />
          <TypeChoice />
        </Filters>
      }
    >
      <Loaded report={report} what={t.overview.what}>
        {(data) => (
          <>
            <KeyFigures patterns={data.purchasePatterns} retention={data.retention} />
            <Notices notices={data.purchasePatterns.notices} />
            <RevenueSeries data={data.purchasePatterns} grouping={grouping} tools={<PatternsTools asked={{ period, revenueBasis, ...scope }} />} />
            <div className="two">
              <SegmentStrip
                data={data.segmentation}
                tools={<SegmentationTools asked={{ method: "RFM", scheme: "POS", days, asOf: day, ...scope }} />}
              />
              <Attention data={data.atRisk} asOf={day} />
            </div>
            <CohortStrip
              data={data.retention}
              tools={<RetentionTools asked={{ period: year, cohortPeriod: "MONTH", mode: "ON", ...scope }} />}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
