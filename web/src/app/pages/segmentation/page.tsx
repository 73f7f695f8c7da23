import { graphql, readFragment } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { daysBefore, monthsBefore } from "../../format/formats";
import { colorsOf } from "../../parts/colors";
import { PeriodChoice } from "../../parts/dates";
import { Choice, Filters, StorefrontChoice, TypeChoice, WindowChoice } from "../../parts/filters";
import { Page } from "../../parts/page";
import { Loaded, Notices } from "../../parts/states";
import { t } from "../../texts";
import { usePeriod } from "../../shell/shop";
import { USUAL, useAsked } from "./asked";
import { CutPoints, cutPoints } from "./cut-points";
import { Grid, grid } from "./grid";
import { Migration, migration } from "./migration";
import { Opened, opened } from "./opened";
import { Population, population } from "./population";
import { Segments, segments } from "./segments";
import { Trend, trend } from "./trend";
import { SegmentationTools } from "./tools";

export const segmentationQuery = graphql(
  `
    query SegmentationPage(
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $asOf: Date!
      $before: Date!
      $yearBefore: Date!
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
      $isDated: Boolean!
    ) {
      segmentation(
        method: $method
        scheme: $scheme
        days: $days
        asOf: $asOf
        storefront: $storefront
        customerType: $customerType
        includeInactive: $includeInactive
      ) {
        notices
        ...Population
        ...Segments
        ...Grid
        ...CutPoints
        ...Opened
      }
      segmentMigration(
        from: $before
        to: $asOf
        method: $method
        scheme: $scheme
        days: $days
        storefront: $storefront
        customerType: $customerType
        includeInactive: $includeInactive
      ) @include(if: $isDated) {
        ...Migration
      }
      segmentationTrend(
        from: $yearBefore
        to: $asOf
        method: $method
        scheme: $scheme
        days: $days
        storefront: $storefront
        customerType: $customerType
        includeInactive: $includeInactive
        every: MONTH
      ) @include(if: $isDated) {
        ...Trend
      }
    }
  `,
  [population, segments, grid, cutPoints, opened, migration, trend],
);

export default function SegmentationPage() {
  const asked = useAsked();
  const period = usePeriod(USUAL);
  const dates = { before: daysBefore(period.start, 1), yearBefore: monthsBefore(asked.asOf, 12) };
  const report = useReport(segmentationQuery, { ...asked, ...dates, isDated: asked.method !== "CREDIT" });
  const isRfm = asked.method === "RFM";
  return (
    <Page
      title={t.pages.segmentation}
      about={t.segments.about}
      tools={<SegmentationTools asked={asked} />}
      filters={
        <Filters dates={<PeriodChoice usual={USUAL} />}>
          <Choice name="method" label={t.filters.method} usual="RFM" options={t.methods} />
          {isRfm && <Choice name="scheme" label={t.filters.scheme} usual="" options={{ "": t.filters.shopsOwn, ...t.schemes }} />}
          <WindowChoice />
          <Choice name="inactive" label={t.segments.inactive} usual="" options={t.segments.inactiveOptions} />
          <StorefrontChoice />
          <TypeChoice />
        </Filters>
      }
    >
      <Loaded report={report} what={t.segments.what}>
        {({ segmentation, segmentMigration, segmentationTrend }) => {
          const colors = colorsOf(readFragment(segments, segmentation).segments);
          return (
            <>
              <Population data={segmentation} includeInactive={asked.includeInactive} />
              <Notices notices={segmentation.notices} />
              <Segments data={segmentation} colors={colors} />
              {isRfm && (
                <div className="two">
                  <Grid data={segmentation} />
                  <CutPoints data={segmentation} />
                </div>
              )}
              {segmentMigration && <Migration data={segmentMigration} segmentation={segmentation} colors={colors} asked={{ ...asked, ...dates }} />}
              {segmentationTrend && <Trend data={segmentationTrend} colors={colors} asked={{ ...asked, ...dates }} />}
              <Opened data={segmentation} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
