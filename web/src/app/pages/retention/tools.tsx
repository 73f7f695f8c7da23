import { graphql, type VariablesOf } from "../../api/graphql";
import { ReportTools } from "../../parts/report-tools";
import { dated, explained } from "../../parts/sign";
import { t } from "../../texts";

export const retentionExportsQuery = graphql(`
    query RetentionExports(
      $period: DateRange!
      $cohortPeriod: CohortPeriod!
      $mode: RetentionMode!
      $compareTo: Comparison
      $storefront: ID
      $customerType: CustomerType
    ) {
      retention(
        period: $period
        cohortPeriod: $cohortPeriod
        mode: $mode
        compareTo: $compareTo
        storefront: $storefront
        customerType: $customerType
      ) {
        csv: exportUrl(format: CSV)
        xlsx: exportUrl(format: XLSX)
        pdf: exportUrl(format: PDF)
        parquet: exportUrl(format: PARQUET)
      }
    }
  `);

export const retentionSignQuery = graphql(
  `
    query RetentionSign(
      $period: DateRange!
      $cohortPeriod: CohortPeriod!
      $mode: RetentionMode!
      $compareTo: Comparison
      $storefront: ID
      $customerType: CustomerType
    ) {
      retention(
        period: $period
        cohortPeriod: $cohortPeriod
        mode: $mode
        compareTo: $compareTo
        storefront: $storefront
        customerType: $customerType
      ) {
        howComputed {
          ...Explained
        }
        freshness {
          ...Dated
        }
      }
    }
  `,
  [explained, dated],
);

/** The files of retention, and how it was computed. */
export function RetentionTools({ asked }: { asked: VariablesOf<typeof retentionSignQuery> }) {
  return (
    <ReportTools
      what={t.retention.what.toLowerCase()}
      variables={asked}
      files={{ query: retentionExportsQuery, pick: ({ retention }) => retention }}
      sign={{ query: retentionSignQuery, pick: ({ retention }) => retention }}
    />
  );
}
