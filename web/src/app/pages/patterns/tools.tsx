import { graphql, type VariablesOf } from "../../api/graphql";
import { ReportTools } from "../../parts/report-tools";
import { dated, explained } from "../../parts/sign";
import { t } from "../../texts";

export const patternsExportsQuery = graphql(`
    query PatternsExports(
      $period: DateRange!
      $revenueBasis: RevenueBasis!
      $compareTo: Comparison
      $grouping: Grouping!
      $storefront: ID
      $customerType: CustomerType
    ) {
      purchasePatterns(
        period: $period
        revenueBasis: $revenueBasis
        compareTo: $compareTo
        grouping: $grouping
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

export const patternsSignQuery = graphql(
  `
    query PatternsSign(
      $period: DateRange!
      $revenueBasis: RevenueBasis!
      $compareTo: Comparison
      $grouping: Grouping!
      $storefront: ID
      $customerType: CustomerType
    ) {
      purchasePatterns(
        period: $period
        revenueBasis: $revenueBasis
        compareTo: $compareTo
        grouping: $grouping
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

/** The files of the purchase patterns, and how they were computed. */
export function PatternsTools({ asked }: { asked: VariablesOf<typeof patternsSignQuery> }) {
  return (
    <ReportTools
      what={t.patterns.what.toLowerCase()}
      variables={asked}
      files={{ query: patternsExportsQuery, pick: ({ purchasePatterns }) => purchasePatterns }}
      sign={{ query: patternsSignQuery, pick: ({ purchasePatterns }) => purchasePatterns }}
    />
  );
}

export const affinityExportsQuery = graphql(`
    query AffinityExports(
      $period: DateRange!
      $storefront: ID
      $customerType: CustomerType
    ) {
      categoryAffinity(
        period: $period
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

export const affinitySignQuery = graphql(
  `
    query AffinitySign(
      $period: DateRange!
      $storefront: ID
      $customerType: CustomerType
    ) {
      categoryAffinity(
        period: $period
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

/** The files of what is bought together, and how it was computed. */
export function AffinityTools({ asked }: { asked: VariablesOf<typeof affinitySignQuery> }) {
  return (
    <ReportTools
      what={t.patterns.affinityWhat}
      variables={asked}
      files={{ query: affinityExportsQuery, pick: ({ categoryAffinity }) => categoryAffinity }}
      sign={{ query: affinitySignQuery, pick: ({ categoryAffinity }) => categoryAffinity }}
    />
  );
}
