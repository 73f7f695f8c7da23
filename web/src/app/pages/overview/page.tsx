import { useAddress } from "../../address";
import { graphql } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { daysBefore, monthsBefore } from "../../format/formats";
import { lengthOf } from "../../format/periods";
import { PeriodChoice, useComparison } from "../../parts/dates";
import { Choice, Filters, StorefrontChoice, TypeChoice } from "../../parts/filters";
import { Page } from "../../parts/page";
import { Loaded, Notices } from "../../parts/states";
import { scopeOf, usePeriod, useShop } from "../../shell/shop";
import { t } from "../../texts";
import { PatternsTools } from "../patterns/tools";
import { RetentionTools } from "../retention/tools";
import { SegmentationTools } from "../segmentation/tools";
import { AttentionList } from "./attention";
import { CohortStrip, cohortStrip } from "./cohort-strip";
import { KeyFigures, keyFigures, newcomers } from "./key-figures";
import { RevenueSeries, revenueSeries } from "./revenue-series";
import { SegmentStrip, segmentStrip } from "./segment-strip";

export const overviewQuery = graphql(
  `
    query Overview(
      $asOf: Date!
      $scheme: RFMScheme!
      $days: Int
      $period: DateRange!
      $before: DateRange
      $isCompared: Boolean!
      $year: DateRange!
      $compareTo: Comparison
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
      before: purchasePatterns(
        period: $before
        revenueBasis: $revenueBasis
        grouping: $grouping
        storefront: $storefront
        customerType: $customerType
      ) @include(if: $isCompared) {
        ...RevenueSeries
      }
      inPeriod: retention(period: $period, compareTo: $compareTo, storefront: $storefront, customerType: $customerType) {
        ...Newcomers
      }
      segmentation(scheme: $scheme, days: $days, asOf: $asOf, storefront: $storefront, customerType: $customerType) {
        ...SegmentStrip
      }
      retention(period: $year, storefront: $storefront, customerType: $customerType) {
        ...CohortStrip
      }
    }
  `,
  [keyFigures, revenueSeries, newcomers, segmentStrip, cohortStrip],
);

const USUAL = { days: 90 };

export default function Overview() {
  const [address] = useAddress();
  const { segmentScheme, segmentDays } = useShop();
  const period = usePeriod(USUAL);
  const { compareTo, compared } = useComparison(period);
  const day = period.end;
  const scope = scopeOf(address);
  const year = { start: daysBefore(monthsBefore(day, 12), -1), end: day };
  const revenueBasis = address.basis ?? "NET";
  const grouping = groupingOf(lengthOf(period));
  const report = useReport(overviewQuery, {
    asOf: day,
    scheme: segmentScheme,
    days: segmentDays,
    period,
    before: compared,
    isCompared: compared !== null,
    year,
    compareTo,
    revenueBasis,
    grouping,
    ...scope,
  });
  return (
    <Page
      title={t.pages.overview}
      about={t.overview.about}
      filters={
        <Filters dates={<PeriodChoice usual={USUAL} compares />}>
          <Choice name="basis" label={t.filters.basis} usual="NET" options={t.bases} />
          <StorefrontChoice />
          <TypeChoice />
        </Filters>
      }
    >
      <Loaded report={report} what={t.overview.what}>
        {(data) => (
          <>
            <KeyFigures patterns={data.purchasePatterns} retention={data.inPeriod} {...{ period, compared, grouping }} />
            <Notices notices={data.purchasePatterns.notices} />
            <RevenueSeries
              data={data.purchasePatterns}
              before={data.before}
              {...{ period, compared, grouping }}
              tools={<PatternsTools asked={{ period, revenueBasis, compareTo, grouping, ...scope }} />}
            />
            <div className="two">
              <SegmentStrip data={data.segmentation} tools={<SegmentationTools asked={{ method: "RFM", scheme: segmentScheme, days: segmentDays, includeInactive: false, asOf: day, ...scope }} />} />
              <AttentionList asOf={day} />
            </div>
            <CohortStrip
              data={data.retention}
              year={year}
              tools={<RetentionTools asked={{ period: year, cohortPeriod: "MONTH", mode: "ON", ...scope }} />}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function groupingOf(days: number) {
  return days > 400 ? ("MONTHLY" as const) : days > 45 ? ("WEEKLY" as const) : ("DAILY" as const);
}
