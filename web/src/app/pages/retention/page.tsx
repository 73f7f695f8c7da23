import { graphql } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { Choice, Filters, StorefrontChoice, TypeChoice } from "../../parts/filters";
import { PeriodChoice, useComparison } from "../../parts/dates";
import { Page } from "../../parts/page";
import { Loaded, Notices } from "../../parts/states";
import { t } from "../../texts";
import { useAsked, YEAR } from "./asked";
import { cohorts } from "./cohort-table";
import { Cohorts } from "./cohorts";
import { Curves } from "./curves";
import { Opened } from "./opened";
import { Summary, summary } from "./summary";
import { Trends, trends } from "./trends";
import { RetentionTools } from "./tools";
import { Worth } from "./worth";

export const retentionQuery = graphql(
  `
    query Retention(
      $period: DateRange!
      $compareTo: Comparison
      $cohortPeriod: CohortPeriod!
      $mode: RetentionMode!
      $storefront: ID
      $customerType: CustomerType
    ) {
      retention(
        period: $period
        compareTo: $compareTo
        cohortPeriod: $cohortPeriod
        trendPeriod: MONTH
        mode: $mode
        storefront: $storefront
        customerType: $customerType
      ) {
        notices
        ...RetentionSummary
        ...Cohorts
        ...Trends
      }
    }
  `,
  [summary, cohorts, trends],
);

export default function RetentionPage() {
  const asked = useAsked();
  const { compareTo, compared } = useComparison(asked.period);
  const report = useReport(retentionQuery, { ...asked, compareTo });
  return (
    <Page
      title={t.pages.retention}
      about={t.retention.about}
      tools={<RetentionTools asked={{ ...asked, compareTo }} />}
      filters={
        <Filters dates={<PeriodChoice usual={YEAR} compares />}>
          <Choice name="unit" label={t.filters.unit} usual="MONTH" options={t.units} />
          <Choice name="mode" label={t.filters.mode} usual="ON" options={t.retention.modes} />
          <StorefrontChoice />
          <TypeChoice />
        </Filters>
      }
    >
      <Loaded report={report} what={t.retention.what}>
        {({ retention }) => (
          <>
            <Summary data={retention} period={asked.period} compared={compared} />
            <Notices notices={retention.notices} />
            <Cohorts data={retention} />
            <Curves data={retention} />
            <Worth data={retention} />
            <Trends data={retention} />
            <Opened />
          </>
        )}
      </Loaded>
    </Page>
  );
}
