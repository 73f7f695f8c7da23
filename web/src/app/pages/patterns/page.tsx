import { useAddress } from "../../address";
import { graphql } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { Choice, Filters, StorefrontChoice, TypeChoice } from "../../parts/filters";
import { PeriodChoice, useComparison } from "../../parts/dates";
import { Page } from "../../parts/page";
import { Loaded, Notices } from "../../parts/states";
import { scopeOf, usePeriod } from "../../shell/shop";
import { t } from "../../texts";
import { Affinity, affinity } from "./affinity";
import { Baskets, baskets, Categories, categories, Payments, payments } from "./shares";
import { Seasons, seasons, Series, series } from "./seasons";
import { Summary, summary } from "./summary";
import { Week, week } from "./week";
import { PatternsTools } from "./tools";

export const patternsQuery = graphql(
  `
    query Patterns(
      $period: DateRange!
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
        ...PatternsSummary
        ...Series
        ...Week
        ...Baskets
        ...Categories
        ...Payments
        ...Seasons
      }
      categoryAffinity(period: $period, storefront: $storefront, customerType: $customerType, first: 12) {
        ...Affinity
      }
    }
  `,
  [summary, series, week, baskets, categories, payments, seasons, affinity],
);

const USUAL = { days: 90 };

export default function PatternsPage() {
  const [address] = useAddress();
  const question = {
    period: usePeriod(USUAL),
    revenueBasis: address.basis ?? ("NET" as const),
    ...scopeOf(address),
  };
  const { compareTo, compared } = useComparison(question.period);
  const asked = { ...question, compareTo, grouping: address.grouping ?? ("WEEKLY" as const) };
  const report = useReport(patternsQuery, asked);
  return (
    <Page
      title={t.pages.patterns}
      about={t.patterns.about}
      tools={<PatternsTools asked={asked} />}
      filters={
        <Filters dates={<PeriodChoice usual={USUAL} compares />}>
          <Choice name="grouping" label={t.filters.grouping} usual="WEEKLY" options={t.groupings} />
          <Choice name="basis" label={t.filters.basis} usual="NET" options={t.bases} />
          <StorefrontChoice />
          <TypeChoice />
        </Filters>
      }
    >
      <Loaded report={report} what={t.patterns.what}>
        {({ purchasePatterns, categoryAffinity }) => (
          <>
            <Summary data={purchasePatterns} period={question.period} compared={compared} />
            <Notices notices={purchasePatterns.notices} />
            <Series data={purchasePatterns} />
            <Week data={purchasePatterns} />
            <div className="two">
              <Baskets data={purchasePatterns} />
              <Payments data={purchasePatterns} />
            </div>
            <div className="two">
              <Categories data={purchasePatterns} />
              <Affinity data={categoryAffinity} asked={question} />
            </div>
            <Seasons data={purchasePatterns} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
