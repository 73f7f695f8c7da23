import { graphql, type VariablesOf } from "../../api/graphql";
import { ReportTools } from "../../parts/report-tools";
import { dated, explained } from "../../parts/sign";
import { t } from "../../texts";

export const lifetimeValueExportsQuery = graphql(`
    query LifetimeValueExports(
      $asOf: Date!
      $revenueBasis: RevenueBasis!
      $orderBy: LifetimeValueOrder!
      $storefront: ID
      $customerType: CustomerType
    ) {
      lifetimeValueReport(
        asOf: $asOf
        revenueBasis: $revenueBasis
        orderBy: $orderBy
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

export const lifetimeValueSignQuery = graphql(
  `
    query LifetimeValueSign(
      $asOf: Date!
      $revenueBasis: RevenueBasis!
      $orderBy: LifetimeValueOrder!
      $storefront: ID
      $customerType: CustomerType
    ) {
      lifetimeValueReport(
        asOf: $asOf
        revenueBasis: $revenueBasis
        orderBy: $orderBy
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

/** The files of lifetime value, and how it was computed. */
export function LifetimeValueTools({ asked }: { asked: VariablesOf<typeof lifetimeValueSignQuery> }) {
  return (
    <ReportTools
      what={t.value.what.toLowerCase()}
      variables={asked}
      files={{ query: lifetimeValueExportsQuery, pick: ({ lifetimeValueReport }) => lifetimeValueReport }}
      sign={{ query: lifetimeValueSignQuery, pick: ({ lifetimeValueReport }) => lifetimeValueReport }}
    />
  );
}
