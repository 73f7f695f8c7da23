import { graphql, type VariablesOf } from "../../api/graphql";
import { Exports } from "../../parts/exports";
import { t } from "../../texts";

export const customersExportsQuery = graphql(`
    query CustomersExports(
      $filter: CustomerFilter
      $orderBy: CustomerOrder
      $asOf: Date!
      $columns: [String!]
    ) {
      customers(
        filter: $filter
        orderBy: $orderBy
        asOf: $asOf
      ) {
        csv: exportUrl(format: CSV, columns: $columns)
        xlsx: exportUrl(format: XLSX, columns: $columns)
        pdf: exportUrl(format: PDF, columns: $columns)
        parquet: exportUrl(format: PARQUET, columns: $columns)
      }
    }
`);

/** The files of a list of customers; all columns where none are named. */
export function CustomersExports({ asked }: { asked: VariablesOf<typeof customersExportsQuery> }) {
  return <Exports what={t.customers.what.toLowerCase()} query={customersExportsQuery} variables={asked} pick={({ customers }) => customers} />;
}
