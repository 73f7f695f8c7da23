import { graphql, type VariablesOf } from "../../api/graphql";
import { Exports } from "../../parts/exports";
import { t } from "../../texts";

export const customersExportsQuery = graphql(`
    query CustomersExports(
      $filter: CustomerFilter
      $orderBy: CustomerOrder
      $asOf: Date!
    ) {
      customers(
        filter: $filter
        orderBy: $orderBy
        asOf: $asOf
      ) {
        csv: exportUrl(format: CSV)
        xlsx: exportUrl(format: XLSX)
        pdf: exportUrl(format: PDF)
        parquet: exportUrl(format: PARQUET)
      }
    }
`);

/** The files of a list of customers. */
export function CustomersExports({ asked }: { asked: VariablesOf<typeof customersExportsQuery> }) {
  return <Exports what={t.customers.what.toLowerCase()} query={customersExportsQuery} variables={asked} pick={({ customers }) => customers} />;
}
