import { graphql, type VariablesOf } from "../../api/graphql";
import { ReportTools } from "../../parts/report-tools";
import { dated, explained } from "../../parts/sign";
import { t } from "../../texts";

export const productsExportsQuery = graphql(`
  query ProductsExports(
    $period: DateRange!
    $by: ProductGrouping!
    $orderBy: ProductOrder!
    $storefront: ID
    $customerType: CustomerType
  ) {
    productReport(period: $period, by: $by, orderBy: $orderBy, storefront: $storefront, customerType: $customerType) {
      csv: exportUrl(format: CSV)
      xlsx: exportUrl(format: XLSX)
      pdf: exportUrl(format: PDF)
      parquet: exportUrl(format: PARQUET)
    }
  }
`);

export const productsSignQuery = graphql(
  `
    query ProductsSign(
      $period: DateRange!
      $by: ProductGrouping!
      $orderBy: ProductOrder!
      $storefront: ID
      $customerType: CustomerType
    ) {
      productReport(period: $period, by: $by, orderBy: $orderBy, storefront: $storefront, customerType: $customerType) {
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

/** The files of products, and how they were computed. */
export function ProductsTools({ asked }: { asked: VariablesOf<typeof productsSignQuery> }) {
  return (
    <ReportTools
      what={t.products.whatFiles}
      variables={asked}
      files={{ query: productsExportsQuery, pick: ({ productReport }) => productReport }}
      sign={{ query: productsSignQuery, pick: ({ productReport }) => productReport }}
    />
  );
}
